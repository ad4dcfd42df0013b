// Links: the address names a state, and each explorer and form tells the link to what it shows. What
// follows the # is given to Python as text; Python takes it apart, and nothing of it is run here.
const SAFE = /^[\w.;=+%~,:/@!()*$'-]+$/; // what Python writes into a link

export function links({names, cell, ask, take}) {
  let opened = "";
  const words = (place, told) => { // next to one link at a time
    for (const one of document.querySelectorAll(".link [role=status]")) one.textContent = "";
    cell(place).querySelector(".link [role=status]").textContent = told;
  };
  const place = () => (text() ? names.indexOf(text().split(";")[0]) : -1);
  const text = () => location.hash.slice(1);

  async function copy(number) {
    const told = await ask({ask: "link", place: number});
    const made = told.outputs[0]["text/plain"];
    if (!SAFE.test(made)) return;
    opened = made;
    history.replaceState(null, "", `#${made}`);
    try {
      await navigator.clipboard.writeText(location.href);
      words(number, "Copied. The address above is the link, too.");
    } catch {
      words(number, "The address above is the link: copy it.");
    }
  }

  // A switch between parts of a page is a state, too: index.html#network.
  const part = (name) => document.getElementById(`is-${name}`);
  const turn = () => part(text())?.click();
  for (const one of document.querySelectorAll("input[id^=is-]"))
    one.onchange = () => history.replaceState(null, "", `#${one.id.slice(3)}`);
  turn();

  names.forEach((name, number) => {
    if (name) cell(number).querySelector(".link a").onclick = (event) => {
      event.preventDefault();
      copy(number).catch(() => words(number, "The link is ready when Python is here."));
    };
  });

  return {
    /** The place of the cell that the address asks for; -1: none. */
    wanted: place,
    show: () => (place() < 0 ? turn() : cell(place()).scrollIntoView()),
    /** Enter the state of the address, unless that has been done; a word to the reader next to it. */
    async open() {
      const asked = text(), number = place();
      if (number < 0 || asked === opened) return;
      opened = asked;
      const told = await ask({ask: "open", place: number, text: asked});
      take(told);
      words(number, told.outputs[0]["text/plain"]);
    },
    /** The reader has gone on from there. */
    left: () => { opened = text(); },
    /** A new Python has opened nothing yet. */
    forget: () => { opened = ""; },
    /** Why the address opens nothing here; "" if it does, or asks for nothing. */
    unknown() {
      const name = text().split(";")[0];
      if (!name || place() >= 0 || part(name) || document.getElementById(name)) return "";
      return ` The link asks for ${name.slice(0, 40)}, which is not on this page: expected one of ${names.filter(Boolean).join(", ")}.`;
    },
  };
}
