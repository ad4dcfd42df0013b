// Python in a worker. The page makes it from a blob, so that it inherits the page's policy, and
// sends all bytes by message: nothing is fetched from here, and a blob has no folder to fetch from.
let door, python;
const DOORS = {
  cells: "from vpcedu.pages.alive.cells import Door\nDoor(sources)",
  own: "from vpcedu.pages.alive.own import OwnDoor\nOwnDoor()",
};

function table(files) {
  return async (address) => {
    const name = String(address.url ?? address).split("/").pop();
    if (!files[name]) throw new TypeError(`not here: ${name}`);
    const kind = name.endsWith(".wasm") ? "application/wasm" : "application/octet-stream";
    return new Response(files[name], {headers: {"Content-Type": kind}});
  };
}

async function start({base, files, sources, door: which}) {
  const blob = (name) => URL.createObjectURL(new Blob([files[name]], {type: "text/javascript"}));
  self.fetch = table(files);
  const {loadPyodide} = await import(blob("pyodide.mjs"));
  const createPyodideModule = (await import(blob("pyodide.asm.mjs"))).default;
  python = await loadPyodide({indexURL: base, createPyodideModule});
  self.fetch = table({});
  const packages = python.runPython("import site; site.getsitepackages()[0]");
  python.unpackArchive(files["vpcedu.zip"], "zip", {extractDir: packages});
  for (const name of Object.keys(files).filter((name) => name.startsWith("files-")))
    python.unpackArchive(files[name], "zip");
  python.globals.set("sources", sources);
  door = python.runPython(DOORS[which ?? "cells"]);
  return "{}";
}

self.onmessage = async ({data}) => {
  const {id, ask} = data;
  try {
    let told;
    if (ask === "start") told = await start(data);
    else if (ask === "run") told = door.run(data.place, data.source ?? undefined);
    else if (ask === "open") told = door.open(data.place, data.text);
    else if (ask === "link") told = door.link(data.place);
    else if (ask === "call") {
      for (const [name, bytes] of data.files) door.put(name, python.toPy(new Uint8Array(bytes)));
      told = door.call(...data.words);
    } else told = door.move(data.number, JSON.stringify(data.value));
    self.postMessage({id, told});
  } catch (error) {
    self.postMessage({id, error: String(error)});
  }
};
