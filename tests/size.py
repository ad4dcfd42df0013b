"""How large the package is, in statements, compared with its first edition.

`python tests/size.py` prints the table by folder.

A statement is one `ast.stmt`; imports, docstrings and `if TYPE_CHECKING` blocks are left out. So
neither the width of a line nor moving code between files counts.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "vpcedu"
TOP = "(top)"
DOORS = ("__main__", "facade")  # how the package is called, and how it loads what is asked for

# The first edition (94817a6), folder by folder; what has moved to another floor since is counted
# where it stands now: 48 statements of conversations and joined VPCs came from views to network, 19
# of the call and its record from lab; the 166 of the pages came from the tests into the package.
FIRST = {
    "words": 357,
    "protocols": 818,
    "tables": 481,
    "hosts": 713,
    "gateways": 241,
    "network": 556,
    "views": 1_276,
    "sites": 1_072,
    "aws": 995,
    "analysis": 1_368,
    "scenarios": 301,
    "puzzles": 340,
    "course": 1_126,
    "lab": 0,
    "draw": 4_077,
    "widgets": 773,
    "cli": 160,
    "pages": 166,
    "(top)": 39,
}
CORE = ("words", "protocols", "tables", "hosts", "gateways", "network")
FIRST_CORE, FIRST_PACKAGE = 3_166, 14_859
MORE = 0.015
# What the first edition could not do at all, added in the commit that needs it, with its reason: a
# folder, what it does, and the statements this takes.
LATER = {
    # RFC 9293 section 3.10.7: text and FIN with a SYN were thrown away, TIME-WAIT was silent
    ("protocols", "what comes with a SYN, and what TIME-WAIT answers"): 17,
    # Linux' conntrack: the first edition let a RST with any number close a NAT instance's row
    ("gateways", "a NAT instance looks at the number of a RST"): 46,
    # an answer that rests on what no file tells is none: the first edition said "works"
    ("analysis", "what no file tells"): 54,
    # a network that slowed down with every visit: one alarm noted for each device and connection
    ("hosts", "alarms that do not pile up"): 26,
    # an Internet gateway sends nothing to a shared address either (RFC 6598, Reachability Analyzer)
    ("words", "shared addresses are not those of the Internet"): 3,
    # with more to load, a visit from a cold start took longer than in the first edition
    ("words", "records, and what is remembered, without two slow modules of the library"): 24,
    # pods of EKS have such addresses, and were unknown
    ("analysis", "a shared address that an interface has"): 1,
    # the walk in three quarters of its time
    ("network", "hops that are remembered, and only the checks that an interface has"): 30,
    # a symbolic link, a FIFO or a mode was lost, and a helper's name could be somebody's file
    ("words", "files are written with care for what stands there"): 31,
    # some errors repeated 2 MB of input, or gave several lines
    ("words", "errors are short and take one line"): 7,
    ("puzzles", "a typed line has a longest"): 3,
    # 31 of 104 files that tcpdump and others write were refused, or silently shorter than they were
    ("views", "captures that were cut, looped back, logged or are older; the rest counted"): 129,
    # the text of a file grew with the square of its hosts, and its memory without a limit
    # a FIFO has no size to hold against it: reading one never ended
    ("sites", "captures of many hosts, up to a stated size, of plain files"): 34,
    # a folder or FIFO was called a name that ends wrongly; a control character broke an SVG
    ("aws", "what stands among the files is named"): 5,
    ("draw", "names with any character"): 3,
    # 120 KB in one-byte chunks took 1.2 s: each segment read the message anew
    ("protocols", "messages are read once, however many segments bring them"): 33,
    # lines of TCP6 were not looked at, nor which families the specification has
    ("protocols", "headers of the PROXY protocol are checked as their specification says"): 13,
    # 080 was a port, /08 a length, and what is no text a TypeError
    ("words", "a number has one text, and what is no text is named"): 14,
    # 20,000 names took 5.7 s, 2,000 VPCs 27 s, 4,000 rules 25 s, 21 MB of lists 1.6 GB
    ("aws", "work that grows with the files, and limits that keep the memory"): 106,
    ("network", "tables of routes and filters are made once for all that share them"): 16,
    ("tables", "the same: sets of rules, numbers of entries, routes for one destination"): 16,
    # a ladder of a capture of many hosts took the square of their number
    ("views", "hosts in order, by one look-up each"): 10,
    # the answer was the first of 180 lines
    ("views", "one screen: a map and a short answer"): 54,
    ("(top)", "parts of the text that can be asked for"): 10,
    # matplotlib painted nothing that moves, and its axes held nothing that somebody could change
    ("draw", "matplotlib paints what moves, in the page's colours; one painter or the other"): 77,
    ("draw", "lines, patches and texts of a figure, to be changed"): 46,
    # a moved slider took matplotlib 1.4 times as long as the package's own painter
    ("draw", "what did not move is not drawn again"): 34,
    # any stored picture could stand in any other one's place
    ("draw", "a PNG tells its scene"): 11,
    # the explorer of a Network Load Balancer was a form: no network, no hash, no other connection
    ("draw", "the network of a Network Load Balancer, its hash, and who got each connection"): 177,
    # an entry's ports, the client's port and the ranges of callers could not be seen together
    ("draw", "all ports on one line, and a whole network ACL with what matches first"): 113,
    # a curve called ports in TIME-WAIT connections; nothing drained, and all destinations were one
    ("draw", "a bin of ports for each destination, at any second"): 42,
    ("sites", "open connections apart from TIME-WAIT, and one destination that gets most"): 13,
    # 07.2 took a rule that lets the clients in and the health checks die
    ("course", "a target's rule is tried with health checks and from inside the VPC"): 21,
    # seven silences of twelve, PROXY and a way to register changed nothing, and nobody said so
    ("widgets", "what cannot matter for ports or a Network Load Balancer is disabled"): 11,
    ("widgets", "pictures are saved from an explorer"): 24,
    ("widgets", "an explorer's figure and painter"): 8,
    # a SYN said nothing but its MSS, 1,460 bytes inside a VPC too: no packet capture shows that
    ("protocols", "the options of a Linux SYN"): 7,
    ("network", "interfaces of a VPC carry 9,001 bytes"): 4,
    ("hosts", "the same: what a SYN offers"): 2,
    ("gateways", "the same: the checks of a Network Load Balancer"): 2,
    ("words", "the same: any device may be on such an interface"): 1,
    # nine packets of a visit shared one instant
    ("network", "a packet takes time inside the VPC"): 6,
    ("draw", "clocks that ring within one instant of each other"): 2,
    # nothing that was taught came back later, and nobody asked what a picture had shown
    ("course", "a question about an earlier lesson, and one about each main picture"): 97,
    # an exercise that got an address for a block, or a port as text, ended in a traceback
    ("course", "slips are met in one place, with a sentence"): 19,
    # "silence is a filter, an answer is none" was a rule of thumb, and false
    ("course", "who sends each symptom, read from runs; the stories by symptom"): 32,
    # that an HTTP listener opens a connection for each client went unsaid, and checks were not run
    ("course", "connections that are used again, and health checks, by runs"): 20,
    ("course", "a second exercise on return paths"): 14,
    ("widgets", "the same: their forms"): 12,
    # a page led nowhere but from its last line, and two printed lines could become one
    ("pages", "links above and below, folded cells, printed lines that stay lines"): 30,
    # what a learner had predicted was said, and not seen
    ("draw", "a predicted packet on the picture of what happened"): 62,
    ("widgets", "the same: a form keeps it"): 3,
    # the reply to a wrong packet gave the cause away, before the picture showed it
    ("course", "which connections the sender of a predicted packet has"): 8,
    # a request that passed below a box crossed its answer, and a number stood on the crossing
    ("draw", "a request and its answer that do not cross"): 16,
    # words had to be guessed for text fields; without a kernel a form did not say what it asks
    ("widgets", "closed sets as buttons and menus, and forms that say what they ask"): 53,
    # a lesson could not show what the learner sees on a machine of their own
    ("views", "what ss, curl -v, tcpdump and a metric of CloudWatch print of a capture"): 272,
    ("sites", "what a full NAT gateway did, as a capture"): 6,
    # a target's client address kept or replaced was a lesson apart from the other balancers
    ("sites", "the same page through each of five balancers"): 8,
    # a box to tick for a PROXY line that this balancer cannot send
    ("widgets", "a control that can change nothing is disabled"): 4,
    # symptoms that people report and no page showed
    (
        "scenarios",
        "a function without an address, a NAT behind itself, a peer's NAT, a WebSocket",
    ): 25,
    # README had no picture, and the two replies of the question stood in no picture side by side
    ("draw", "two visits as narrow maps, side by side"): 95,
    # AWS demands two zones of an Application Load Balancer; the reference site had one
    ("sites", "an Application Load Balancer has nodes in two zones, and one access log"): 8,
    # seven explorers did not fit a laptop's window, and a narrow one had scrollbars in a page
    ("draw", "strips that only a still picture has, windows of long ladders, ghosts"): 50,
    ("widgets", "explorers are scaled; dead controls say why; Reset is to what was displayed"): 50,
    # nobody could measure what the course changed
    ("course", "twelve symptoms in two forms; each answer is a network that is run"): 175,
    ("widgets", "the same: a question at a time, and a line to hand in"): 74,
    ("pages", "the same: a last page without a number"): 3,
    # whoever reads the course in a browser could move nothing without installing Python
    (
        "pages",
        "lessons alive in a browser: Pyodide, a stand-in for ipywidgets, cells, licences",
    ): 421,
    ("analysis", "a repair as a line of the AWS CLI"): 48,
    # two days, regions or calls in one folder were refused; other files had one message for all
    ("aws", "rows that come twice; folders, .gz, wrappers and lists; what a file is instead"): 236,
    # one interface outside its subnet, and nothing of the whole account was answered
    ("aws", "rows that do not fit the others are left out and named"): 166,
    ("analysis", "the same: why such an end opens nothing"): 2,
    # the lines that collect the files stood in two pages, without the rights that they need
    ("cli", "a script that collects a network's files is printed"): 5,
    # no page had an address, so no command could print a link to what it says
    ("words", "where the course's pages can be opened"): 4,
    # the first page was a list of lessons; a link to a page showed nothing before it was opened
    ("pages", "a first page that answers, and what is seen of a page that is shared"): 106,
    ("draw", "a visit as one narrow map, and nothing around it"): 4,
    # what no file can tell was taken for granted in silence
    ("network", "assumptions are part of a description"): 9,
    ("aws", "the same: what the files do not tell"): 11,
    ("analysis", "the same: those that the packets of an answer met"): 80,
    # a host that gets a PROXY header answered 400, as if that were known
    ("hosts", "a host of which nothing is known reads a PROXY header"): 4,
    ("protocols", "the same: what comes after the header"): 5,
    # one address, one target, one port was tried, and the answer was for all of them
    ("analysis", "all choices of a network: addresses, targets and ports, with their shares"): 272,
    ("analysis", "a circle is described once; a first screen of twenty lines"): 14,
    # an audit let endpoints open connections; a route that one file calls a blackhole worked
    ("analysis", "who opens no connection; open points of a single route"): 5,
    ("aws", "files that disagree about a route leave the answer open"): 1,
    ("tables", "a target group tells which target was chosen"): 6,
    ("words", "any device says that it has no target groups and no source ports"): 2,
    # a rule by host and path could not be asked about
    ("cli", "the path's packets on demand; host and path"): 3,
    ("course", "the same: under the names of a lesson"): 1,
    ("course", "what brings a reply back, device by device"): 9,
    ("draw", "an axis as long as the story, and its name and times"): 28,
    ("widgets", "controls that cannot matter: of lessons 01, 02, 05, 06 and 09"): 56,
    # secondary addresses were "an address that no network interface of the VPC has", a stopped
    # instance no end, a NAT gateway that failed was used, a Classic balancer's ACL was not asked
    ("network", "secondary addresses, states, and the ACL within a Classic balancer's subnet"): 21,
    ("hosts", "the same: a Classic balancer says so"): 1,
    ("words", "the same: a reason, and what a machine says of itself"): 2,
    ("aws", "the same, as files tell them: addresses, prefixes, states"): 35,
    ("analysis", "the same: ends, tables of the audit, and starting what is stopped"): 18,
    ("scenarios", "the same: a stopped server"): 4,
    ("sites", "the same: how the row is said"): 1,
    # a group with rules for IPv6 alone "allows nothing", a dualstack balancer was an IPv4 one
    ("network", "rules for IPv6, to be told"): 1,
    ("aws", "the same: read, and what clients over IPv6 meet at a balancer"): 26,
    ("analysis", "the same: where IPv4 is refused"): 6,
    # targets that are registered and unused were to be registered; an ALB was no target
    ("tables", "targets that get nothing, and why"): 6,
    ("aws", "the same, by the reasons of health answers; load balancers as targets"): 27,
    ("analysis", "the same: why a group has no target; addresses of one end named together"): 10,
    # several groups were one, policies of a Classic balancer were set aside, logs had made-up ids
    ("aws", "weights as shares, Classic policies, why targets are unused, services as ends"): 31,
    ("tables", "the same: a target that stands more than once"): 1,
    ("views", "a flow log of a loaded network has its ids"): 4,
    # a browser's Python ended in tracebacks: no OpenSSL, no matplotlib, no other processes
    ("words", "what this Python lacks, in a sentence"): 12,
    ("protocols", "the same: a module ssl that can do nothing"): 3,
    ("sites", "a sweep in one process where there is no other"): 9,
    ("draw", "the same: pictures say that matplotlib is missing"): 1,
    ("widgets", "the same: notebooks print it"): 1,
    # "look at packet 7 with the Network Load Balancer": nobody could send that to somebody
    ("words", "a state as the last part of an address, and back"): 42,
    ("widgets", "explorers, forms and papers tell their state and open at one"): 158,
    ("pages", "a page opens at the state in its address"): 22,
    ("cli", "the same: the address of the page that shows what a command prints"): 53,
    ("(top)", "the same, of the answer"): 2,
    # a link led to pages that are not there, and as many choices as are tried were not all
    ("cli", "a link only to what a page offers"): 3,
    ("analysis", "whether all choices were tried, by their shares"): 7,
    # an interface in a subnet of another VPC refused the whole account
    ("aws", "an interface in a subnet of another VPC is left out"): 3,
    # who installs vpcedu from a wheel had no lessons
    ("cli", "the lessons are copied out of a wheel, and opened"): 50,
    # a page of the first edition showed one setting, and nothing moved before Python was there
    ("pages", "what explorers show at each setting of some controls, recorded for the page"): 127,
    # a reader's own files were asked about in a terminal alone, and no page could take them
    ("pages", "a page takes a reader's files, answers, and lets nothing out"): 113,
    ("cli", "the same: its address, with the question or the audit"): 6,
    ("analysis", "a file's name that a shell could run stands in no line to copy"): 5,
    # whoever checked a prediction had to run the step that draws it
    ("pages", "a prediction that is checked is drawn anew"): 15,
    # a public database, an address for a function, one /32 of S3: repairs that nobody should make
    ("analysis", "repairs that a colleague would make, and what else they open or close"): 536,
    ("network", "the same: prefix lists, which a repair may name"): 7,
    ("aws", "the same, as the files have them; targets whose instances are stopped"): 10,
    ("views", "the same: a list that is only counted"): 1,
    # somebody who uses the package had to read its source
    ("pages", "the reference as pages: API by module, losses, TCP, kernel, facts"): 66,
    # who read a wrong sentence on a page had to look for where to say so
    ("pages", "a form for a sentence that is wrong, from every page"): 1,
    # who saw a wrong answer about a network of their own could not show anybody its files
    ("aws", "a network under other names, with the same answers"): 124,
    ("aws", "the same: which fields the loader asks for"): 3,
    ("cli", "the same: a command"): 9,
    # 13 of AWS's explanation codes were used, some where their definition does not hold
    ("analysis", "AWS's explanation codes, each where its definition holds"): 162,
    # whoever changed a network had to compare two audits by eye
    ("analysis", "what opened and closed between two descriptions, each by its change"): 177,
    ("cli", "the same: audit --against"): 18,
    ("analysis", "an audit names what it assumes"): 6,
    # a browser could show the lessons, and had no notebook; nobody could take the site along
    ("pages", "JupyterLite from frozen wheels, licences of all that is bundled, one archive"): 198,
    # VPC Block Public Access was named, and what it drops was unknown
    ("gateways", "VPC Block Public Access drops at the Internet gateway"): 7,
    ("network", "the same: the subnets, and the addresses that are concerned"): 14,
    ("words", "the same: a reason"): 1,
    ("scenarios", "the same: a blocked subnet"): 5,
    ("aws", "the same: modes, options and exclusions, as files tell them"): 29,
    # every question about a private subnet ended at a regional NAT gateway
    ("aws", "regional NAT gateways, in a place of their own"): 42,
    # past a firewall that a gateway's route table names, replies leave: nobody said so
    ("aws", "replies that leave past the target of a gateway's route table"): 18,
    # a repair had a line for six kinds of rows, and nothing undid it
    ("analysis", "the commands that make each kind of repair, and those that undo it"): 241,
    ("cli", "the same: ask --cli"): 3,
    ("analysis", "a Classic balancer's cross-zone load balancing"): 1,
    # a Python without OpenSSL ended a command with a traceback
    ("(top)", "what this Python lacks is one line"): 4,
    # central egress whose way back is missing was "the model ends", though the files tell all of it
    ("network", "where transit gateways take packets, as far as their tables tell"): 32,
    ("aws", "the same: attachments, associations and routes, as files tell them"): 43,
    ("analysis", "the same: what gets through one is unknown, and a route to one no repair"): 30,
    # a gateway's id, a host behind a VPN, UDP: "no such end", or no such option
    (
        "analysis",
        "ends that no packet is sent to, services by name, UDP: the reason is the answer",
    ): 75,
    ("aws", "the same: which ends the files name, and why each is none"): 36,
    ("cli", "the same: --protocol"): 2,
    ("views", "a flow log of a loaded network makes up no id"): 4,
    # a NAT gateway's mode that AWS added would have been taken for the usual one
    ("aws", "a word that AWS adds to a field is named, and what it decides is unknown"): 55,
    # an audit of 1,000 VPCs checked each of them 1,000 times
    ("aws", "which VPCs are linked: an audit takes these alone"): 30,
}
LATER_CORE = sum(more for (name, _), more in LATER.items() if name in CORE)
MOST_CORE = int(FIRST_CORE * (1 + MORE)) + LATER_CORE
MOST_PACKAGE = int(FIRST_PACKAGE * (1 + MORE)) + sum(LATER.values())


def sources(package: Path = PACKAGE) -> dict[str, str]:
    """Each module's text by its name; a package is named like its folder."""
    found = {}
    for file in sorted(package.rglob("*.py")):
        name = ".".join(file.relative_to(package.parent).with_suffix("").parts)
        found[name.removesuffix(".__init__")] = file.read_text(encoding="utf-8")
    return found


def folder(module: str, modules: Mapping[str, str]) -> str:
    """The folder a module is in.

    "hosts", "words" for the package's own, "(top)" for its door.
    """
    words = module.split(".")
    if len(words) > 2 or any(other.startswith(module + ".") for other in modules):
        return words[1] if len(words) > 1 else TOP
    return TOP if words[-1] in DOORS else "words"


def is_type_checking(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Name)
        and node.test.id == "TYPE_CHECKING"
    )


def is_docstring(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def statements(tree: ast.AST) -> Iterator[ast.stmt]:
    """Every statement that counts."""
    for node in ast.iter_child_nodes(tree):
        if is_type_checking(node) or isinstance(node, (ast.Import, ast.ImportFrom)):
            continue
        if isinstance(node, ast.stmt) and not is_docstring(node):
            yield node
        yield from statements(node)


def count(source: str) -> int:
    """The statements of a module's text."""
    return sum(1 for _ in statements(ast.parse(source)))


def by_folder(modules: Mapping[str, str]) -> Counter[str]:
    """Statements of each folder."""
    found: Counter[str] = Counter()
    for module, source in modules.items():
        found[folder(module, modules)] += count(source)
    return found


def core(found: Mapping[str, int]) -> int:
    """Statements of the core."""
    return sum(found.get(name, 0) for name in CORE)


def table(found: Mapping[str, int]) -> str:
    """Statements by folder, beside the first edition's."""
    rows = [
        (name, FIRST.get(name, 0), found.get(name, 0)) for name in dict.fromkeys((*FIRST, *found))
    ]
    rows += [("core", FIRST_CORE, core(found)), ("package", FIRST_PACKAGE, sum(found.values()))]
    lines = [f"{'folder':<12}{'first':>8}{'now':>8}{'more':>9}"]
    for name, first, now in rows:
        more = f"{(now - first) / first:+.1%}" if first else "new"
        lines.append(f"{name:<12}{first:>8,}{now:>8,}{more:>9}")
    lines.append(
        f"at most {MORE:.1%} more: core {MOST_CORE:,}, package {MOST_PACKAGE:,}, of which for what is new"
        f" {LATER_CORE:,} and {sum(LATER.values()):,}"
    )
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(by_folder(sources())))
