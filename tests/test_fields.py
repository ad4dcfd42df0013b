"""What a person types: every field of every judge, form, exercise and explorer.

Each is met with every kind of slip.
"""

import functools
import inspect

import pytest
from traitlets import TraitError

from vpcedu import lab, widgets
from vpcedu.course.exercises import EXERCISES
from vpcedu.sites import field as fields
from vpcedu.sites.lone_server import IGW, lone_server
from vpcedu.sites.lone_server import URL as WEB_URL
from vpcedu.sites.port_load import Load
from vpcedu.sites.reference import reference_architecture
from vpcedu.sites.two_instances import FilterSetting, tell
from vpcedu.widgets.parts.form import Form

URL = "http://www.example.com/"
TEXTS = {  # kinds of slip as they are typed
    "empty": "",
    "letters": "abc",
    "negative": "-1",
    "a fraction": "80.5",
    "too large": "99999999999999999999",
    "spaces": "   ",
    "too large an octet": "999.1.1.1",
    "dots": "1...2",
    "other digits": "８０",
    "two": "80 80",
    "commas": "8,0",
    "hexadecimal": "0x50",
    "a sign": "+80",
}
VALUES = {
    "None": None,
    "a bool": True,
    "a list": ["80"],
    "bytes": b"80",
    "a negative int": -1,
    "an int too large": 10**20,
    "a dictionary": {},
}
SLIPS = [pytest.param(slip, id=kind) for kind, slip in (TEXTS | VALUES).items()]
TYPED = [pytest.param(slip, id=kind) for kind, slip in TEXTS.items()]


@functools.cache
def visit():
    return reference_architecture().get(URL)


@functools.cache
def laboratory():
    return lab.laboratory()


def hosts():
    return lab.two_hosts().get(URL)


# Each judge with its right answer, field by field; a judge's first argument may be what it judges.
JUDGES = {
    "judge": ((visit,), ("10.0.1.10", 80, "10.0.0.10", 19404)),
    "judge_silence": (
        (),
        ("the server", "under a second", "nobody", "minutes", "nobody", "minutes"),
    ),
    "judge_ports": ((hosts,), (80, 51828, 28_232)),
    "judge_reach": ((), ("timed out", "answer", "NAT")),
    "judge_addresses": (
        (lambda: lone_server(IGW).get(WEB_URL),),
        ("10.0.1.10", "10.0.1.10", "192.0.2.40"),
    ),
    "judge_idle": ((), ("nothing", "lost", "never")),
    "judge_versions": ((laboratory,), ("?", "?")),
    "judge_filters": ((), ("acl", 1_024, 65_535)),
    "judge_nat": ((), ("192.0.2.20", 0, "table")),
    "judge_nlb": ((), ("200 OK", "203.0.113.10", "10.0.0.30")),
    "judge_proxy": ((), (2, "10.0.0.10", "connected")),
    "judge_own": ((), ("works", "there", "back")),
    "judge_puzzle": ((lambda: lab.puzzle(5),), ("ELB node", "network ACL out")),
}
FIELDS = [(name, place) for name, (_, answer) in JUDGES.items() for place in range(len(answer))]


def judged(name, *answer):
    made = JUDGES[name][0]
    return getattr(lab, name)(*(make() for make in made), *answer)


def names_it(sentence, slip):
    """One sentence, which says what it met and what it expected."""
    said = repr(slip.strip() if isinstance(slip, str) and repr(slip) not in sentence else slip)
    begins = not sentence.startswith(said)  # with the field
    return begins and said in sentence and "expected " in sentence and "\n" not in sentence


def test_the_table_holds_every_judge_and_every_field():
    assert set(JUDGES) == {name for name in lab.__all__ if name.startswith("judge")}
    for name, (made, answer) in JUDGES.items():
        takes = [one for one in inspect.signature(getattr(lab, name)).parameters if one != "kernel"]
        assert len(takes) == len(made) + len(answer), name


@pytest.mark.parametrize("name", JUDGES)
def test_spaces_around_an_answer_count_for_nothing(name):
    answer = JUDGES[name][1]
    typed, meant = judged(name, *(f"  {field} " for field in answer)), judged(name, *answer)
    assert typed.right and (typed.right, typed.words) == (meant.right, meant.words)


@pytest.mark.parametrize("slip", SLIPS)
@pytest.mark.parametrize(("name", "place"), FIELDS)
def test_a_judge_refuses_what_its_field_cannot_mean(name, place, slip):
    answer = list(JUDGES[name][1])
    answer[place] = slip
    with pytest.raises(ValueError) as error:
        judged(name, *answer)
    assert names_it(str(error.value), slip)


def test_addresses_that_are_none_are_not_judged():
    for said in ("1...2", "999.1.1.1"):
        with pytest.raises(
            ValueError, match=f"registered by instance: '{said}' is not an IPv4 address: expected"
        ):
            lab.judge_nlb("200 OK", said, "10.0.0.30")
        with pytest.raises(
            ValueError, match=f"web sees: '{said}' is not an IPv4 address: expected"
        ):
            lab.judge_proxy(2, said, "refused")


# Forms: the same judges behind text fields.

FORMS = {
    "Prediction": ("judge", lambda: (visit(),)),
    "SilencePrediction": ("judge_silence", tuple),
    "PortPrediction": ("judge_ports", lambda: (hosts(),)),
    "ReachPrediction": ("judge_reach", tuple),
    "AddressPrediction": ("judge_addresses", lambda: (lone_server(IGW).get(WEB_URL),)),
    "IdlePrediction": ("judge_idle", tuple),
    "VersionsPrediction": ("judge_versions", lambda: (laboratory(),)),
    "FilterPrediction": ("judge_filters", tuple),
    "NatPrediction": ("judge_nat", tuple),
    "NetworkPrediction": ("judge_nlb", tuple),
    "ProxyPrediction": ("judge_proxy", tuple),
    "OwnPrediction": ("judge_own", tuple),
    "PuzzlePrediction": ("judge_puzzle", lambda: (lab.puzzle(5),)),
}


def test_the_table_holds_every_form():
    assert {judge for judge, _ in FORMS.values()} == set(JUDGES)
    assert set(FORMS) == {name for name in widgets.__all__ if name.endswith("Prediction")}


@pytest.mark.parametrize("name", FORMS)
def test_a_form_says_what_it_did_not_understand(name):
    judge, made = FORMS[name]
    answer = JUDGES[judge][1]
    form = getattr(widgets, name)(*made())
    assert isinstance(form, Form)
    for field in form._names:
        for slip in TEXTS.values():
            for name_, right in zip(form._names, answer, strict=True):
                getattr(form, name_).value = str(right)
            try:
                getattr(form, field).value = slip
            except TraitError:  # buttons and menus take nothing else
                continue
            said = form.check()
            assert said.startswith("Not understood: ") and "expected " in said, (field, slip)


@pytest.mark.parametrize("slip", TYPED)
def test_the_explorer_of_routes_names_what_is_no_address(slip):
    explorer = widgets.Routes()
    picture = explorer.image.value
    explorer.to.value = slip
    assert explorer.sentence.startswith("Not understood: ") and explorer.image.value == picture


# Exercises, and what is inside of an answer.


def inside(number):
    """Answers of an exercise with a slip in the place of each part."""
    return {
        "02.1": [lambda slip: ("1st ACK", slip)],
        "03.1": [
            lambda slip: Load(rate=slip),
            lambda slip: Load(lifetime=slip),
            lambda slip: Load(destinations=slip),
            lambda slip: Load((slip, 65_535)),
            lambda slip: Load((1_024, slip)),
            lambda slip: Load(closes_first=slip),
        ],
        "06.2": [lambda slip: (slip, -1), lambda slip: ("append", slip)],
        "07.3": [lambda slip: f"203.0.113.10:{slip}", lambda slip: f"{slip}:47426"],
        "09.2": [lambda slip: (slip, 600), lambda slip: (30, slip)],
        "12.2": [
            lambda slip: (slip, "silent"),
            lambda slip: ("the time-out does not double", slip),
        ],
    }.get(number, [])


GOOD = {"06.2": (-1,), "09.2": (None,)}  # what is no slip there: the last entry, and no keep-alive


@pytest.mark.parametrize("number", EXERCISES)
def test_an_exercise_never_breaks_off_and_calls_no_slip_right(number):
    for slip in (*TEXTS.values(), *VALUES.values()):
        for made in (lambda slip: slip, *inside(number)):
            said = lab.check(number, made(slip))
            if said.startswith("Not understood: "):
                assert "expected " in " ".join(said.split()), (slip, said)
            else:
                assert said.startswith("Not yet") or slip in GOOD.get(number, ()), (slip, said)


# What is called with a name, an address or a number.


@pytest.mark.parametrize("slip", TYPED)
def test_a_question_refuses_an_end_that_is_none(slip):
    vpc = reference_architecture().vpc
    for ends in ((slip, "web"), ("client", slip)):
        with pytest.raises(ValueError, match="expected ") as error:
            lab.ask(vpc, *ends, 80)
        assert names_it(str(error.value), slip)


@pytest.mark.parametrize("slip", SLIPS)
def test_a_question_refuses_a_port_that_is_none(slip):
    for asked in (lab.ask, lab.diagnose):
        with pytest.raises(ValueError, match=r"port .*expected a whole number from 1 to 65535"):
            asked(reference_architecture().vpc, "client", "web", slip)


@pytest.mark.parametrize("slip", TYPED)
def test_a_site_refuses_a_host_or_port_that_is_none(slip):
    site = reference_architecture()
    for url in (f"http://{slip}/", f"http://www.example.com:{slip}/"):
        with pytest.raises(ValueError, match="expected "):
            site.get(url)


@pytest.mark.parametrize("said", ["1...2", "999.1.1.1", "１.2.3.4", "1.2.3", "..."])
def test_digits_and_dots_are_read_as_an_address_everywhere(said):
    site = reference_architecture()
    with pytest.raises(ValueError, match=r"host: .* is not an IPv4 address: expected"):
        site.get(f"http://{said}/")
    with pytest.raises(ValueError, match=r"end: .* is not an IPv4 address: expected"):
        lab.ask(site.vpc, "web", said, 80)


@pytest.mark.parametrize("slip", SLIPS)
def test_a_setting_that_is_no_number_is_named(slip):
    calls = (
        lambda: lab.silence(seconds=slip),
        lambda: lab.silence(way="Classic LB", idle=slip),
        lambda: lab.handshake(slip),
        lambda: lab.fill_nat(addresses=slip),
        lambda: tell(FilterSetting(room=slip)),
        lambda: lab.port_use(Load(rate=slip)),
    )
    for number, call in enumerate(calls):
        if number != 1 or slip is not None:  # None: the balancer's default
            with pytest.raises(ValueError, match="expected ") as error:
                call()
            assert repr(slip) in str(error.value)


# The parsers.


@pytest.mark.parametrize(
    ("said", "means"), [(80, 80), ("80", 80), (" 80 ", 80), ("55,000", 55_000)]
)
def test_a_whole_number(said, means):
    assert fields.whole("ports", said, 1, 65_535) == means


@pytest.mark.parametrize(
    "slip", ["55,00", "5,5000", ",80", "80,", "80 s", "0", "65536", "6 5", "080"]
)
def test_a_text_that_is_not_quite_a_number(slip):
    with pytest.raises(
        ValueError, match=f"ports '{slip}': expected a whole number from 1 to 65535"
    ):
        fields.whole("ports", slip, 1, 65_535)


@pytest.mark.parametrize(
    ("said", "means"),
    [
        (3, 3_000_000),
        ("0.5", 500_000),
        (0.25, 250_000),
        ("127 s", 127_000_000),
        ("1.0000001", 1_000_000),
        (0.1 + 0.2, 300_000),
    ],
)
def test_seconds(said, means):
    assert fields.seconds("after", said) == means


@pytest.mark.parametrize("slip", ["1.", ".5", "1.2.3", "1e3", "3 m", "-3", "1000000"])
def test_a_text_that_is_not_quite_a_time(slip):
    with pytest.raises(ValueError, match=f"after '{slip}': expected seconds, like 3 or 0.5"):
        fields.seconds("after", slip)


def test_a_word_is_known_whatever_its_capitals_and_other_words_may_mean_it():
    assert (
        fields.one_of("at", " internet  GATEWAY", ("NAT", "Internet gateway")) == "Internet gateway"
    )
    assert (
        fields.one_of("at", "IGW", ("NAT", "Internet gateway"), {"igw": "Internet gateway"})
        == "Internet gateway"
    )
    with pytest.raises(ValueError, match=r"at '': expected one of NAT$"):
        fields.one_of("at", "", ("NAT", ""))
