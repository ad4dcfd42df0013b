"""Devices say themselves what they are.

A subclass is described, drawn, logged, analysed and repaired as its parent.
"""

import ast
import importlib
import pkgutil
from pathlib import Path

import pytest

import vpcedu
from vpcedu import draw
from vpcedu.analysis.answer import ask
from vpcedu.analysis.ends import Question
from vpcedu.analysis.repairs.search import smallest
from vpcedu.analysis.repairs.ways_out import gateways
from vpcedu.device import Device, Machine
from vpcedu.draw.canvas.scene import Text
from vpcedu.gateways.nat_gateway import NatGateway
from vpcedu.gateways.nat_instance import NatInstance
from vpcedu.gateways.network_load_balancer import NetworkLoadBalancer
from vpcedu.hosts.any_server import AnyServer
from vpcedu.hosts.application_load_balancer import ApplicationLoadBalancer
from vpcedu.hosts.classic_load_balancer import ClassicLoadBalancer
from vpcedu.hosts.host import Host
from vpcedu.hosts.web_server import WebServer, listens, serves
from vpcedu.puzzles.notation import rows
from vpcedu.sites.applications import Application
from vpcedu.sites.reference import reference_architecture
from vpcedu.sites.site import Site
from vpcedu.views.description import describe
from vpcedu.views.logs.access_log import access_log
from vpcedu.views.logs.flow_log import flow_log
from vpcedu.views.logs.flow_record import FIELDS

PACKAGE = Path(vpcedu.__file__).parent


def machines():
    """Every class of the package that a description may name."""
    for module in pkgutil.walk_packages(vpcedu.__path__, "vpcedu."):
        if module.name.split(".")[1] in ("gateways", "hosts", "aws", "lab"):
            importlib.import_module(module.name)
    found, todo = [], [Machine]
    while todo:
        kind = todo.pop()
        todo += kind.__subclasses__()
        if kind.__module__.startswith("vpcedu.") and kind is not Machine:
            found.append(kind)
    return sorted(found, key=lambda kind: kind.__name__)


def another(kind):
    """A class of somebody's own, under a name that nobody knows."""
    return type("Mine", (kind,), {})


def with_another(site, *kinds):
    """The site with subclasses in the place of classes."""
    devices = tuple(
        row._replace(kind=another(row.kind)) if row.kind in kinds else row
        for row in site.vpc.devices
    )
    assert devices != site.vpc.devices
    return Site(site.vpc._replace(devices=devices), site.seed, site.network.link.anew())


# --- what a device is called ----------------------------------------------------------------------


def headings(visit):
    """What is written in a ledger's picture."""
    return [item.words for item in draw.ledger(visit).scene.items if isinstance(item, Text)]


@pytest.mark.parametrize("kind", machines(), ids=lambda kind: kind.__name__)
def test_every_device_is_called_the_same_in_text_and_picture_and_a_subclass_as_its_parent(kind):
    assert kind.kind_words != Machine.kind_words
    visit = reference_architecture().get("http://www.example.com/")
    name = visit.talks[0].listener
    for one in (kind, another(kind)):
        visit.vpc = visit.vpc._replace(
            devices=tuple(
                Device(name, one) if row.name == name else row for row in visit.vpc.devices
            )
        )
        assert f"  ({kind.kind_words})\n" in describe(visit.vpc)
        assert f"{name}: {kind.kind_words}" in headings(visit)


def test_the_ledger_of_a_nat_gateway_calls_it_as_aws_does():
    visit = reference_architecture(nat="gateway").connect("web", "updates.example.net", 443)
    assert "NAT: NAT gateway" in headings(visit)


# --- what is asked of a device --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("balancer", "nat", "kinds"),
    [
        ("classic-tcp", "instance", (ClassicLoadBalancer, NatInstance)),
        ("classic-http", "gateway", (ClassicLoadBalancer, NatGateway)),
        ("application", "gateway", (ApplicationLoadBalancer, NatGateway)),
        ("network", "instance", (NetworkLoadBalancer, WebServer)),
    ],
)
def test_a_site_of_subclasses_is_described_drawn_logged_and_analysed_as_theirs(
    balancer, nat, kinds
):
    site = reference_architecture(balancer, nat)
    other = with_another(site, *kinds)
    assert describe(other.vpc) == describe(site.vpc)
    assert gateways(other.vpc) == gateways(site.vpc)
    for ours, theirs in zip(seen(site, balancer), seen(other, balancer), strict=True):
        assert ours == theirs


def seen(site, balancer):
    vpc = site.vpc
    visit = site.get("http://www.example.com/")
    yield visit.symptom
    yield draw.ledger(visit).alt, draw.map(visit).alt, headings(visit)
    for interface in vpc.interfaces:
        yield str(flow_log(visit, interface.device, FIELDS))
    if balancer != "network":
        yield str(access_log(visit))
    yield ask(vpc, "web", "updates.example.net", 443).as_json()
    yield draw.ledger(site.connect("web", "updates.example.net", 443)).alt


# --- what a device listens on ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "settings", "served", "ports"),
    [
        (WebServer, (), True, (80,)),
        (another(WebServer), (), True, (80,)),
        (another(WebServer), (("listens", (22, 443)),), True, (22, 443)),
        (Application, (("listens", ()),), True, ()),
        (AnyServer, (), False, ()),
        (another(AnyServer), (), False, ()),
        (Host, (), False, ()),
        (NatInstance, (), False, ()),
        (ApplicationLoadBalancer, (), False, ()),
    ],
)
def test_what_a_described_device_listens_on(kind, settings, served, ports):
    device = Device("web", kind, settings)
    assert (serves(device), listens(device)) == (served, ports)


@pytest.mark.parametrize("port", [80, 8_080])
@pytest.mark.parametrize("kind", [WebServer, another(WebServer)])
def test_the_smallest_repair_for_a_subclass_of_a_web_server_is_the_one_for_a_web_server(kind, port):
    site = reference_architecture("network")
    vpc = site.vpc._replace(
        devices=tuple(
            Device("web", kind, (("listens", (22,)),)) if row.name == "web" else row
            for row in site.vpc.devices
        )
    )
    found = smallest(vpc, Question("client", "www.example.com", port))
    assert found is not None
    said = [str(repair).replace(repr(kind), "the class") for repair in found.repairs]
    plain = smallest(
        vpc._replace(
            devices=tuple(
                row._replace(kind=WebServer) if row.name == "web" else row for row in vpc.devices
            )
        ),
        Question("client", "www.example.com", port),
    )
    assert said == [str(repair).replace(repr(WebServer), "the class") for repair in plain.repairs]
    assert port != 80 or len(found.repairs) == 1


@pytest.mark.parametrize("kind", [WebServer, another(WebServer)])
def test_the_rows_that_can_be_typed_hold_every_web_server(kind):
    site = reference_architecture()
    vpc = site.vpc.replace(
        next(row for row in site.vpc.devices if row.name == "web"), Device("web", kind)
    )
    assert Device("web", kind) in rows(vpc)


# --- what a machine does that says nothing about it -----------------------------------------------


def test_a_machine_answers_whatever_the_network_asks_it():
    machine = Machine("box", "10.0.0.1")
    assert (machine.deadline, machine.in_service, machine.always_tracked) == (None, True, None)
    assert (machine.flush(0), machine.wake(0), machine.take_events(), machine.returns(None, 0)) == (
        (),
        (),
        [],
        None,
    )
    assert not (
        machine.is_host
        or machine.opens
        or machine.timed
        or machine.returns_flows
        or machine.managed
    )
    machine.start_checks(0)
    with pytest.raises(
        NotImplementedError, match="Machine does not say what it does with a packet"
    ):
        machine.handle(None, 0)


def test_a_network_says_which_device_it_has_where_another_is_expected():
    network = reference_architecture().network
    assert network.machine("web", Host) is network.devices["web"]
    with pytest.raises(ValueError, match="device 'web' is a web server: expected a NAT gateway"):
        network.machine("web", NatGateway)


# --- nobody asks for a class by its name ----------------------------------------------------------


def asked_by_name(source):
    """The lines that use a class's name for more than writing it down.

    They use it in an f-string, or as a value of a dictionary.
    """
    lines = []
    tree = ast.parse(source)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "__name__":
            above = parents[node]
            written = isinstance(above, ast.FormattedValue) or (
                isinstance(above, ast.Dict) and node in above.values
            )
            returned = isinstance(above, ast.IfExp) and isinstance(parents[above], ast.Return)
            if not written and not returned:
                lines.append(node.lineno)
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ("hasattr", "getattr")
        ):
            word = node.args[1]
            if isinstance(word, ast.Constant) and word.value in QUESTIONS:
                lines.append(node.lineno)
    return lines


QUESTIONS = {word for word in vars(Machine) if not word.startswith("_")} | {"connect"}


@pytest.mark.parametrize(
    "file", sorted(PACKAGE.rglob("*.py")), ids=lambda file: str(file.relative_to(PACKAGE))
)
def test_no_class_is_asked_for_by_its_name_and_no_device_whether_it_has_a_word(file):
    assert asked_by_name(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        "x = kind.__name__ == 'WebServer'",
        "x = kind.__name__ in FORMS",
        "x = FORMS[kind.__name__]",
        "x = FORMS.get(type(row).__name__)",
        "name = next(device.kind.__name__ for device in devices)",
        "x = {kind.__name__: 1}",
        "x = hasattr(device, 'connect')",
        "x = getattr(device, 'deadline', None)",
    ],
)
def test_such_a_question_is_found(line):
    assert asked_by_name(line) == [1]


class OwnHost(Host):
    """A plain host of somebody's own."""


def test_a_plain_host_of_ones_own_is_asked_like_a_plain_host():
    vpc = reference_architecture("network").vpc
    web = next(row for row in vpc.devices if row.name == "web")
    for kind in (Host, OwnHost):
        answer = ask(vpc.replace(web, Device("web", kind)), "client", "www.example.com", 80)
        assert answer.reachable
        assert any(f"{one}".startswith("web listens on TCP port 80") for one in answer.assumptions)
