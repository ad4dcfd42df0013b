// The page: brings Python's files, shuts the door, starts the worker, and makes elements of what it
// tells. Text of the address is never run; markup of Python is cleaned by a list of what is allowed.
import {clean} from "./clean.js";
import {change, elementOf, forget, make} from "./controls.js";
import {frames} from "./frames.js";
import {links} from "./links.js";

const LIMIT = 60_000; // milliseconds that Python may take to start
const LATE = 2_500; // until a step that runs gets a button that stops it
const FOLDED = 80; // columns, to which Python folds prose
const QUIET = 800; // after the last change, until a screen reader is told
const base = new URL("./", import.meta.url).href;
const data = JSON.parse(document.getElementById("cells").textContent);
const line = document.getElementById("alive"), heard = document.getElementById("heard");
const lesson = location.pathname.split("/").pop();
const DOOR = "default-src 'none'; script-src blob: 'wasm-unsafe-eval'; worker-src blob:; img-src data:; " +
  "style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'";
const times = (window.vpcedu = {began: performance.now(), dropped: [], clean});
let worker, files, code, timer, quiet, said = "", moving = false, run = 0, starting = true;
let answers = new Map(), moves = [];
const runs = []; // the buttons that run a cell
const framed = new Map(); // by cell: an explorer that its frames move, until Python does
let there; // the links of the page

const say = (words, ...more) => line.replaceChildren(words, ...more);

function button(words, act, kind = "") {
  const made = Object.assign(document.createElement("button"), {type: "button", className: kind});
  made.textContent = words;
  made.onclick = act;
  return made;
}

// --- the worker ---------------------------------------------------------------------------

async function bring() {
  const found = {};
  let here = 0;
  code = await (await fetch(`${base}worker.js`)).text();
  await Promise.all(data.files.map(async ([name, size]) => {
    const answer = await fetch(base + name);
    if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
    found[name] = await answer.arrayBuffer();
    here += size;
    if (!times.failed) say(`Explorers come alive when Python is here: ${Math.round(100 * here / data.bytes)} % of ${data.megabytes} MB.`);
  }));
  return found;
}

// From here on nobody can be asked, not even the page's own host.
function shut() {
  const meta = document.createElement("meta");
  meta.httpEquiv = "Content-Security-Policy";
  meta.content = DOOR;
  document.head.append(meta);
}

function ask(message) {
  return new Promise((done, failed) => {
    run += 1;
    answers.set(run, {done, failed});
    worker.postMessage({...message, id: run});
  });
}

function heed({data: {id, told, error}}) {
  const {done, failed} = answers.get(id);
  answers.delete(id);
  if (error) failed(new Error(error));
  else done(JSON.parse(told));
}

function take({tree, files: written, again = []}) {
  tree.new.forEach((one) => make(one, move));
  for (const [number, state] of tree.changed) {
    const words = change(number, state);
    if (words) tell(words);
  }
  for (const [name, bytes] of written) offer(name, bytes);
  for (const place of again) perform(place).catch(() => {}); // a start anew shows it as it was stored
}

// A file that Python wrote is the reader's: the browser saves it as it saves any download.
function offer(name, bytes) {
  const whole = Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([whole]));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

// One change is under way at a time. Meanwhile only a control's newest value waits, and every press.
function move(number, value) {
  const last = moves.at(-1);
  if (last?.number === number && value !== null) last.value = value;
  else moves.push({number, value});
  if (!moving) next();
}

async function next() {
  moving = true;
  while (moves.length) {
    try {
      const {several, done, ...one} = moves.shift();
      if (several) await catchUp(several).finally(done);
      else take(await ask({ask: "move", ...one}));
      times.moves = (times.moves ?? 0) + 1;
    } catch (error) {
      fail(error);
    }
  }
  moving = false;
}

// Python comes to where the page is by several moves. Only the end of that is shown.
async function catchUp(several) {
  const changed = new Map();
  for (const [number, value] of several) {
    const {tree} = await ask({ask: "move", number, value});
    for (const [one, state] of tree.changed) changed.set(one, {...changed.get(one), ...state});
  }
  take({tree: {new: [], changed: [...changed]}, files: []});
}

// Told once, when the learner has stopped moving.
function tell(words) {
  said = words;
  clearTimeout(quiet);
  quiet = setTimeout(() => { heard.textContent = said; }, QUIET);
}

// --- cells --------------------------------------------------------------------------------

const cell = (place) => document.getElementById(`cell-${place}`);

function printed(text) {
  const pre = document.createElement("pre"), drawn = /^ | {2}|\|/m.test(text);
  pre.className = drawn ? "told scroll" : "told flow";
  if (drawn) Object.assign(pre, {tabIndex: 0, role: "group", ariaLabel: "Lines, can be moved sideways"});
  const rows = text.replace(/\n+$/, "").split("\n");
  pre.textContent = drawn ? rows.join("\n") : joined(rows);
  return pre;
}

// Prose that was folded to its width, in whole paragraphs, as the page's stored text is.
function joined(rows) {
  return rows.reduce((text, row, place) => {
    const before = rows[place - 1].length;
    const folded = before <= FOLDED && FOLDED < before + 1 + row.split(" ", 1)[0].length;
    return text + (folded ? " " : "\n") + row;
  });
}

const bare = (text) => text.replace(/\s+/g, "");

function picture(markup, words) {
  const figure = document.createElement("figure"), box = document.createElement("div");
  Object.assign(box, {className: "scroll", tabIndex: 0, role: "group", ariaLabel: "Picture, can be moved sideways"});
  box.append(clean(markup, times.dropped));
  const more = document.createElement("details"), summary = document.createElement("summary");
  const told = document.createElement("p");
  summary.textContent = "This picture in words";
  told.textContent = words;
  more.append(summary, told);
  figure.append(box, more);
  return figure;
}

function element(output) {
  const view = output["application/vnd.jupyter.widget-view+json"];
  if (view) return elementOf(view.model_id);
  if (output.error) {
    const words = document.createElement("p");
    words.className = "error";
    words.textContent = output.error;
    return words;
  }
  if (output["image/svg+xml"]) return picture(output["image/svg+xml"], output["text/plain"]);
  return printed(output["text/plain"]);
}

// An explorer stands there, moved by frames: the same controls are Python's from now on.
async function takeover(place, {outputs: [output], tree}) {
  const stood = framed.get(place), view = output?.["application/vnd.jupyter.widget-view+json"];
  framed.delete(place);
  const moved = stood && view ? stood.adopt(tree, view.model_id, move) : undefined;
  if (!moved?.length) return Boolean(moved);
  if (place === there.wanted()) there.left();
  await new Promise((done) => {
    moves.push({several: moved, done});
    if (!moving) next();
  });
  return true;
}

async function perform(place, source = null) {
  const told = await ask({ask: "run", place, source}), shown = cell(place).querySelector(".shown");
  const taken = await takeover(place, told);
  take(told);
  if (taken) return told;
  // what a browser's Python cannot do stays as it was stored; the line next to the button says so
  if (told.outputs.length === 0 || told.outputs.some((one) => one.lacking)) return told;
  const only = told.outputs.length === 1 ? told.outputs[0]["text/plain"] : undefined;
  const same = only !== undefined && Object.keys(told.outputs[0]).length === 1 && bare(only) === bare(shown.textContent);
  if (same) return told; // it stays as it stands
  const live = told.outputs.some((one) => one["application/vnd.jupyter.widget-view+json"]);
  shown.classList.toggle("live", live);
  shown.replaceChildren(...told.outputs.map((one) => element(one)));
  return told;
}

const store = {
  get(place) { try { return localStorage.getItem(`vpcedu ${lesson} ${place}`); } catch { return null; } },
  set(place, text) {
    try {
      if (text === null) localStorage.removeItem(`vpcedu ${lesson} ${place}`);
      else localStorage.setItem(`vpcedu ${lesson} ${place}`, text);
    } catch { /* a browser that keeps nothing: the text lasts as long as the page */ }
  },
};

function outcome(outputs) {
  const lacking = outputs.find((one) => one.lacking)?.lacking;
  if (lacking) return `Not in a browser: ${lacking}. What is shown was stored.`;
  return outputs.some((one) => one.error) ? "It ended with an error, see below." : "Done.";
}

function bar(place, isExercise) {
  const row = cell(place).querySelector(".run"), told = document.createElement("span");
  told.setAttribute("role", "status");
  let area = null;
  const go = button(isExercise ? "Run" : "Run again", async () => {
    go.disabled = true;
    const stop = button("Stop", () => restart());
    const late = setTimeout(() => { told.textContent = "It is running."; row.append(stop); }, LATE);
    try {
      told.textContent = outcome((await perform(place, area ? area.value : null)).outputs);
    } catch (error) {
      told.textContent = "Stopped.";
    }
    clearTimeout(late);
    stop.remove();
    if (!starting) go.disabled = false;
  }, isExercise ? "primary" : "");
  go.setAttribute("aria-label", isExercise ? "Run this exercise" : "Run again: this step");
  go.disabled = true; // until Python is here
  runs.push(go);
  row.append(go);
  if (isExercise) {
    area = exercise(place);
    row.append(button("Forget my text", () => { store.set(place, null); area.value = data.sources[place]; fit(area); }));
  }
  row.append(told);
}

const fit = (area) => { area.rows = Math.min(20, area.value.split("\n").length); };

// Tab leaves the text, as everywhere on a page.
function exercise(place) {
  const area = document.createElement("textarea"), pre = cell(place).querySelector("pre.code");
  Object.assign(area, {className: "code", spellcheck: false, autocapitalize: "off", wrap: "off"});
  area.setAttribute("aria-label", "Your answer: change it, then press Run");
  area.value = store.get(place) ?? data.sources[place];
  area.oninput = () => { store.set(place, area.value); fit(area); };
  fit(area);
  area.style.minHeight = `${pre.offsetHeight}px`; // nothing moves when it takes the place
  pre.replaceWith(area);
  return area;
}

// --- the start ----------------------------------------------------------------------------

function fail(error) {
  clearTimeout(timer);
  times.failed = String(error);
  for (const explorer of framed.values()) explorer.stay();
  say("Python did not start here. The page below is to be read, as it was stored." +
    (framed.size ? " Some controls move without Python." : ""));
  console.warn(String(error));
}

async function begin() {
  starting = true;
  answers = new Map();
  moves = [];
  there.forget();
  worker = new Worker(URL.createObjectURL(new Blob([code], {type: "text/javascript"})), {type: "module"});
  worker.onmessage = heed;
  worker.onerror = (error) => fail(error.message);
  timer = setTimeout(() => { worker.terminate(); fail("too slow"); }, LIMIT);
  await ask({ask: "start", base, files, sources: JSON.stringify(data.sources)});
  clearTimeout(timer);
  times.python = performance.now();
  const shown = data.kinds.flatMap((kind, place) => (kind === "shown" ? [place] : []));
  const first = there.wanted(); // what the address asks for comes first
  for (const place of shown.sort((one, other) => (other === first) - (one === first) || one - other)) {
    await perform(place);
    if (place === first && there.wanted() === first) await there.open();
    times.live ??= performance.now();
  }
  await there.open(); // the address may have changed meanwhile
  times.all = performance.now();
  starting = false;
  for (const go of runs) go.disabled = false;
  say(`Python is here: move, answer, run. What you type stays on this page.${there.unknown()}`);
}

async function restart() {
  worker.terminate();
  framed.clear();
  forget();
  for (const go of runs) go.disabled = true;
  for (const {failed} of answers.values()) failed(new Error("stopped"));
  say("Python was stopped; it starts anew.");
  await begin().catch(fail);
}

// Instead of the stored picture, the explorer as its frames have it.
async function stand(text) {
  const place = Number(text.id.slice("frames-".length)), shown = cell(place).querySelector(".shown");
  try {
    framed.set(place, await frames(place, text.textContent, tell));
    shown.classList.add("live");
    shown.replaceChildren(framed.get(place).el);
  } catch (error) {
    console.warn(`no frames: ${error}`); // the stored picture stays
  }
}

async function main() {
  // at once, so that nothing moves under the reader when Python is here
  data.kinds.forEach((kind, place) => kind !== "shown" && bar(place, kind === "exercise"));
  say("Explorers come alive when Python is here.");
  for (const text of document.querySelectorAll("script[id^=frames-]")) await stand(text);
  times.framed = performance.now();
  there = links({names: data.names, cell, ask, take});
  if (there.wanted() >= 0) there.show();
  window.onhashchange = async () => {
    there.show();
    if (!starting) await there.open();
  };
  files = await bring();
  shut();
  times.files = performance.now();
  await begin();
}
main().catch(fail);
