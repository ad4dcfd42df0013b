"""Own page: your-vpc.html, where people drop the files of their own VPC.

The page can be read before anything runs: what it does, what is promised, and what a browser cannot
promise. The script that collects the files is the one that `python3 -m vpcedu collect` prints.
"""

from __future__ import annotations

from html import escape

from vpcedu.aws import example
from vpcedu.pages import static_pages, texts
from vpcedu.pages.alive import lesson_pages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE = "your-vpc.html"
TITLE = "Ask about your own VPC"
ABOUT = (
    "Drop the files that the AWS CLI writes about your VPC. Does one end reach another, and does the reply come back? "
    "What is the smallest repair? Your files stay in your browser."
)
KINDS = {  # of notes, in a stranger's words
    "not read": "Not read: no answer of the AWS CLI",
    "unknown": "Not understood, so not used",
    "beyond": "Understood, but not modelled",
    "missing": "Missing: no file has it",
    "inferred": "Inferred: no file says it",
    "simplified": "Simplified",
    "left out": "Left out: it takes no part",
    "inconsistent": "Files that disagree",
}
BODY = """<h1>{title}</h1>
<p>Give this page the JSON files that the AWS CLI writes about your VPC. It answers: does one end reach another, and
does the reply come back? What stops it, and what is the smallest repair? Who reaches what? The packets are sent
through a model of your VPC, in your browser. Nothing in your account is touched.</p>
<p><strong>Your files stay in this page.</strong> Once it is ready, your browser refuses every request that it makes,
even to this site. What no page can promise: a link that you click leads away, and an extension of your browser can
read what you see.</p>
<p id="alive" role="status">To run, this page needs a web server and JavaScript. The command line does the same:
<code>python3 -m vpcedu ask --help</code>.</p>
<details id="promise"><summary>How your files stay here, and how to be sure</summary>
<p>The page fetches its own parts from this site, then it locks itself by a second content security policy, which it
cannot take back. Your files can be read only after that. They are in this page's memory and nowhere else. They are
gone when you press <em>Forget everything</em> or close the page. What you ask about the example is put into the
address, so that it is a link. What you ask about your own files is not.</p>
<p>Names in your files are shown as words and never as a part of the page, so a name that holds markup cannot lead you
away. No link is made of what your files hold. The lines to copy contain names of yours: read them before you run
them.</p>
<p>You must still trust this site to send you the page that it describes. To be sure, switch the network off once the
page says that it is ready: everything here works without it. Or use the command line, which does the same.</p>
</details>
<details id="collect"><summary>How to get the files</summary>
<p>Save this script as <code>collect.sh</code> where the AWS CLI is, in AWS CloudShell for example, and run it. Its
calls only read. It writes the folder <code>my-network</code>: drop that folder here, without unpacking or sorting
anything. For other regions name them: <code>sh collect.sh my-network eu-west-1 us-east-1</code>. Files that you have
already, of <code>aws ec2 describe-vpcs</code> and the like, will do as well.</p>
<div class="copied" id="script">{collect}</div>
<details><summary>The IAM policy that it needs</summary>
{rights}</details>
</details>
<fieldset id="work" disabled aria-busy="true"><legend class="heard">Your VPC</legend>
<div id="drop">
<p>Drop files or a folder here, or choose:</p>
<p class="row"><label for="files">Files</label> <input type="file" id="files" multiple accept=".json,.gz"></p>
<p class="row"><label for="folder">Folder</label> <input type="file" id="folder" webkitdirectory></p>
<p class="row"><button type="button" id="example" class="primary">Try the example VPC</button>
<button type="button" id="forget">Forget everything</button></p>
</div>
<p id="told" role="status"></p>
<div id="after" hidden>
<h2>What was read</h2>
<div id="found"></div>
<h2>Ask</h2>
<p>An end is <code>internet</code>, an instance (its id or Name tag), an interface, an address, or a load balancer's
name.</p>
<form id="form">
<p><label for="from">From</label> <input id="from" list="ends" autocomplete="off" spellcheck="false"></p>
<p><label for="to">To</label> <input id="to" list="ends" autocomplete="off" spellcheck="false"></p>
<p><label for="port">TCP port</label> <input id="port" list="ports" inputmode="numeric" autocomplete="off"></p>
<datalist id="ends"></datalist><datalist id="ports"></datalist>
<p class="row"><button class="primary">Ask</button> <button type="button" id="swap">Swap the ends</button></p>
</form>
<div id="answer"></div>
<h2>Audit</h2>
<p>Who reaches what, from the Internet and inside, and which rules do nothing or too little.</p>
<p id="which"><label for="vpc">VPC</label> <select id="vpc"></select></p>
<p class="row"><button type="button" id="audit" class="primary">Audit</button></p>
<div id="audited"></div>
</div>
</fieldset>
"""


def collecting() -> tuple[str, str]:
    """The script that collects the files, and the IAM policy that it needs."""
    here = example().parent
    script, rights = (here / name for name in ("collect.sh", "collect-policy.json"))
    return script.read_text(encoding="utf-8"), rights.read_text(encoding="utf-8")


def page(files: Mapping[str, int]) -> str:
    """The page; files: what its Python needs, with their sizes in bytes."""
    collect, rights = (texts.block("code scroll", escape(one)) for one in collecting())
    body = BODY.format(title=TITLE, collect=collect, rights=rights)
    size = sum(files.values())
    data = {
        "kinds": KINDS,
        "files": list(files.items()),
        "bytes": size,
        "megabytes": round(size / 1e6),
    }
    page = static_pages.page(TITLE, body, "", PAGE, ABOUT)
    return lesson_pages.alive(page, data, {}, "own.js")
