"""Every lesson's explorer in a real JupyterLab: each control is moved, the picture follows, nothing jumps."""

from __future__ import annotations

import json

import pytest
from test_browser import cell, explorer_state, jupyterlab, lesson, run_all, wait_until

pytestmark = pytest.mark.browser

EXPLORERS = {
    "00-the-question": "arrows",
    "01-addresses-and-routes": "explorer",
    "02-a-tcp-connection": "explorer",
    "03-ephemeral-ports": "explorer",
    "04-stateful-and-stateless": "explorer",
    "05-address-translation": "explorer",
    "06-proxies": "explorer",
    "07-network-load-balancer": "explorer",
    "09-time": "explorer",
    "12-is-it-true": "explorer",
}  # fmt: skip
ASK = """async code => {
    const future = jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute(
        {code: code, store_history: false});
    let told = '';
    future.onIOPub = message => { if (message.header.msg_type === 'stream') told += message.content.text; };
    await future.done;
    return told;
}"""


@pytest.fixture(scope="module")
def address():
    with jupyterlab() as address:
        yield address


def in_kernel(page, name):
    """The explorer's sentence and the values of its controls, as the kernel has them."""
    code = (f"import json; print(json.dumps([{name}.sentence, "
            f"{{k: str(c.value) for k, c in {name}.controls.items()}}]))")
    return json.loads(page.evaluate(ASK, code))


def follow(page, shown, name, before):
    """Wait until the kernel's values changed and the page shows the kernel's sentence."""
    wait_until(page, lambda: in_kernel(page, name)[1] != before[1])
    sentence, values = in_kernel(page, name)
    wait_until(page, lambda: " ".join(explorer_state(shown)[0].split()) == " ".join(sentence.split()))
    return sentence, values


@pytest.mark.parametrize("file", EXPLORERS)
def test_every_control_of_the_explorer_moves_the_picture_and_nothing_jumps(file, address, tmp_path):
    name = EXPLORERS[file]
    with lesson(address, f"{file}.ipynb") as page:
        run_all(page)
        shown = cell(page, f"{name} = widgets.")
        shown.locator(".widget-html svg").wait_for(timeout=30_000)
        heights, pictures = {explorer_state(shown)[2]}, {explorer_state(shown)[1]}
        for number in range(shown.locator(".noUi-handle").count()):
            before = in_kernel(page, name)
            handle = shown.locator(".noUi-handle").nth(number)
            handle.press("ArrowRight")
            page.wait_for_timeout(150)
            if in_kernel(page, name)[1] == before[1]:  # it stood at its right end
                handle.press("ArrowLeft")
            follow(page, shown, name, before)
            heights.add(explorer_state(shown)[2])
            pictures.add(explorer_state(shown)[1])
        for group in range(shown.locator(".widget-toggle-buttons").count()):
            before = in_kernel(page, name)
            shown.locator(".widget-toggle-buttons").nth(group).locator("button:not(.mod-active)").first.click()
            follow(page, shown, name, before)
            heights.add(explorer_state(shown)[2])
            pictures.add(explorer_state(shown)[1])
        shown.screenshot(path=tmp_path / f"{file}.png")
        moved = in_kernel(page, name)
        shown.get_by_role("button", name="Reset").click()
        follow(page, shown, name, moved)
        assert len(heights) == 1, f"the output changed its height: {heights}"
        assert len(pictures) > 1, "no control changed the picture"
        assert page.complaints == [] and page.off_machine == []
