"""Answers: the values of the files sorted by what they describe.

An answer is known by its top-level key, a row by itself (of --query) by its fields. Parts of one
collection (pages, several regions) are joined; the same row may come twice (see `repeated`). What
boto3's answers are recorded in is taken off. Answers that do not name their subject (health of
targets, attributes, entries of a prefix list) are wrapped as {"For": subject, "Output": answer};
one that is not wrapped is taken where it can be about one thing only, else reported.
"""

from __future__ import annotations

from collections import Counter

from vpcedu.aws.fields import CALLS, ENVELOPE, IDS, KNOWN, PAGING, SUBJECTLESS, WHOLE
from vpcedu.aws.located import At, LoadError, shown
from vpcedu.aws.other_files import PARTIAL, in_value
from vpcedu.aws.reader_notes import Notes
from vpcedu.aws.repeated import met_by, one_answer, together, users
from vpcedu.network.open_points import Assumption, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Field = str | Callable[[At], Iterable[str]]

# Attributes that only one kind of subject has (ELB API); the kind stands in the subject's ARN.
TELLING = {
    "deletion_protection.enabled": ":loadbalancer/",
    "deregistration_delay.timeout_seconds": ":targetgroup/",
    "stickiness.enabled": ":targetgroup/",
    "tcp.idle_timeout.seconds": ":listener/",
}
MOST_ROWS, MOST_UNKNOWN = 500_000, 100_000
CLASSIC, OPTIONS = "LoadBalancerDescriptions", "VpcBlockPublicAccessOptions"
# fields by which a part of a row, or of several, is known that --query prints
ALONE = {*IDS.values(), "DestinationCidrBlock", "IpProtocol", "PrivateIpAddress"}
SUBJECTS = {
    "TargetHealthDescriptions": ("TargetGroups",),
    "Entries": ("PrefixLists",),
    "Routes": ("TransitGatewayRouteTables",),
    "LoadBalancerAttributes": ("LoadBalancerDescriptions",),
    "PolicyDescriptions": ("LoadBalancerDescriptions",),
    "Attributes": ("LoadBalancers", "TargetGroups", "Listeners"),
}


class Answers:
    """Rows by kind and id, answers without a subject of their own by kind and subject."""

    def __init__(self, values: Iterable[At], notes: Notes) -> None:
        self.notes = notes
        self._unknown: dict[Unknown, None] = {}
        self._assumed: dict[Assumption, None] = {}
        self._rows: dict[str, dict[str, At]] = {kind: {} for kind in IDS}
        self._about: dict[str, dict[str, At]] = {kind: {} for kind in SUBJECTLESS}
        self._made = 0
        self._attributes: dict[str, dict[str, str]] = {}  # by subject, once they were read
        self.prefixes: dict[str, tuple[str, ...] | None] = {}  # of prefix lists, likewise
        self._loose: list[tuple[str, At]] = []
        self._grouped: dict[tuple[str, Field], dict[str, dict[str, At]]] = {}
        self._pages: dict[str, list[bool]] = {}
        self._doubts: list[tuple[str, str, At, At, str]] = []  # kind, name, both, what differs
        self.kinds: set[str] = set()
        self.cut: list[str] = []  # kinds whose last page is not there
        self.aside: set[str] = set()  # kinds that the model has nothing for
        for value in values:
            for one in _each(value):
                self._sort(one)
        for kind, pages in self._pages.items():
            if all(pages):
                notes.add("missing", None, f"the last page of {kind}: every part names a next one")
                self.cut.append(kind)
        self._match()
        known = users(self.rows) if self._doubts else {}
        for doubt in self._doubts:
            self._doubt(known, *doubt)

    def lacks(self, about: str, words: str, collect: str = "") -> None:
        """Say that something is not known of a part of the network.

        collect: the AWS CLI call that tells it. LoadError for more than MOST_UNKNOWN.
        """
        if len(self._unknown) >= MOST_UNKNOWN:
            raise LoadError(
                f"{about}: {words}, and with it more than {MOST_UNKNOWN:,} things are unknown: expected"
                " the answers of fewer accounts, or the files that are missing"
            )
        self._unknown[Unknown(about, words, f"aws {collect}" if collect else "")] = None

    def assumes(self, about: str, words: str, settle: str = "") -> None:
        """Say what is taken for granted of a part of the network, because no file can tell it.

        settle: what would tell it, as in "run aws ec2 describe-instances" or "look at ...".
        """
        self._assumed[Assumption(about, words, settle)] = None

    def spend(self, rows: int, at: At) -> None:
        """Count rows that a row stands for, as one that names a prefix list does.

        LoadError for more than MOST_ROWS in all: few letters could ask for as many as their square.
        """
        self._made += rows
        if self._made > MOST_ROWS:
            raise LoadError(
                f"{at.where}: with it, prefix lists and targets make more than {MOST_ROWS:,} rules, routes and targets:"
                " expected fewer"
            )

    @property
    def unknown(self) -> tuple[Unknown, ...]:
        """All that is not known, in the order in which it was found."""
        return tuple(self._unknown)

    @property
    def assumed(self) -> tuple[Assumption, ...]:
        """All that is assumed, in the order in which it was met."""
        return tuple(self._assumed)

    def rows(self, kind: str) -> dict[str, At]:
        """The rows of a kind by their id."""
        return self._rows[kind]

    def about(self, kind: str, subject: str) -> At | None:
        """The answer about a subject, or None."""
        return self._about[kind].get(subject)

    def attributes(self, arn: str) -> dict[str, str]:
        """Keys and values of a balancer's, group's or listener's attributes."""
        if arn not in self._attributes:
            answer = self.about("Attributes", arn)
            rows = answer.rows("Attributes") if answer else ()
            self._attributes[arn] = {row.text("Key"): row.text("Value", "") for row in rows}
        return self._attributes[arn]

    def of_vpc(self, kind: str, vpc: str, field: Field = "VpcId") -> dict[str, At]:
        """The rows of a kind that belong to a VPC, or to something else.

        field: the one that names it, or a function that gives the names of all it belongs to.
        """
        if (kind, field) not in self._grouped:  # each row is looked at once, not for each VPC
            grouped = self._grouped[kind, field] = {}
            for name, row in self._rows[kind].items():
                for owner in [row.text(field, "")] if isinstance(field, str) else field(row):
                    grouped.setdefault(owner, {})[name] = row
        return self._grouped[kind, field].get(vpc, {})

    def _sort(self, value: At) -> None:
        if not isinstance(value.value, dict):
            raise value.refusal("an object, as the AWS CLI writes it")
        subject = None
        if value.has("Output"):
            subject, value = value.id("For"), value.get("Output")
        if value.has("status_code"):  # as boto3's answers are recorded
            value = value.get("data")
        if not isinstance(value.value, dict):
            raise value.refusal("an object, as the AWS CLI writes it")
        keys = value.value.keys()
        row = next((kind for kind, own in WHOLE.items() if keys >= {*own.split()}), "")
        partial = keys & ALONE and not keys & {*self._rows, *SUBJECTLESS}
        if row:
            self._answer(row, [value])
        elif what := PARTIAL if partial else in_value(value.value):
            self.notes.add("not read", value, what)
        else:
            self._keys(subject, value)

    def _keys(self, subject: str | None, value: At) -> None:
        for kind in value.value:
            if kind in SUBJECTLESS:
                self._take_about(kind, subject, value)
                self.kinds.add(kind)
            elif kind == OPTIONS:  # one object for an account and a Region
                self._answer(kind, [value.get(kind)])
            elif kind in self._rows or kind == "Reservations":
                self._answer(kind, value.rows(kind))
            elif kind not in ENVELOPE:
                self.notes.add(
                    "unknown", value.get(kind), f"answers called {shown(kind)}: kept aside"
                )
                self.aside.add(kind)
            if kind in ENVELOPE or kind in self.aside:
                continue
            self._pages.setdefault(kind, []).append(any(value.has(key) for key in PAGING))

    def _answer(self, kind: str, rows: Iterable[At]) -> None:
        if kind == "Reservations":
            self.kinds.add("Instances")
            for reservation in rows:
                self.known(kind, reservation)
                self._take("Instances", reservation.rows("Instances"))
        else:
            self.kinds.add(kind)
            self._take(kind, rows)

    def _take(self, kind: str, rows: Iterable[At]) -> None:
        for row in rows:
            self.known(kind, row)
            name = self._key(kind, row)
            before = self._rows[kind].setdefault(name, row)
            if before.value != row.value:
                self._rows[kind][name], fields = together(kind, before, row)
                if fields:
                    self._doubts.append((kind, name, before, row, ", ".join(fields)))

    def _key(self, kind: str, row: At) -> str:
        """The id of a row; the name of a Classic Load Balancer is one in its region only."""
        if kind == OPTIONS:
            return f"{row.text('AwsAccountId', '')} in {row.text('AwsRegion', '')}"
        name = row.id(IDS[kind])
        before = self._rows[kind].get(name)
        if kind == CLASSIC and before and before.text("VPCId", "") != row.text("VPCId", ""):
            return f"{name} in {row.text('VPCId', '')}"
        return name

    def _doubt(
        self, known: dict[str, list[str]], kind: str, name: str, first: At, second: At, fields: str
    ) -> None:
        """Say that a row is there twice and that nobody can tell which one holds."""
        files = " and ".join(dict.fromkeys((first.file, second.file)))
        words = f"{name} is there twice, with another {fields} ({files})"
        self.notes.add("inconsistent", second, words)
        for about in dict.fromkeys(met_by(self.rows, known, kind, name, (first, second))):
            self.lacks(about, words, CALLS[kind])

    def known(self, kind: str, row: At) -> None:
        """Report the fields of a row that this package does not know."""
        for field in row.value:
            if field in KNOWN[kind]:
                continue
            self.notes.add("unknown", row.get(field), f"field {shown(field)} of {kind}: not used")

    def _take_about(self, kind: str, subject: str | None, value: At) -> None:
        if kind == "LoadBalancerAttributes":
            value = value.get(kind)
        # refuse what has another shape
        value.get("") if kind == "LoadBalancerAttributes" else list(value.rows(kind))
        if subject is None:
            self._loose.append((kind, value))
            return
        before = self._about[kind].setdefault(subject, value)
        if before.value != value.value:
            self._about[kind][subject], same = one_answer(kind, before, value)
            if not same:
                self._doubts.append((kind, subject, before, value, kind))

    def _match(self) -> None:
        """Find the subject of answers that do not name one."""
        known: dict[tuple[str, frozenset[str]], list[str]] = {}
        found = []
        for kind, value in self._loose:
            telling = _telling(kind, value)
            if (kind, telling) not in known:
                known[kind, telling] = self._candidates(kind, telling)
            found.append((kind, value, known[kind, telling]))
        only = Counter((kind, free[0]) for kind, _, free in found if len(free) == 1)
        for kind, value, free in found:
            if len(free) == 1 and only[kind, free[0]] == 1:
                self._about[kind][free[0]] = value
                self.notes.add("inferred", value, f"{kind} is about {free[0]}, the only candidate")
            else:
                self.notes.add(
                    "unknown",
                    value,
                    f"{kind} does not say what it is about, and {len(free)} could be"
                    ' meant: wrap it as {"For": "<arn, name or id>", "Output": ...}',
                )
        for kind, answers in self._about.items():
            for subject in answers:
                if not any(subject in self._rows[of] for of in SUBJECTS[kind]):
                    self.notes.add(
                        "unknown",
                        answers[subject],
                        f"{kind} is about {subject}, which no file describes",
                    )

    def _candidates(self, kind: str, telling: frozenset[str]) -> list[str]:
        """What an answer can be about: what has none yet, with one of these parts in its name."""
        return [
            name
            for of in SUBJECTS[kind]
            for name in self._rows[of]
            if name not in self._about[kind] and any(part in name for part in telling)
        ]


def _telling(kind: str, value: At) -> frozenset[str]:
    """Parts of the name of what an answer can be about: of attributes, the kind with such keys."""
    if kind != "Attributes":
        return frozenset(("",))
    return frozenset(TELLING.get(row.text("Key"), "") for row in value.rows(kind)) - {""}


def _each(value: At) -> Iterable[At]:
    """The value, or the values of a list; lists in lists are one."""
    if not isinstance(value.value, list):
        return [value]
    return [one for i, inner in enumerate(value.value) for one in _each(At(inner, i, value))]
