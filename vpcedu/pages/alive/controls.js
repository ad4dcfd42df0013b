// Controls: an element for each of Python's, as a browser has it, with its label and its keys.
import {clean} from "./clean.js";

let all = {}; // by number; before Python is there, by a name of the page's own
const dropped = window.vpcedu?.dropped ?? [];

export const elementOf = (number) => all[number].el;
export const forget = () => { all = {}; };

// What stands on the page is from now on Python's control of this number.
export function adopt(name, number, move) {
  const w = all[number] = all[name];
  Object.assign(w, {number, move});
}

function el(tag, kind = "", ...inside) {
  const made = document.createElement(tag);
  made.className = kind;
  made.append(...inside);
  return made;
}

// A label of its own line of text; what it names is `input`.
function labelled(w, state, input) {
  w.input = input;
  w.input.id = `control-${w.number}`;
  w.label = el("label");
  w.label.htmlFor = w.input.id;
  w.el.append(w.label, input);
  if (!state.description) input.setAttribute("aria-label", "Choose what is shown");
}

function slider(w, state, send) {
  const input = Object.assign(el("input"), {type: "range"});
  labelled(w, state, input);
  w.out = el("output");
  w.out.htmlFor = input.id;
  w.out.setAttribute("aria-live", "off"); // the control tells its value itself
  w.el.append(w.out);
  input.oninput = () => {
    w.show(Number(input.value));
    send(Number(input.value));
  };
  w.put.value = (value) => {
    input.value = value;
    w.show(value);
  };
}

// A group of buttons whose words stand before it is called so.
function named(group, before) {
  if (group.getAttribute("role") !== "group" || !before?.classList.contains("widget-label")) return;
  group.setAttribute("aria-label", before.textContent);
}

const kinds = {
  html(w) {
    w.el = el("div", "", el("div", "widget-html-content"));
    w.put.value = (text) => {
      if (text !== w.text) w.el.firstChild.replaceChildren(clean(text, dropped));
      w.text = text;
    };
  },
  label(w) {
    w.put.value = (words) => { w.el.textContent = words; };
  },
  hbox(w, state) {
    const inside = state.children.map((number) => all[number].el);
    inside.forEach((one, place) => named(one, inside[place - 1]));
    w.el.append(...inside);
  },
  vbox(w, state) {
    kinds.hbox(w, state);
  },
  button(w, state, send) {
    w.el = el("button");
    w.el.type = "button";
    w.put.description = (words) => { w.el.textContent = words; };
    w.put.button_style = (style) => w.el.classList.toggle("primary", style === "primary");
    w.put.disabled = (is) => { w.el.disabled = is; };
    w.put.tooltip = (words) => {
      w.el.title = words ?? "";
      if (words) w.el.setAttribute("aria-label", `${w.el.textContent}: ${words}`);
    };
    w.el.onclick = () => send(null);
  },
  slider(w, state, send) {
    w.show = (value) => { w.out.textContent = value.toLocaleString("en"); };
    slider(w, state, send);
    for (const name of ["min", "max", "step"]) w.put[name] = (value) => { w.input[name] = value; };
  },
  steps(w, state, send) {
    w.show = (value) => {
      w.out.textContent = w.names[value];
      w.input.setAttribute("aria-valuetext", w.names[value]);
    };
    slider(w, state, send);
    w.input.min = 0;
    w.put.options = (names) => {
      w.names = names;
      w.input.max = names.length - 1;
    };
  },
  range(w, state, send) {
    const ends = ["from", "to"].map((which) => {
      const input = Object.assign(el("input"), {type: "range"});
      input.setAttribute("aria-label", `${state.description}: ${which}`);
      return input;
    });
    const out = el("output");
    out.setAttribute("aria-live", "off");
    w.label = el("span", "label");
    w.el.append(w.label, ...ends, out);
    const read = () => ends.map((input) => Number(input.value));
    const show = (values) => { out.textContent = values.join(" to "); };
    for (const input of ends) input.oninput = () => { show(read()); send(read()); };
    for (const name of ["min", "max", "step"])
      w.put[name] = (value) => ends.forEach((input) => { input[name] = value; });
    w.put.value = (values) => {
      ends.forEach((input, place) => { input.value = values[place]; });
      show(values);
    };
    w.put.disabled = (is) => ends.forEach((input) => { input.disabled = is; });
  },
  toggles(w, state, send) {
    const group = el("div");
    w.label = el("span", "label");
    w.el.append(w.label, group);
    w.el.classList.add("widget-toggle-buttons");
    w.el.setAttribute("role", "group");
    w.el.setAttribute("aria-label", state.description || "Choose one");
    w.put.options = (names) => {
      w.buttons = names.map((name, place) => {
        const one = el("button", "widget-toggle-button", name);
        one.type = "button";
        if (state["style.button-width"]) one.style.width = state["style.button-width"];
        one.onclick = () => {
          w.put.value(place);
          send(place);
        };
        return one;
      });
      group.replaceChildren(...w.buttons);
    };
    w.put.value = (value) => w.buttons.forEach((one, place) => one.setAttribute("aria-pressed", place === value));
    w.put.disabled = (is) => w.buttons.forEach((one) => { one.disabled = is; });
  },
  radios(w, state, send) {
    w.el.setAttribute("role", "radiogroup");
    w.el.setAttribute("aria-label", state.description || "Your answer");
    w.put.options = (names) => {
      w.buttons = names.map((name, place) => {
        const one = Object.assign(el("input"), {type: "radio", name: `control-${w.number}`});
        one.onchange = () => send(place);
        return one;
      });
      w.el.replaceChildren(...w.buttons.map((one, place) => el("label", "", one, ` ${names[place]}`)));
    };
    w.put.value = (value) => w.buttons.forEach((one, place) => { one.checked = place === value; });
  },
  menu(w, state, send) {
    labelled(w, state, el("select"));
    w.input.onchange = () => send(w.input.selectedIndex);
    w.put.options = (names) => w.input.replaceChildren(...names.map((name) => new Option(name)));
    w.put.value = (value) => { w.input.selectedIndex = value ?? -1; };
  },
  checkbox(w, state, send) {
    w.input = Object.assign(el("input"), {type: "checkbox"});
    w.el.append(el("label", "", w.input, ` ${state.description}`));
    w.input.onchange = () => send(w.input.checked);
    w.put.value = (value) => { w.input.checked = value; };
  },
  text(w, state, send) {
    labelled(w, state, Object.assign(el("input"), {type: "text", autocomplete: "off", spellcheck: false}));
    w.input.onchange = () => send(w.input.value);
    w.put.value = (value) => { w.input.value = value; };
  },
  number(w, state, send) {
    labelled(w, state, Object.assign(el("input"), {type: "number"}));
    w.input.onchange = () => send(Number(w.input.value));
    for (const name of ["min", "max", "step", "value"]) w.put[name] = (value) => { w.input[name] = value; };
  },
  play(w, state, send) {
    const go = el("button", "", "Play");
    let timer;
    go.type = "button";
    w.el.append(go);
    const halt = () => {
      clearInterval(timer);
      timer = undefined;
      go.textContent = "Play";
    };
    go.onclick = () => {
      if (timer) return halt();
      if (w.now >= w.most) send(w.now = state.min);
      go.textContent = "Pause";
      timer = setInterval(() => {
        if (w.now < w.most) send(++w.now);
        if (w.now >= w.most) halt();
      }, state.interval);
    };
    w.put.value = (value) => { w.now = value; };
    w.put.max = (value) => { w.most = value; };
  },
  progress(w) {
    w.input = el("progress");
    w.input.setAttribute("aria-label", "How far it has got");
    w.el.append(w.input);
    w.put.max = (value) => { w.input.max = value; };
    w.put.value = (value) => { w.input.value = value; };
  },
};

export function make([number, kind, state], move) {
  const w = all[number] = {number, move, el: el("div"), put: {}};
  kinds[kind](w, state, (value) => w.move(w.number, value));
  w.el.classList.add("widget", `widget-${kind}`);
  w.put.disabled ??= (is) => { if (w.input) w.input.disabled = is; };
  w.put.tooltip ??= (words) => { w.el.title = words ?? ""; };
  if (/auto/.test(state["layout.overflow"])) { // it can be moved sideways, so by the keyboard too
    Object.assign(w.el, {tabIndex: 0, role: "group", ariaLabel: "Picture, can be moved sideways"});
  }
  if (w.label) w.put.description = (words) => { w.label.textContent = words; };
  w.put.children = () => {};
  const {options, value, ...rest} = state;
  if (options) change(number, {options}); // what there is to choose from comes before all else
  change(number, rest);
  if ("value" in state) change(number, {value});
}

// Returns the words that have changed, where there are any for a screen reader.
export function change(number, state) {
  const w = all[number];
  for (const [name, value] of Object.entries(state)) {
    if (name.startsWith("layout.")) w.el.style.setProperty(name.slice(7), value ?? "");
    else if (name === "style.description-width" && w.label) w.label.style.width = value;
    else if (name === "classes") w.el.classList.add(...value);
    else w.put[name]?.(value);
  }
  const words = "value" in state && w.el.classList.contains("widget-html") && !w.el.querySelector("svg, style");
  return words ? w.el.textContent : "";
}
