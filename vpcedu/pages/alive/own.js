// Your own VPC: files go to Python in a worker, answers come back as data. Words are set as text, a picture's
// markup is cleaned, and no link is made of either. The files are kept here until "Forget", and nowhere else.
import {clean} from "./clean.js";
import {Python} from "./python.js";

const MOST = 64 * 1024 * 1024; // bytes in all, as the command takes
const FILES = 20_001; // more than the command takes, so that it says so
const ANSWER = /\.(json|gz)$/i; // of anything else the beginning is looked at, to say what it is
const LOOK = 4_096;
const NAME = /^\w[\w.-]{0,59}$/; // of a folder, for lines to copy
const LATE = 2_500; // milliseconds, until what runs gets a button that stops it
const data = JSON.parse(document.getElementById("cells").textContent);
// taken once: an id in what is shown later names none of the page's own places
const places = new Map([...document.querySelectorAll("[id]")].map((one) => [one.id, one]));
const at = (id) => places.get(id);
const state = (window.vpcedu = {began: performance.now(), dropped: []});
const python = new Python();
let kept = new Map(), under = "", folder = "my-network", example = false, busy = true, stopped = false, pending = null;

const hold = (now) => { busy = state.busy = now; at("work").ariaBusy = String(now); };
const say = (words) => { at("alive").textContent = words; };
const tell = (words) => { at("told").textContent = words; };

function el(tag, more, ...inside) {
  const made = Object.assign(document.createElement(tag), more);
  made.append(...inside);
  return made;
}

const button = (words, act) => el("button", {type: "button", textContent: words, onclick: act});

function lines(text, drawn = true) {
  const pre = el("pre", {className: drawn ? "told scroll" : "told flow", textContent: text});
  if (drawn) Object.assign(pre, {tabIndex: 0, role: "group", ariaLabel: "Lines, can be moved sideways"});
  return pre;
}

/** Lines with a button that copies them. */
function copied(text, what, pre = lines(text, false)) {
  const told = el("span", {role: "status"});
  const copy = button("Copy", async () => {
    try {
      await navigator.clipboard.writeText(text);
      told.textContent = " Copied.";
    } catch {
      getSelection().selectAllChildren(pre);
      told.textContent = " Selected: copy it with your keyboard.";
    }
  });
  copy.ariaLabel = `Copy ${what}`;
  return el("div", {className: "copied"}, pre, copy, told);
}

function picture(svg, words) {
  const box = el("div", {className: "scroll", tabIndex: 0, role: "group", ariaLabel: "Map, can be moved sideways"});
  box.append(clean(svg, state.dropped));
  const more = el("details", {}, el("summary", {textContent: "This map in words"}), el("p", {textContent: words}));
  return el("figure", {className: "map"}, box, more);
}

// --- one thing at a time --------------------------------------------------------------------------------------

async function during(words, act) {
  if (busy) return tell("One thing at a time: wait until the page is ready.");
  const stop = button("Stop", () => { stopped = true; python.end("stopped"); });
  hold(true); // nothing is disabled, so that the keyboard stays where it is
  tell(words);
  const late = setTimeout(() => at("told").after(stop), LATE);
  try {
    await act();
  } catch (error) {
    await again(error);
  }
  clearTimeout(late);
  stop.remove();
  hold(false);
}

/** A new Python, which reads again what had been read. */
async function again(error) {
  try {
    if (!stopped) python.end("failed");
    await python.start("own");
    if (example) await call(["example"]);
    else if (kept.size) await hand(kept, under, folder);
    tell(stopped ? "Stopped. What was read is still here." : `That did not work (${error.message}). What was read is still here.`);
  } catch (worse) {
    failed(worse);
  }
  stopped = false;
}

const call = (words, files = []) => python.ask({ask: "call", words, files});

// --- files ----------------------------------------------------------------------------------------------------

async function walk(entry, before = "") {
  const path = before + entry.name;
  if (entry.isFile) return [[path, await new Promise((done, no) => entry.file(done, no))]];
  const reader = entry.createReader(), found = [];
  for (;;) {
    const some = await new Promise((done, no) => reader.readEntries(done, no));
    if (!some.length) return found;
    for (const one of some) found.push(...await walk(one, `${path}/`));
  }
}

async function dropped(transfer) { // what was dropped is there only until the first wait
  const items = [...transfer.items].filter((one) => one.kind === "file");
  const found = items.map((one) => one.webkitGetAsEntry?.() ?? one.getAsFile());
  return (await Promise.all(found.map((one) => (one instanceof File ? [[one.name, one]] : walk(one))))).flat();
}

const chosen = (input) => [...input.files].map((file) => [file.webkitRelativePath || file.name, file]);

function top(paths) { // the folder that everything is in, "" if there is none
  const first = paths[0].split("/")[0];
  return paths.every((path) => path.startsWith(`${first}/`)) ? first : "";
}

async function read(found) {
  if (!found.length) return tell("No file was in it.");
  const more = new Map(example ? [] : kept);
  for (const [path, file] of found.slice(0, FILES)) more.set(path, ANSWER.test(path) ? file : file.slice(0, LOOK));
  const size = [...more.values()].reduce((sum, one) => sum + (one.size ?? one.byteLength), 0);
  if (size > MOST) return tell(`These files have ${Math.ceil(size / 1048576)} MiB: expected at most 64 MiB in all. ${still()}`);
  for (const [path, one] of more) {
    try {
      if (one instanceof Blob) more.set(path, await one.arrayBuffer());
    } catch (error) {
      return tell(`Not read. ${path}: expected a file that can be read (${error.name}). ${still()}`);
    }
  }
  const all = top([...more.keys()]), name = NAME.test(all) ? all : "my-network";
  const told = await hand(more, all, name);
  if (told.error) return tell(`Not read. ${sentence(told.error)} ${still()}`);
  [kept, under, folder, example] = [more, all, name, false];
  if (location.hash) history.replaceState(null, "", location.pathname); // the address names the example at most
  show(told);
  if (pending) await follow();
}

/** Give Python files by their paths below a folder. */
const hand = (files, below, name) => call(["read", name],
  [...files].map(([path, bytes]) => [below ? path.slice(below.length + 1) : path, bytes]));

const sentence = (words) => (/[.!?]$/.test(words) ? words : `${words}.`);
const still = () => (example || kept.size ? "What was read before is still here." : "Nothing has been read yet.");

async function demonstrate() {
  const told = await call(["example"]);
  [kept, example] = [new Map(), true];
  show(told);
}

// --- what is shown --------------------------------------------------------------------------------------------

function show(told) {
  const heads = Object.keys(told.vpcs[0]);
  const row = (cells, kind) => el("tr", {}, ...cells.map((words) => el(kind, {textContent: words})));
  const table = el("table", {}, el("thead", {}, row(["VPC", ...heads.slice(1)], "th")),
    el("tbody", {}, ...told.vpcs.map((vpc) => row(Object.values(vpc), "td"))));
  const box = el("div", {className: "scroll", tabIndex: 0, role: "group", ariaLabel: "What was read, can be moved sideways"}, table);
  const notes = told.notes.map(({kind, count, words}) => el("details", {},
    el("summary", {textContent: `${data.kinds[kind] ?? kind}: ${count.toLocaleString("en")}`}),
    el("ul", {}, ...words.map((one) => el("li", {textContent: one})),
      ...(count > words.length ? [el("li", {textContent: `and ${(count - words.length).toLocaleString("en")} more`})] : []))));
  at("found").replaceChildren(box, ...notes);
  at("ends").replaceChildren(...told.ends.map((value) => el("option", {value})));
  at("ports").replaceChildren(...told.ports.map((value) => el("option", {value})));
  at("vpc").replaceChildren(...told.vpcs.map((vpc) => new Option(vpc.name)));
  at("which").hidden = told.vpcs.length < 2;
  at("answer").replaceChildren();
  at("audited").replaceChildren();
  if (!example || !told.ends.includes(at("to").value)) at("to").value = example ? "shop" : told.ends[1] ?? "internet";
  at("from").value = "internet";
  at("port").value = told.ports.includes(80) ? 80 : told.ports[0];
  at("after").hidden = false;
  const size = told.vpcs.length === 1 ? "1 VPC" : `${told.vpcs.length} VPCs`;
  tell(example ? `The example is read: ${size}. Ask about it below.` : `Read: ${size}. Ask below; more files can be added.`);
}

/** Said where the reader looks, in place of an answer to something else. */
function refused(place, words) {
  at(place).replaceChildren(el("p", {className: "error", textContent: words}));
  tell(words);
}

async function ask() {
  const words = [at("from").value.trim(), at("to").value.trim(), at("port").value.trim()];
  const told = await call(["ask", ...words]);
  if (told.error) return refused("answer", `This cannot be asked. ${sentence(told.error)}`);
  const more = told.more.filter(Boolean).map((part) => lines(part, /\n {4}/.test(part)));
  const path = told.path.map((part) => el("details", {className: "path"},
    el("summary", {textContent: part.split("\n", 1)[0]}), lines(part)));
  at("answer").replaceChildren(
    el("p", {className: "verdict", textContent: told.verdict}),
    ...(told.changed ? [el("p", {className: "changed", textContent: told.changed})] : []),
    ...(told.svg ? [picture(told.svg, told.alt)] : []), ...more, ...path, ...repair(told),
    el("p", {textContent: "The same question on your own machine:"}), copied(told.command, "the command"));
  tell(told.verdict);
  if (example) history.replaceState(null, "", `#${told.link}`);
}

function repair({lines: made, without}) {
  if (!made.length) return [];
  const rest = without ? ` ${without === 1 ? "One change has" : `${without} changes have`} no command.` : "";
  return [el("p", {textContent: `The smallest repair as lines of the AWS CLI. They change your account, so read them first.${rest}`}),
    copied(made.join("\n"), "the AWS CLI's lines")];
}

async function audit() {
  const told = await call(["audit", at("vpc").value]);
  if (told.error) return refused("audited", `This cannot be audited. ${sentence(told.error)}`);
  at("audited").replaceChildren(picture(told.svg, told.alt), lines(told.text),
    el("p", {textContent: "The same on your own machine:"}), copied(told.command, "the command"));
  tell("The audit is below.");
}

/** The address may ask: #ask;from=internet;to=shop;port=80. Python takes it apart as text; it is never run. */
async function linked() {
  const text = location.hash.slice(1), part = places.get(text);
  if (part?.localName === "details") part.open = true;
  if (!text || part) return;
  const told = await call(["link", text]);
  if (told.error) return tell(`The address opens nothing here. ${sentence(told.error)}`);
  if (!told.own && kept.size) return tell("The link asks about the example, but your own files are here. Press Forget everything first.");
  if (!told.own) await demonstrate();
  pending = told;
  if (!told.own || kept.size) return follow();
  const {from, to, port} = told.values;
  tell(told.about === "ask" ? `The link asks whether ${from} reaches ${to} on TCP port ${port}. It has the question, not the files: drop them here.`
    : "The link asks for an audit. It does not have the files: drop them here.");
}

/** Do what a link asked for, now that its files are here. */
async function follow() {
  const {about, values} = pending;
  pending = null;
  for (const [name, word] of Object.entries(values)) at(name).value = word;
  await (about === "ask" ? ask() : audit());
}

function failed(error) {
  state.failed = String(error);
  hold(true);
  at("work").disabled = true;
  say("Python did not start here. The command line does the same: python3 -m vpcedu ask --help.");
  tell("");
  console.warn(String(error));
}

function listen() {
  const script = at("script").querySelector("pre");
  at("script").replaceWith(copied(script.textContent, "the script", script));
  at("example").onclick = () => during("Reading the example.", demonstrate);
  for (const id of ["files", "folder"]) at(id).onchange = () => {
    const found = chosen(at(id));
    during("Reading.", () => read(found)).then(() => { at(id).value = ""; });
  };
  at("form").onsubmit = (event) => { event.preventDefault(); during("Sending the packets.", ask); };
  at("swap").onclick = () => { [at("from").value, at("to").value] = [at("to").value, at("from").value]; };
  at("audit").onclick = () => during("Looking at every pair.", audit);
  at("forget").onclick = () => during("Forgetting.", async () => {
    [kept, example, pending] = [new Map(), false, null];
    for (const id of ["found", "answer", "audited", "ends", "ports", "vpc"]) at(id).replaceChildren();
    for (const id of ["from", "to", "port"]) at(id).value = "";
    at("after").hidden = true;
    history.replaceState(null, "", location.pathname);
    python.end("forgotten");
    await python.start("own");
    tell("Forgotten: the files, the answers, and the Python that had read them.");
    at("example").focus();
  });
  // anywhere on the page: dropped beside the box, a file would be opened in place of the page
  window.ondragover = (event) => { event.preventDefault(); at("drop").classList.add("over"); };
  window.ondragleave = () => at("drop").classList.remove("over");
  window.ondrop = (event) => {
    event.preventDefault();
    at("drop").classList.remove("over");
    const found = dropped(event.dataTransfer);
    during("Reading.", async () => read(await found));
  };
  window.onhashchange = () => during("Asking what the link asks.", linked);
}

async function main() {
  say("Python is on its way.");
  listen();
  await python.bring(data.files, (here) => say(`Python is on its way: ${Math.round(100 * here / data.bytes)} % of ${data.megabytes} MB.`));
  python.shut();
  await python.start("own");
  state.all = performance.now();
  say("Ready, and locked: from now on your browser refuses every request of this page.");
  at("work").disabled = false;
  hold(false);
  if (location.hash) await during("Asking what the link asks.", linked);
}
main().catch(failed);
