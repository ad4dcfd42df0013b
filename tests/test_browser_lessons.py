"""Every lesson's explorer in a real JupyterLab, looked at and moved.

Each explorer is brought to three settings and photographed at each: nothing is cut off, nothing
lies over another thing, the controls need three rows at most, one lesson's four. The last setting
is photographed in the dark theme too, and in a narrow window, where the picture moves sideways in
its own frame. Then each control is moved by hand: the picture follows, and no slider changes the
height.
"""

from __future__ import annotations

import json

import pytest
from test_browser import cell, explorer_state, jupyterlab, lesson, run_all, wait_until

pytestmark = pytest.mark.browser

# The explorer's name in the lesson, and what brings it to its second and third setting; the first
# is the lesson's own.
EXPLORERS = {
    "00-the-question": ("arrows", "x.arrows.value = 'packets'", "x.begin_again()"),
    "01-addresses-and-routes": (
        "explorer",
        "x.view.value = 'map'",
        "x.to.value = '10.0.1.99'; x.default.value = 'NAT'",
    ),
    "02-a-tcp-connection": (
        "explorer",
        "x.begin_again(); x.server.value = 'up'",
        "x.first_syn_ack.value = True",
    ),
    "03-ephemeral-ports": (
        "explorer",
        "x.lifetime.value = 200",
        "x.ports.value = (1024, 65535); x.rate.value = 10",
    ),
    "04-stateful-and-stateless": (
        "explorer",
        "x.entry.value = (80, 80)",
        "x.what_if.row.value = 'sg-web in tcp 80 from 0.0.0.0/0'",
    ),
    "05-address-translation": (
        "explorer",
        "x.room.value = 1",
        "x.destinations.value = 2; x.at.value = 100",
    ),
    "06-proxies": (
        "explorer",
        "x.balancer.value = 'classic-tcp'; x.proxy.value = True",
        "x.balancer.value = 'network'",
    ),
    "07-network-load-balancer": (
        "explorer",
        "x.preserve.value = 'on'",
        "x.opener.value = 'client'; x.silent.value = 400",
    ),
    "08-return-paths": (
        "explorer",
        "x.way.value = 'NLB by instance'",
        "x.what_if.row.value = 'a new route in private'; x.moment.value = 2",
    ),
    "09-time": (
        "explorer",
        "x.way.value = 'Classic LB'",
        "x.way.value = 'NAT instance'; x.seconds.value = 7300",
    ),
    "10-troubleshooting": (
        "explorer",
        "x.view.value = 'checks'",
        "x.story.value = 'acl-without-answers'; x.view.value = 'map'",
    ),
    "11-your-own-vpc": (
        "explorer",
        "x.view.value = 'map'",
        "x.source.value = 'internet'; x.destination.value = 'shop'; x.port.value = 80; x.view.value = 'checks'",
    ),
    "12-is-it-true": (
        "explorer",
        "x.row.value = 3",
        "x.begin_again(); x.scenario.value = 'proxy-tcp'",
    ),
}
# of controls; the window's width for an output of 700 pixels, and of 380
ROWS, WIDE, NARROW = (3, 890, 480)
MORE_ROWS = {"03-ephemeral-ports": 4}  # it has seven controls
ASK = """async code => {
    const future = jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute(
        {code: code, store_history: false});
    let told = '';
    future.onIOPub = message => { if (message.header.msg_type === 'stream') told += message.content.text; };
    await future.done;
    return told;
}"""
OPEN = """async name => {
    const old = jupyterapp.shell.currentWidget;
    if (old.context.path === name) return;
    old.context.model.dirty = false;
    await old.sessionContext.shutdown();
    old.dispose();
    const book = await jupyterapp.commands.execute('docmanager:open', {path: name});
    await book.revealed;
}"""
LOOK = """explorer => {
    const cut = [...explorer.querySelectorAll('button, .widget-label, .widget-readout, summary')]
        .filter(e => e.offsetParent && (e.scrollWidth > e.clientWidth + 1)).map(e => e.textContent);
    const rows = [...explorer.children].filter(e => e.matches('.widget-hbox') && !e.querySelector('.vpcedu-about'));
    const places = rows.flatMap(row => [...row.children]).filter(e => e.offsetHeight)
        .map(e => e.getBoundingClientRect()).sort((a, b) => a.top - b.top);
    let lines = 0, end = -1e9;
    for (const place of places) {
        if (place.top > end - 6) lines += 1;
        end = Math.max(end, place.bottom);
    }
    const labels = [...explorer.querySelectorAll('.widget-toggle-buttons')].filter(e => e.offsetHeight > 40).length;
    const line = explorer.querySelector('.vpcedu-line'), stage = explorer.querySelector('svg[role=img]')
        .closest('.widget-box');
    return {cut, rows: lines, labels, words: line.scrollHeight - line.clientHeight,
            sideways: explorer.scrollWidth - explorer.clientWidth, frame: stage.scrollWidth - stage.clientWidth,
            below: stage.scrollHeight - stage.clientHeight, wide: stage.clientWidth,
            paper: getComputedStyle(stage.querySelector('svg > rect, svg path')).fill};
}"""


CLOSED = "Cannot read properties of null (reading 'kernel')"  # JupyterLab's own, of a closed lesson, at any time later


@pytest.fixture(scope="module")
def page():
    """One JupyterLab page, in which one lesson after the other is opened."""
    with jupyterlab() as address, lesson(address, "00-the-question.ipynb") as page:
        page.evaluate("() => jupyterapp.shell.collapseLeft()")
        yield page


def opened(page, file):
    """The cell of a lesson's explorer, after all cells were run."""
    page.set_viewport_size({"width": WIDE, "height": 1_300})
    page.evaluate(OPEN, f"{file}.ipynb")
    page.complaints.clear()  # about the lesson that was closed
    page.wait_for_selector(".jp-Notebook .jp-MarkdownOutput h1", timeout=60_000)
    run_all(page)
    shown = cell(page, f"{EXPLORERS[file][0]} = widgets.")
    shown.locator(".widget-html svg").wait_for(timeout=30_000)
    return shown


def in_kernel(page, name):
    """The explorer's sentence and the values of its controls, as the kernel has them."""
    code = (
        f"import json; print(json.dumps([{name}.sentence, "
        f"{{k: str(c.value) for k, c in {name}.controls.items()}}]))"
    )
    return json.loads(page.evaluate(ASK, code))


def same_words(shown, sentence):
    """Whether the page shows a sentence."""
    return " ".join(explorer_state(shown)[0].split()) == " ".join(sentence.split())


def follow(page, shown, name, before):
    """Wait until the kernel's values changed and the page shows the kernel's sentence."""
    wait_until(page, lambda: in_kernel(page, name)[1] != before[1])
    sentence, values = in_kernel(page, name)
    wait_until(page, lambda: same_words(shown, sentence))
    return sentence, values


def photograph(page, shown, path):
    """Look at the explorer as it stands; a photograph, and what a look at the page's boxes says."""
    page.wait_for_timeout(150)
    explorer = shown.locator(".vpcedu-explorer")
    explorer.screenshot(path=path)
    return explorer.evaluate(LOOK)


def look_at_three_settings(page, shown, file, folder):
    """The lesson's own setting and two more; the pictures.

    The last one is in the dark and in a narrow window too.
    """
    name, *changes = EXPLORERS[file]
    pictures = set()
    for number, change in enumerate(("pass", *changes), 1):
        page.evaluate(ASK, change.replace("x.", f"{name}."))
        wait_until(page, lambda: same_words(shown, in_kernel(page, name)[0]))
        seen = photograph(page, shown, folder / f"{file}-{number}.png")
        pictures.add(explorer_state(shown)[1])
        assert (
            seen["cut"] == [] and seen["rows"] <= MORE_ROWS.get(file, ROWS) and seen["labels"] == 0
        ), seen
        assert seen["words"] <= 0 and seen["sideways"] <= 0 and seen["frame"] <= 0, seen
        assert seen["wide"] >= 700 and seen["paper"] == "rgb(255, 255, 255)", seen
    page.evaluate(
        "jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})"
    )
    wait_until(page, lambda: page.evaluate("document.body.dataset.jpThemeLight") == "false")
    dark = photograph(page, shown, folder / f"{file}-dark.png")
    page.evaluate(
        "jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Light'})"
    )
    wait_until(page, lambda: page.evaluate("document.body.dataset.jpThemeLight") == "true")
    assert dark["paper"] == "rgb(17, 17, 17)"
    page.set_viewport_size({"width": NARROW, "height": 1_300})
    narrow = photograph(page, shown, folder / f"{file}-narrow.png")
    assert (
        narrow["cut"] == [] and narrow["sideways"] <= 6 < narrow["frame"] and narrow["wide"] < 420
    ), narrow
    page.set_viewport_size({"width": WIDE, "height": 1_300})
    return pictures


@pytest.mark.parametrize("file", EXPLORERS)
def test_the_explorer_is_whole_at_three_settings_and_follows_every_control(file, page, tmp_path):
    name = EXPLORERS[file][0]
    shown = opened(page, file)
    pictures = look_at_three_settings(page, shown, file, tmp_path)
    shown = cell(page, f"{name} = widgets.")
    for number in range(shown.locator(".noUi-handle").count()):
        before, high = in_kernel(page, name), explorer_state(shown)[2]
        handle = shown.locator(".noUi-handle").nth(number)
        handle.press("ArrowRight")
        page.wait_for_timeout(150)
        if in_kernel(page, name)[1] == before[1]:  # it stood at its right end
            handle.press("ArrowLeft")
        follow(page, shown, name, before)
        assert explorer_state(shown)[2] == high, "a slider changed the height of the output"
        pictures.add(explorer_state(shown)[1])
    for group in range(shown.locator(".widget-toggle-buttons").count()):
        before = in_kernel(page, name)
        others = (
            shown.locator(".widget-toggle-buttons")
            .nth(group)
            .locator("button:not(.mod-active):enabled")
        )
        if not others.count():  # it cannot matter now, and is disabled
            continue
        others.first.click()
        follow(page, shown, name, before)
        pictures.add(explorer_state(shown)[1])
    menus = shown.locator("select:enabled")
    if menus.count():
        before = in_kernel(page, name)
        menu = menus.first
        menu.select_option(
            index=(menu.evaluate("menu => menu.selectedIndex") + 1) % menu.locator("option").count()
        )
        follow(page, shown, name, before)
        pictures.add(explorer_state(shown)[1])
    moved = in_kernel(page, name)
    shown.get_by_role("button", name="Reset").click()
    follow(page, shown, name, moved)
    assert len(pictures) > 1 + (name == "explorer"), "no control changed the picture"
    assert [told for told in page.complaints if told != CLOSED] == [] and page.off_machine == []


# --- every explorer fits a laptop ----------------------------------------------------------

# JupyterLab's window, with its file browser, and what a notebook leaves for one output there.
LAPTOPS = {(1_280, 800): (848, 679), (1_024, 800): (592, 679)}
BUILT = {
    "Arrows": "widgets.Arrows(lab.proxy_site('classic-tcp').get('http://www.example.com/'))",
    "Routes": "widgets.Routes(to='198.51.100.7', partner=True)",
    "Handshake": "widgets.Handshake(round_trip=400)",
    "Ports": "widgets.Ports(destinations=2, rate=800)",
    "Filters": "widgets.Filters(port=40000, entry=(49152, 65535))",
    "Translations": "widgets.Translations(connections=4, at=200)",
    "Proxies": "widgets.Proxies('application')",
    "NetworkBalancer": "widgets.NetworkBalancer(opener='web 1', connection=4)",
    "ReturnPaths": "widgets.ReturnPaths()",
    "IdleClocks": "widgets.IdleClocks(way='Network LB', seconds=420, speaks='opener')",
    "Troubleshooting": "widgets.Troubleshooting(number=5)",
    "YourVpc": "widgets.YourVpc(lab.example_vpc(), 'web-1', 'db', 5432)",
    "Evidence": "widgets.Evidence(lab.laboratory(), scenario='acl-without-ephemeral', row=6)",
}
MEASURE = """explorer => {
    const svg = explorer.querySelector('svg[role=img]'), box = explorer.getBoundingClientRect();
    const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
    const bars = [explorer, ...explorer.querySelectorAll('*')].filter(e => {
        const style = getComputedStyle(e), moves = way => /auto|scroll/.test(style[way]);
        return moves('overflowY') && e.scrollHeight > e.clientHeight + 1
            || moves('overflowX') && e.scrollWidth > e.clientWidth + 1;
    }).map(e => e.className);
    const tall = svg.viewBox.baseVal.height * scale <= svg.getBoundingClientRect().height + 1;
    return {wide: box.width, high: box.height, bars, scale, tall};
}"""
SAVE = """async book => {
    const file = {type: 'notebook', format: 'json', content: book};
    await jupyterapp.serviceManager.contents.save('all.ipynb', file);
}"""


def book_of(sources):
    cells = [
        {"cell_type": "code", "id": f"c{number}", "metadata": {}, "source": source}
        | {"execution_count": None, "outputs": []}
        for number, source in enumerate(sources)
    ]
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def test_every_explorer_fits_a_laptop_without_a_scrollbar(page, tmp_path):
    """All in one notebook, measured in two windows, with the file browser open."""
    page.evaluate(SAVE, book_of(["from vpcedu import lab, widgets", *BUILT.values()]))
    page.evaluate("() => jupyterapp.shell.expandLeft()")
    page.evaluate(OPEN, "all.ipynb")
    page.wait_for_selector(".jp-CodeCell", timeout=60_000)
    run_all(page)
    wrong = []
    for size, (wide, high) in LAPTOPS.items():
        page.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
        for name, source in BUILT.items():
            explorer = cell(page, source).locator(".vpcedu-explorer")
            explorer.locator("svg[role=img]").wait_for(timeout=30_000)
            seen = explorer.evaluate(MEASURE)
            explorer.screenshot(path=tmp_path / f"{name}-{size[0]}.png")
            fits = seen["wide"] <= wide and seen["high"] <= high and not seen["bars"]
            if not fits or not seen["tall"] or (size[0] == 1_280 and seen["scale"] < 1):
                wrong.append((name, size, seen))
    page.evaluate("() => jupyterapp.shell.collapseLeft()")
    assert wrong == []
