// Frames: what an explorer shows at each setting of some controls, made beforehand. They move it
// before Python is there. Then Python takes over what stands on the page, at the setting it has.
import {adopt, change, elementOf, make} from "./controls.js";

const WAITS = "The other controls wait for Python.", NEEDS = "The other controls need Python.";
const STILL = ["html", "label", "hbox", "vbox", "box", "progress"]; // nobody moves these
const same = (one, other) => one === other || JSON.stringify(one) === JSON.stringify(other);

async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return (await new Response(plain).text()).split("\n");
}

// The explorer of a cell, moved by its frames; tell: takes words for a screen reader.
export async function frames(cell, text, tell) {
  const [first, ...lines] = await unpacked(text);
  const {tree, moving, controls, picture, note, reset, steps} = JSON.parse(first);
  const named = (number) => `${cell}.${number}`;
  const now = new Map(); // what Python would have told the page: number and name, and the value
  const states = tree.map(([, , state]) => state);
  tree.forEach(([number, , state]) => Object.entries(state).forEach(([name, value]) => now.set(`${number} ${name}`, value)));
  const value = (number) => now.get(`${number} value`);
  const begun = controls.map(([number]) => place(number));
  const buttons = new Map([[reset, () => begun]]);
  for (const [which, back, on] of steps) {
    buttons.set(back, () => stepped(which, -1));
    buttons.set(on, () => stepped(which, 1));
  }
  const plays = new Map(steps.map(([which, , , play]) => [play, which]));
  const frozen = new Set([...controls.map(([number]) => number), ...buttons.keys(), ...plays.keys()]);
  let words = WAITS;

  // Which of a control's values it has: a number's place in its row, a choice's number, yes or no.
  function place(number, is = value(number)) {
    const {min = 0, step = 1} = states[number];
    return (Number(is) - min) / step;
  }

  function stepped(which, by) {
    const at = controls.map(([number]) => place(number));
    at[which] = Math.max(0, Math.min(controls[which][1] - 1, at[which] + by));
    return at;
  }

  // What waits for Python is there, disabled, and says why.
  function put(number, name, is) {
    const waits = !frozen.has(number) && !STILL.includes(tree[number][1]);
    if (waits && name === "disabled") return;
    const heard = change(named(number), {[name]: number === note && name === "value" ? is || words : is});
    if (heard) tell(heard);
  }

  function show(at) {
    const line = at.reduce((sum, one, which) => sum * controls[which][1] + one, 0);
    JSON.parse(lines[line]).forEach((is, which) => {
      const [number, name] = moving[which];
      if (is === null && number === picture) return; // the one before stays
      if (same(now.get(`${number} ${name}`), is)) return;
      now.set(`${number} ${name}`, is);
      put(number, name, is);
    });
  }

  function moved(name, is) {
    const number = Number(name.split(".")[1]);
    if (buttons.has(number)) return show(buttons.get(number)());
    const of = plays.has(number) ? controls[plays.get(number)][0] : number;
    show(controls.map(([one]) => (one === of ? place(of, is) : place(one))));
  }

  for (const [number, kind, state] of tree)
    make([named(number), kind, state.children ? {...state, children: state.children.map(named)} : state], moved);
  for (const [number, kind] of tree)
    if (!frozen.has(number) && !STILL.includes(kind)) change(named(number), {disabled: true, tooltip: "when Python is here"});
  put(note, "value", value(note));

  return {
    el: elementOf(named(tree.length - 1)),

    // Python is not coming.
    stay() {
      words = NEEDS;
      put(note, "value", value(note));
    },

    // Python has made the same explorer: its controls are those on the page, and it is moved to the
    // setting that they have. Returns what Python must be told of it: numbers with values; nothing
    // where it is not the same explorer.
    adopt(told, root, move) {
      const shift = root - (tree.length - 1);
      const made = new Map(told.new.map((one) => [one[0], one]));
      const alike = tree.every(([number, kind, state]) => {
        const [, is, its] = made.get(number + shift) ?? [];
        return is === kind && same(its.children, state.children?.map((one) => one + shift));
      });
      if (!alike) return undefined;
      for (const [number, , state] of tree) {
        const [, , its] = made.get(number + shift);
        adopt(named(number), number + shift, move);
        const differs = Object.entries(its).filter(([name, is]) => name !== "children" && !same(is, state[name]));
        for (const [name, is] of differs) now.set(`${number} ${name}`, is);
        change(number + shift, Object.fromEntries([...differs, ["disabled", now.get(`${number} disabled`)],
          ["tooltip", now.get(`${number} tooltip`)]]));
      }
      change(note + shift, {value: value(note)});
      told.new = told.new.filter(([number]) => number < shift || number > root);
      const moved = controls.filter(([number], which) => place(number) !== begun[which]);
      return moved.map(([number]) => [number + shift, value(number)]);
    },
  };
}
