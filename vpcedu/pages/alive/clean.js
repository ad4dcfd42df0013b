// Markup made by Python, cleaned by a list of what is allowed. No policy stops a link or a <meta
// refresh> from leading away, and a name in a learner's file may hold either.
const TAGS = new Set(("style details summary p b i em strong code pre br hr span div ul ol li table thead tbody tr td th " +
  "svg g path rect circle ellipse line polyline polygon text tspan title desc defs marker clippath pattern").split(" "));
const NAMES = new Set(("class id style role title open tabindex colspan rowspan scope xmlns viewbox preserveaspectratio " +
  "width height x y x1 y1 x2 y2 cx cy r rx ry dx dy d points transform fill fill-opacity fill-rule stroke stroke-width " +
  "stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin stroke-opacity opacity font-family font-size " +
  "font-weight font-style text-anchor textlength lengthadjust dominant-baseline clip-path marker-start marker-end " +
  "marker-mid markerwidth markerheight markerunits orient refx refy patternunits letter-spacing").split(" "));

export function clean(text, dropped = []) {
  const made = document.createElement("template");
  made.innerHTML = text ?? "";
  for (const element of made.content.querySelectorAll("*")) {
    if (!TAGS.has(element.localName.toLowerCase())) {
      dropped.push(element.localName);
      element.remove();
      continue;
    }
    for (const {name} of [...element.attributes]) {
      if (NAMES.has(name.toLowerCase()) || /^aria-[a-z]+$/.test(name)) continue;
      dropped.push(name);
      element.removeAttribute(name);
    }
  }
  return made.content;
}
