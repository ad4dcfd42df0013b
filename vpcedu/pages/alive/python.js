// Python for a page: brings the files, shuts the door, starts a worker, asks it, and ends it.
const LIMIT = 60_000; // milliseconds that Python may take to start
const DOOR = "default-src 'none'; script-src blob: 'wasm-unsafe-eval'; worker-src blob:; style-src 'unsafe-inline'; " +
  "form-action 'none'; base-uri 'none'";
const base = new URL("./", import.meta.url).href;

export class Python {
  #files; #code; #worker; #run = 0; #answers = new Map();

  /** Fetch the files, [name, size] each; tell: called with the bytes that are here. */
  async bring(wanted, tell) {
    const found = {};
    let here = 0;
    this.#code = await (await fetch(`${base}worker.js`)).text();
    await Promise.all(wanted.map(async ([name, size]) => {
      const answer = await fetch(base + name);
      if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
      found[name] = await answer.arrayBuffer();
      tell(here += size);
    }));
    this.#files = found;
  }

  /** From here on nobody can be asked, not even the page's own host; a worker inherits it. */
  shut() {
    const meta = document.createElement("meta");
    meta.httpEquiv = "Content-Security-Policy";
    meta.content = DOOR;
    document.head.append(meta);
  }

  /** Start a worker; door: which of Python's doors it opens. */
  async start(door) {
    this.#worker = new Worker(URL.createObjectURL(new Blob([this.#code], {type: "text/javascript"})), {type: "module"});
    this.#worker.onmessage = ({data: {id, told, error}}) => {
      const {done, failed} = this.#answers.get(id);
      this.#answers.delete(id);
      if (error) failed(new Error(error));
      else done(JSON.parse(told));
    };
    this.#worker.onerror = (error) => this.end(error.message);
    const timer = setTimeout(() => this.end("too slow"), LIMIT);
    try {
      await this.ask({ask: "start", base, door, files: this.#files});
    } finally {
      clearTimeout(timer);
    }
  }

  ask(message) {
    return new Promise((done, failed) => {
      this.#run += 1;
      this.#answers.set(this.#run, {done, failed});
      this.#worker.postMessage({...message, id: this.#run});
    });
  }

  /** End the worker with all that it remembers. */
  end(why) {
    this.#worker.terminate();
    for (const {failed} of this.#answers.values()) failed(new Error(why));
    this.#answers.clear();
  }
}
