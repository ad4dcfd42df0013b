"""The page of one's own VPC, used as a person would, in Chromium; and the ways out of it.

Each test has a page of its own only where it must: a page takes seconds to start.
"""

import contextlib
import functools
import json
import re
import shutil
import threading
import time
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from rigs import access, alive, aws_made, ways_out
from rigs.firefox import firefox

from vpcedu import aws
from vpcedu.__main__ import main
from vpcedu.pages.alive import build, own_page, runtime
from vpcedu.pages.alive.own import OwnDoor

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::DeprecationWarning")]
IDLE = "vpcedu.failed || (vpcedu.all && !vpcedu.busy)"
META = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>\n')
# a number of bytes in place of a text: that many zeros
DROP = """([files, place]) => { const data = new DataTransfer();
  for (const [name, text] of files)
    data.items.add(new File([typeof text === 'number' ? new Uint8Array(text) : text], name));
  const event = new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true});
  document.querySelector(place).dispatchEvent(event); }"""
EXAMPLE = {path.name: path.read_text() for path in sorted(aws.example().iterdir())}


class Site(SimpleHTTPRequestHandler):
    """The site's own host, which notes what it is asked for."""

    def do_GET(self):
        self.server.asked.append(self.path)
        super().do_GET()

    def log_message(self, *words):
        pass


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    try:
        pyodide = runtime.files(runtime.archive())
    except runtime.Missing as missing:
        pytest.skip(f"no page is alive without Pyodide: {missing}")
    made = build.shared(pyodide)
    place = tmp_path_factory.mktemp("own")
    (place / "alive").mkdir()
    for name, data in made.items():
        (place / "alive" / name).write_bytes(data)
    needed = {name: len(made[name]) for name in (*runtime.FILES, "vpcedu.zip")}
    (place / own_page.PAGE).write_text(own_page.page(needed))
    return place


@contextlib.contextmanager
def served(folder):
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Site, directory=str(folder)))
    server.asked, server.address = [], f"http://127.0.0.1:{server.server_port}/"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def browser():
    with alive.chromium() as started:
        yield started


class Person:
    """Somebody at the page."""

    def __init__(self, browser, address, after="", width=760):
        self.said = []
        self.view = browser.new_page(viewport={"width": width, "height": 900})
        self.view.on("console", lambda message: self.said.append(message.text))
        self.view.on("pageerror", lambda error: self.said.append(str(error)))
        self.view.goto(f"{address}{own_page.PAGE}{after}")
        self.wait(IDLE)
        assert not self.view.evaluate("vpcedu.failed")

    def wait(self, condition):
        alive.wait(self.view, condition, alive.STARTED)

    def told(self):
        self.wait(IDLE)
        return self.view.inner_text("#told")

    def drop(self, files, place="#drop"):
        self.view.evaluate(DROP, [list(files.items()), place])
        return self.told()

    def ask(self, source, destination, port):
        for name, words in (("from", source), ("to", destination), ("port", port)):
            self.view.fill(f"#{name}", str(words))
        self.view.press("#port", "Enter")
        return self.told()

    def answer(self):
        """The answer's verdict and parts, without spaces."""
        parts = "#answer > .verdict, #answer > pre, #answer > .path pre"
        return squeezed("".join(self.view.locator(parts).all_text_contents()))

    def svg(self, place):
        return self.view.locator(f"{place} figure svg").first.get_attribute("aria-label")


def squeezed(text):
    return "".join(text.split())


@pytest.fixture(scope="module")
def person(browser, folder):
    with served(folder) as site:
        someone = Person(browser, site.address, width=380)
        someone.site = site
        yield someone
        someone.view.close()


def printed(capsys, *words):
    main(list(map(str, words)))
    return capsys.readouterr().out


def test_the_example_gives_what_the_command_prints(person, capsys):
    """Asked by keyboard; the answer, the audit, and the map's words are the command line's."""
    person.view.locator("#example").press("Enter")
    assert "The example is read: 1 VPC" in person.told()
    assert person.view.locator("#ends option").count() > 5
    for asked in (("internet", "shop", 80), ("web-1", "db", 22)):
        told = person.ask(*asked)
        words = ("--from", asked[0], "--to", asked[1], "--port", asked[2])
        text = printed(capsys, "ask", aws.example(), *words, "--packets")
        assert squeezed(text) == person.answer()
        assert squeezed(text).startswith(squeezed(told))
    assert "aws ec2 create-network-acl-entry" in person.view.inner_text("#answer")
    person.view.locator("#audit").press("Enter")
    person.told()
    text = printed(capsys, "audit", aws.example())
    assert squeezed(text) == squeezed(person.view.locator("#audited > pre").first.text_content())
    own = OwnDoor()
    own.call("example")
    audited = json.loads(own.call("audit", "vpc-0a11b22c33d440001"))
    assert person.view.inner_html("#audited figure .scroll").count("<text") == audited["svg"].count(
        "<text"
    )
    assert person.svg("#audited") == audited["alt"]
    assert person.view.evaluate("document.documentElement.scrollWidth") == 380


def test_what_cannot_be_asked_is_a_sentence_where_the_reader_looks(person):
    for asked, words in ((("web-1", "db", "x"), "port 'x'"), (("web-1", "nobody", 80), "no end")):
        assert "This cannot be asked" in person.ask(*asked)
        assert words in person.view.inner_text("#answer .error")


def test_every_control_has_a_name_and_what_is_said_is_live(person):
    nameless = person.view.evaluate("""() => [...document.querySelectorAll(
        'main button, main input, main select')].filter(one => !one.closest('[hidden]') &&
        !(one.ariaLabel || one.labels?.[0]?.textContent.trim() || one.textContent.trim()))
        .map(one => one.outerHTML)""")
    assert nameless == []
    assert person.view.get_attribute("#told", "role") == "status"
    assert access.unreached(person.view) == []
    assert access.faults(person.view) == []


def test_a_network_of_api_calls_is_dropped_and_a_bad_file_loses_nothing(
    person, tmp_path_factory, capsys
):
    place, at = aws_made.made("reference", tmp_path_factory)
    files = {path.name: path.read_text() for path in sorted(place.iterdir())}
    assert "Read: 1 VPC" in person.drop(files, "body")  # beside the box counts too
    source, destination = at["web"], "internet"
    person.ask(source, destination, 443)
    words = ("--from", source, "--to", destination, "--port", 443)
    before = squeezed(printed(capsys, "ask", place, *words, "--packets"))
    assert person.answer() == before
    assert "#" not in person.view.url  # the address does not name one's own
    for bad, told in (
        ({"vpcs.json": "{"}, "expected JSON as the AWS CLI writes it"),
        ({"vpcs.json": '{"Vpcs": 7}'}, "expected a list"),
        ({"big.json": 65 * 1024 * 1024}, "expected at most 64 MiB"),
    ):
        said = person.drop(bad)
        assert told in said and "What was read before is still here." in said
        person.ask(source, destination, 443)
        assert person.answer() == before
    assert "Read" in person.drop({"notes.txt": "x"})
    assert "notes.txt" in person.view.locator("#found").text_content()


def test_the_page_s_script_is_the_one_that_the_command_prints(person, capsys):
    shown = [one.text_content() for one in person.view.locator("#collect pre").all()]
    assert shown == [printed(capsys, "collect"), printed(capsys, "collect", "--policy")]


def test_forget_leaves_nothing(person):
    person.view.click("#forget")
    assert "Forgotten" in person.told()
    assert person.view.locator("#after").is_hidden()
    assert person.view.evaluate("localStorage.length + sessionStorage.length") == 0
    assert person.drop({"vpcs.json": "{"}).endswith("Nothing has been read yet.")
    assert person.said == []


def test_a_link_about_one_s_own_files_asks_for_them(person):
    """Then it asks what it asks; and it leads to no element, so nothing of it is run."""
    person.view.evaluate("void (location.hash = 'ask;files=own;from=internet;to=shop;port=80')")
    person.wait("document.getElementById('told').textContent.includes('drop them here')")
    assert person.view.locator("#after").is_hidden()
    person.drop(EXAMPLE)
    assert person.told() == "internet reaches shop on TCP port 80, and the reply comes back."
    assert "#" not in person.view.url
    for odd in ("run;x=1", "ask;from=<img+src=x>;host=y", "ask;from"):
        person.view.evaluate("odd => void (location.hash = odd)", odd)
        person.wait("document.getElementById('told').textContent.includes('opens nothing here')")
        person.view.evaluate("void (document.getElementById('told').textContent = '')")
    person.view.evaluate("void (location.hash = 'collect')")
    person.wait("document.getElementById('collect').open")


def hostile(to):
    """The example under names that are markup, each of which would lead away or run."""
    names = (
        f"</text></svg><script>location='{to}script'</script><img src=x onerror=\"location='{to}error'\">",
        f'</text></svg><meta http-equiv="refresh" content="0;url={to}refresh">',
        f'sg-0<svg><use href="{to}use"/><style>@import "{to}css";</style></svg><a href="{to}link">x</a>',
    )
    ids = ("web-1", "i-0e11f22a33b440001", "sg-0c11d22e33f440002")
    files = dict(EXAMPLE)
    for old, new in zip(ids, names, strict=True):
        files = {name: text.replace(f'"{old}"', json.dumps(new)) for name, text in files.items()}
    return files, names


def use_hostile(person, to):
    files, names = hostile(to)
    assert "Read: 1 VPC" in person.drop(files)
    person.ask(names[0], "internet", 443)
    return names


def test_names_that_are_markup_stay_words(person):
    page = person.view.url.partition("#")[0]
    with ways_out.another_host() as other:
        names = use_hostile(person, other.address)
        assert squeezed(names[1]) in person.answer()
        person.view.click("#audit")
        person.told()
        time.sleep(0.3)  # a refresh would have led away by now
        assert person.view.url == page and other.arrived == []
    inside = "#after :is(script, meta, a, img, iframe, use, link, form form)"
    assert person.view.locator(inside).count() == 0
    assert person.view.evaluate("vpcedu.dropped") == []
    assert person.said == []


def test_after_the_lock_the_own_host_is_asked_nothing(person):
    """All tests before used the page: since Python's files came, not one request."""
    wanted = {f"/alive/{name}" for name in (*runtime.FILES, "vpcedu.zip", "worker.js")}
    assert wanted <= set(person.site.asked)
    last = max(map(person.site.asked.index, wanted))
    assert person.site.asked[last + 1 :] in ([], ["/favicon.ico"])


def with_ways(folder, place, plant=()):
    """A copy of the site whose scripts try the ways out; plant: texts to put in place of others."""
    shutil.copytree(folder, place)
    for name, old, new in plant:
        file = place / name
        text = file.read_text()
        assert re.search(old, text), old
        file.write_text(re.sub(old, new, text))
    return place


def append_ways(place, site, other):
    for name, ways in (("own.js", ways_out.of_page), ("worker.js", ways_out.of_worker)):
        file = place / "alive" / name
        file.write_text(file.read_text() + ways(site.address, other.address))


def try_ways(browser, place, after=""):
    with served(place) as site, ways_out.another_host() as other:
        append_ways(place, site, other)
        someone = Person(browser, site.address, after)
        told = someone.told()
        someone.view.evaluate("window.tryWays()")
        someone.wait("window.tried")
        someone.view.close()
        secret = [path for path in site.asked if "secret" in path]
    return told, {path.strip("/").split("?")[0] for path in other.arrived}, secret


def test_no_way_out_is_open_from_page_or_worker(browser, folder, tmp_path):
    """Opened by a link, which asks about the example; then every way is tried."""
    place = with_ways(folder, tmp_path / "strict")
    told, arrived, secret = try_ways(browser, place, "#ask;from=internet;to=shop;port=80;v=0.1.0")
    assert told == "internet reaches shop on TCP port 80, and the reply comes back."
    assert arrived == set() and secret == []


# Chromium without a window asks for no icon. Python's sockets are WebSockets, asked of "/".
SILENT = {"page-icon", "python-socket", "python-urllib"}


def test_without_the_policies_every_way_arrives(browser, folder, tmp_path):
    """The planted fault: what the test above looks for can be seen."""
    plant = (
        (own_page.PAGE, META.pattern, ""),
        ("alive/own.js", r"  python\.shut\(\);\n", ""),
        ("alive/worker.js", r"self\.fetch = table\(\{\}\)", "self.fetch = realFetch"),
    )
    place = with_ways(folder, tmp_path / "open", plant)
    _, arrived, secret = try_ways(browser, place)
    names = {
        f"{who}-{name.replace(' ', '-')}"
        for who, ways in (
            ("page", ways_out.BOTH | ways_out.PAGE),
            ("worker", ways_out.BOTH),
            ("python", ways_out.PYTHON),
        )
        for name in ways
        if name != "own host"
    }
    assert names - arrived == SILENT and "" in arrived
    assert len(secret) == 2


def test_in_firefox_a_question_is_answered_and_no_way_out_is_open(folder, tmp_path):
    """A link asks it, and then the form does; then every way is tried."""
    place = with_ways(folder, tmp_path / "firefox")
    with served(place) as site, ways_out.another_host() as other, firefox() as hands:
        append_ways(place, site, other)
        hands.goto(f"{site.address}{own_page.PAGE}#ask;from=internet;to=shop;port=80")
        alive.wait(hands, IDLE, alive.STARTED)
        said = "document.getElementById('told').textContent"
        assert hands.evaluate(said).startswith("internet reaches shop on TCP port 80")
        hands.click("#swap")
        hands.click("#form button.primary")
        alive.wait(hands, f"!vpcedu.busy && {said}.startsWith('shop ')")
        hands.evaluate("void tryWays().then(() => { window.page = 1; })")
        alive.wait(hands, "window.page && window.tried", alive.STARTED)
        assert other.arrived == [] and not [path for path in site.asked if "secret" in path]


def test_a_name_that_is_put_in_as_markup_leads_away(browser, folder, tmp_path):
    """The planted fault of the hostile file: words set as markup."""
    plant = (("alive/own.js", r"textContent: told\.verdict", "innerHTML: told.verdict"),)
    place = with_ways(folder, tmp_path / "markup", plant)
    with served(place) as site, ways_out.another_host() as other:
        someone = Person(browser, site.address)
        with contextlib.suppress(Exception):  # the page is gone in the midst of it
            use_hostile(someone, other.address)
        until = time.monotonic() + alive.PATIENCE
        while not other.arrived and time.monotonic() < until:
            time.sleep(0.05)
        someone.view.close()
    assert "/refresh" in other.arrived
