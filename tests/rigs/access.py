"""What makes a page that is alive hard to use, as Chromium has it: keyboard, live regions, axe.

axe-core is the W3C's and Deque's list of rules that a machine can try. The rest is what it cannot:
whether the Tab key comes by every control, and how often a screen reader is spoken to.
"""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe

from tests import accessibility

# marks every control that is seen; a group of radio buttons is one stop
STOPS = """(() => {
    const groups = new Set(), all = [...document.querySelectorAll(
        'a[href], button:enabled, input:enabled, select:enabled, textarea:enabled, summary, [tabindex="0"]')];
    return all.filter(one => {
        if (!one.checkVisibility() || one.tabIndex < 0) return false;
        if (one.type !== 'radio') return true;
        const first = !groups.has(one.name);
        groups.add(one.name);
        return first;
    }).map((one, place) => { one.dataset.stop = place; return one.outerHTML.slice(0, 90); }); })()"""
AT = """(one => one.type === 'radio' ? document.getElementsByName(one.name)[0].dataset.stop : one.dataset.stop)(
    document.activeElement)"""
LISTEN = """() => {
    const live = '[role=status], [role=alert], [aria-live]:not([aria-live=off]), output:not([aria-live=off])';
    window.told = 0;
    for (const one of document.querySelectorAll(live)) {
        let before = one.textContent;
        new MutationObserver(() => { if (one.textContent !== before) told += 1; before = one.textContent; })
            .observe(one, {subtree: true, childList: true, characterData: true});
    } }"""
QUIET = 2_000  # milliseconds after the last move; a screen reader is told once, after less


def unreached(view):
    """The controls that the Tab key does not come by, from the top of the page to its end."""
    stops = view.evaluate(STOPS)
    view.evaluate("document.activeElement.blur()")
    view.evaluate("getSelection().collapse(document.body, 0)")
    seen = set()
    for _ in range(len(stops) + 5):
        view.keyboard.press("Tab")
        seen.add(view.evaluate(AT))
    return [stops[place] for place in range(len(stops)) if str(place) not in seen]


def spoken(view, slider):
    """How often live regions speak while a slider is moved ten times at once, and afterwards."""
    view.evaluate(LISTEN)
    for key in ["ArrowRight"] * 5 + ["ArrowLeft"] * 5:
        view.press(slider, key)
    view.wait_for_timeout(QUIET)
    return view.evaluate("told")


def faults(view):
    """What axe finds, and contrast, size and what sticks out, at the width that the window has."""
    found = Axe().run(view).response["violations"]
    told = [f"{one['id']}: {node['html'][:90]}" for one in found for node in one["nodes"]]
    return told + view.evaluate(accessibility.IN_BROWSER)["faults"]
