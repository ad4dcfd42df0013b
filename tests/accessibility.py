"""What makes a page of the site hard to use: in its HTML, and in its colours in a browser.

After the W3C's WCAG 2.2: 1.1.1 text alternatives, 1.3.1 headings and table heads, 1.4.3 contrast,
1.4.10 reflow, 2.1.1 keyboard, 2.4.2 title, 2.4.4 links, 3.1.1 language. A machine finds only such
faults as these.
"""

from __future__ import annotations

from html.parser import HTMLParser

LOADS = {
    "img": "src",
    "script": "src",
    "link": "href",
    "iframe": "src",
    "source": "src",
    "video": "src",
}


class Reader(HTMLParser):
    """Reads one page and notes its headings, links and faults."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.levels: list[int] = []
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.title = ""
        self._open: list[str] = []
        self._words: list[str] = []
        self._seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Check an element where it begins."""
        told = dict(attrs)
        self._seen.add(tag)
        if "id" in told:
            self.ids.add(str(told["id"]))
        if tag == "html" and not told.get("lang"):
            self.faults.append("no language")
        if tag == "img" and len((told.get("alt") or "").split()) < 3:
            self.faults.append("a picture without alt text")
        if tag in LOADS and not (told.get(LOADS[tag]) or "data:").startswith("data:"):
            self.faults.append(f"loads {told[LOADS[tag]]}")
        if tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
            self._heading(int(tag[1]))
        moved = "scroll" in (told.get("class") or "").split()
        if moved and not (told.get("tabindex") == "0" and told.get("aria-label")):
            self.faults.append(f"a <{tag}> that can be moved sideways, but not by the keyboard")
        if tag == "a":
            self.links.append(told.get("href") or "")
        if tag in ("a", "h1", "h2", "h3", "title", "summary"):
            self._open.append(tag)
            self._words.append("")

    def handle_data(self, data: str) -> None:
        """Collect the words of the element that is open."""
        if self._words:
            self._words[-1] += data

    def handle_endtag(self, tag: str) -> None:
        """Check an element where it ends."""
        if self._open and self._open[-1] == tag:
            self._open.pop()
            words = self._words.pop().strip()
            if self._words:
                self._words[-1] += words
            if not words:
                self.faults.append(f"an empty <{tag}>")
            if tag == "title":
                self.title = words

    def _heading(self, level: int) -> None:
        if not self.levels and level != 1:
            self.faults.append(f"the first heading is of level {level}")
        if self.levels and level > self.levels[-1] + 1:
            self.faults.append(f"a heading of level {level} after one of level {self.levels[-1]}")
        if level == 1 and 1 in self.levels:
            self.faults.append("two headings of level 1")
        self.levels.append(level)

    def finish(self) -> list[str]:
        """Everything that is wrong with the page."""
        missing = {"title", "main", "nav", "h1"} - self._seen
        heads = (
            ["a table without heads"] if "table" in self._seen and "th" not in self._seen else []
        )
        return self.faults + heads + [f"no <{tag}>" for tag in sorted(missing)]


def read(page: str) -> Reader:
    """Read a page; its faults are in `finish()`."""
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader


def faults(page: str) -> list[str]:
    """What is wrong with a page's HTML, in words."""
    return read(page).finish()


# Run in the page by a browser: every text whose contrast with what is behind it is below 4.5 (WCAG
# 1.4.3; 3 for large text), and every element that sticks out of the window and cannot be moved
# sideways (1.4.10).
IN_BROWSER = """() => {
  const rgb = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92
    : ((v + 0.055) / 1.055) ** 2.4).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = element => {
    for (; element; element = element.parentElement) {
      const colour = rgb(getComputedStyle(element).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  document.querySelectorAll('details').forEach(details => { details.open = true; });
  const faults = [];
  let texts = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, element = node.parentElement, style = getComputedStyle(element);
    if (!node.data.trim() || !element.getClientRects().length) continue;
    texts += 1;
    const [one, other] = [light(rgb(style.color)), light(behind(element))].sort((a, b) => b - a);
    const contrast = (one + 0.05) / (other + 0.05);
    if (contrast < (parseFloat(style.fontSize) >= 24 ? 3 : 4.5))
      faults.push(`contrast ${contrast.toFixed(2)}: ${node.data.trim().slice(0, 40)}`);
    if (parseFloat(style.fontSize) < 12) faults.push(`small: ${node.data.trim().slice(0, 40)}`);
    const box = document.createRange(); box.selectNode(node);
    if (box.getBoundingClientRect().right > innerWidth + 1 && !element.closest('.scroll, .vpcedu-stage, .heard'))
      faults.push(`sticks out: ${node.data.trim().slice(0, 40)}`);
  }
  if (document.documentElement.scrollWidth > innerWidth) faults.push('the page is wider than the window');
  for (const image of document.images) if (!image.complete || !image.naturalWidth) faults.push('a broken picture');
  return {texts, faults};
}"""
