"""The course in a browser's page beside the course in JupyterLab: how long until one can use it.

The same lesson, one round in the page of the built site and one in JupyterLab, in turn. Each round
is a browser without a cache. Both serve their files from this machine and both paint with the
package's own painter. The clock is the page's own, and begins where its address is entered:

- first load: the files that were asked for, each packed by `gzip -6`;
- first picture: a stored picture is there, and a frame has been drawn;
- first explorer: Python has made it, in JupyterLab after Run All, which is asked for at once;
- freeze: the longest time between two frames until then, from when the first picture is there;
- processor: what all processes of the browser have used until then, which a busy machine hardly
  changes; JupyterLab's kernel is not among them;
- key: from `keydown` to the changed picture, by Python;
- frame: the same before Python is there, by frames made beforehand. JupyterLab has none.

Wants npm, Chromium and the packages of the tests, which `python3 start.py test` installs.

    .venv/bin/python bench/pages.py [--rounds 7]
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import sys
import tempfile
import time
import zlib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

LESSON = "02-a-tcp-connection"
KEYS = 10
PAUSE = 150  # milliseconds between keys: asking the page meanwhile would keep it busy
SIZE = {"width": 1180, "height": 1000}
WIDTH = 44  # columns of a figure's name
# figures by name, with the unit and the goal of the page
FIGURES = {
    "first load, MB, gzip -6": 8.0,
    "page to first picture, ms": None,
    "page to first live explorer, ms": 4_000,
    "processor's time until then, ms": None,
    "longest freeze until then, ms": 100,
    "key to changed picture, ms": 20,
    "  of ten keys nine at most, ms": None,
    "key to changed picture by a frame, ms": 5,
}
START = """
window.figures = {longest: 0};
const PICTURE = 'figure img, .jp-OutputArea-output img, .jp-OutputArea-output svg[role=img]';
let before = performance.now();
function frame(now) {
    if (figures.ended) return;
    if (figures.picture) figures.longest = Math.max(figures.longest, now - before);
    before = now;
    const picture = document.querySelector(PICTURE);
    if (picture && picture.complete !== false) figures.picture ??= now;
    requestAnimationFrame(frame);
}
requestAnimationFrame(frame);
"""
LIVE = {
    "page": "window.vpcedu && (vpcedu.live || vpcedu.failed)",
    "JupyterLab": "document.querySelector('.jp-OutputArea-output .vpcedu-stage svg[role=img]')"
    " && performance.now()",
}
SLIDER = {
    "page": ".vpcedu-explorer input[type=range]:not(:disabled)",
    "JupyterLab": ".vpcedu-explorer .noUi-handle",
}
WATCH = """
(() => {
    const stage = document.querySelector('.vpcedu-explorer .vpcedu-stage');
    const waits = window.waits = [];
    let began = 0;
    if (window.watching) watching.abort();
    window.watching = new AbortController();
    document.addEventListener('keydown', () => { began = performance.now(); },
                              {capture: true, signal: watching.signal});
    const observer = new MutationObserver(() => {
        if (!began) return;
        waits.push(performance.now() - began);
        began = 0;
    });
    observer.observe(stage, {childList: true, subtree: true});
    watching.signal.onabort = () => observer.disconnect();
})()"""


def until(view, condition: str):
    """What a condition gives, as soon as it gives something; asked from outside."""
    for _ in range(2_400):
        if told := view.evaluate(condition):
            return told
        time.sleep(0.05)
    raise TimeoutError(condition)


def keyed(view, slider: str) -> list[float]:
    """Milliseconds until the picture was another one, for each key."""
    handle = view.locator(slider).first
    handle.scroll_into_view_if_needed()
    handle.focus()
    view.evaluate(WATCH)
    for key in range(KEYS):
        view.keyboard.press("ArrowRight" if key < KEYS // 2 else "ArrowLeft")
        view.wait_for_timeout(PAUSE)
        until(view, f"window.waits.length == {key + 1}")
    return view.evaluate("window.waits")


def packed(data: bytes) -> int:
    """The size of `gzip -6`, in bytes."""
    return len(zlib.compress(data, 6, wbits=31))


def processors() -> dict[str, float]:
    """Milliseconds that each process of the browsers that this one started has used, by number."""
    fields = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            name, rest = place.read_text().rsplit(")", 1)
            fields[place.parent.name] = (name.partition("(")[2], rest.split())
    mine = {str(os.getpid())}
    while more := {one for one, (_, rest) in fields.items() if rest[1] in mine} - mine:
        mine |= more
    tick = 1_000 / os.sysconf("SC_CLK_TCK")
    return {
        one: tick * sum(map(int, fields[one][1][11:13]))
        for one in mine
        if "chrom" in fields[one][0]
    }


def spent(before: dict[str, float]) -> float:
    """Milliseconds that the browser has used since then."""
    return sum(used - before.get(one, 0) for one, used in processors().items())


def opened(browser, address: str):
    """A page without a cache, and what it brings: the bodies' packed sizes."""
    context = browser.new_context(viewport=SIZE)
    view = context.new_page()
    view.add_init_script(START)
    brought: list = []
    view.on("requestfinished", lambda request: brought.append(request))
    view.goto(address)
    return view, brought


def start(view, brought, name: str, before: dict[str, float]) -> list[float]:
    """First load, picture, explorer, processor's time, freeze: see the top."""
    told = until(view, LIVE[name])
    used = spent(before)
    assert isinstance(told, (int, float)), told
    view.evaluate("void (figures.ended = true)")
    figures = view.evaluate("figures")
    size = sum(packed(request.response().body()) for request in brought if asked(request.url))
    return [size / 1e6, figures["picture"], told, used, figures["longest"]]


def asked(url: str) -> bool:
    """Whether an address is one of the server's files."""
    return url.startswith("http") and "/api/" not in url


def in_page(browser, site: str) -> tuple[list[float], list[float], list[float]]:
    """One round in the page: its start, its keys by Python, its keys by frames."""
    address = f"{site}{LESSON}.html"
    before = processors()
    view, brought = opened(browser, address)
    told = start(view, brought, "page", before)
    until(view, "vpcedu.all")
    keys = keyed(view, SLIDER["page"])
    view.context.close()
    view = browser.new_context(viewport=SIZE).new_page()
    view.route("**/*.wasm", lambda route: route.abort())  # Python does not come
    view.goto(address)
    until(view, "window.vpcedu && vpcedu.framed && vpcedu.failed")
    frames = keyed(view, SLIDER["page"])
    view.context.close()
    return told, keys, frames


def in_lab(browser, lab: str) -> tuple[list[float], list[float], list[float]]:
    """One round in JupyterLab, with a kernel of its own."""
    from tests.test_browser import run_all

    before = processors()
    view, brought = opened(browser, f"{lab}/lab/tree/{LESSON}.ipynb?reset")
    until(view, "window.jupyterapp?.shell.currentWidget?.sessionContext && true")
    view.evaluate(
        "async () => { const session = jupyterapp.shell.currentWidget.sessionContext;"
        " await session.ready; await session.session.kernel.info;"
        " jupyterapp.commands.execute('notebook:run-all-cells'); }"
    )
    told = start(view, brought, "JupyterLab", before)
    run_all(view)
    keys = keyed(view, SLIDER["JupyterLab"])
    view.evaluate("jupyterapp.serviceManager.sessions.shutdownAll()")
    view.context.close()
    return told, keys, []


def measured(rounds: int) -> dict[str, list[tuple[list[float], list[float], list[float]]]]:
    """The rounds by name, in turn."""
    from tests.rigs import alive
    from tests.test_browser import jupyterlab

    os.environ["VPCEDU_PAINTER"] = "svg"
    found: dict[str, list] = {"page": [], "JupyterLab": []}
    with (
        tempfile.TemporaryDirectory() as folder,
        alive.served(Path(folder)) as site,
        jupyterlab() as lab,
        alive.chromium() as browser,
    ):
        for _ in range(rounds):
            found["page"].append(in_page(browser, site))
            found["JupyterLab"].append(in_lab(browser, lab))
    return found


def column(rounds) -> list[float | None]:
    """The medians of the figures, in the order of FIGURES; None where there is none."""
    starts = [
        statistics.median(each) for each in zip(*(told for told, _, _ in rounds), strict=True)
    ]
    keys = [wait for _, each, _ in rounds for wait in each]
    frames = [wait for _, _, each in rounds for wait in each]
    nine = statistics.quantiles(keys, n=10)[-1]
    by_frame = statistics.median(frames) if frames else None
    return [*starts, statistics.median(keys), nine, by_frame]


def main(words: list[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args(words).rounds
    found = measured(rounds)
    load = os.getloadavg()[0]
    print(
        f"Lesson {LESSON}, {rounds} rounds in turn, {KEYS} keys each; the machine's load {load:.1f}"
    )
    print(f"{'':{WIDTH}}{'page':>10}{'JupyterLab':>12}{'goal':>8}")
    columns = [column(each) for each in found.values()]
    for (name, goal), ours, theirs in zip(FIGURES.items(), *columns, strict=True):
        print(
            f"{name:{WIDTH}}{ours:10.1f}{'-' if theirs is None else f'{theirs:.1f}':>12}{goal or '':>8}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
