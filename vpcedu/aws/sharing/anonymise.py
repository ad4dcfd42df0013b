"""Anonymise: the same network without what tells whose it is, so that it can be shown to others.

Objects note which of their fields the loader asks for. A field that it asks of no row is left out.
Of what is left, small numbers and the words of AWS that the loader knows stay. Ids, names, account
numbers and regions get new ones, in the order of the old, so that what is sorted stays sorted. An
address keeps its place among all blocks that the files name, and inside a VPC its offset, but not
its digits: where only one half of a block is used, that becomes the first half. Blocks with a
meaning of their own (RFC 1918, 5737, 6598, 6890) stay, and so do the first eight bits of all other
addresses.
"""

from __future__ import annotations

import re

from vpcedu.address import block, text
from vpcedu.aws import fields, known_words
from vpcedu.aws.account import load
from vpcedu.aws.reading import read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from typing import Any

    from vpcedu.aws.located import At
    from vpcedu.aws.reader_notes import Notes

# said with what is printed
HIDDEN = (
    "it hides ids, names, addresses, tags and descriptions, but not relations, ports, prefix lengths and"
    " AWS's own words"
)
FIRST_BITS = 8
LONE = (28, 30)  # the bits that are set of a lone address: it ends in .10, which no subnet reserves
PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
SPECIAL = (
    *("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "192.0.2.0/24", "198.18.0.0/15"),
    *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3"),
)
MOST_DIGITS, MOST = 6, 999_999  # of a number that stays: ports, priorities and seconds have no more
ENVELOPE = {*fields.IDS, *fields.SUBJECTLESS, *fields.ENVELOPE, *fields.ASIDE, "Reservations"}
# by the key that a row stands under
KNOWN = fields.KNOWN | {
    "Entries": fields.KNOWN["ACL entries"] | {"Cidr"},  # of a network ACL, and of a prefix list
    "IpPermissionsEgress": fields.KNOWN["IpPermissions"],
    # of a VPC's route table, and of a transit gateway's
    "Routes": fields.KNOWN["Routes"] | {"TransitGatewayAttachments", "Type"},
}
IDS = "acl|cagw|eigw|eipalloc|eni|i|igw|lgw|nat|pcx|pl|rtb|rtbassoc|sg|sgr|subnet|tgw|vgw|vpc|vpce"
ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2})?")
IPV6 = re.compile(r"(?=.*:.*:)[0-9a-fA-F:]+(/\d{1,3})?")
TOKEN = re.compile(ADDRESS.pattern + r"|[^\s/:.,|=*?()<>\[\]]+")
ID = re.compile(rf"({IDS})-.+")
REGION = re.compile(r"([a-z]{2}(?:-[a-z]+)+-\d)([a-z]?)")
TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-][\d:]+)?")
# What the loader tells apart: types, states, protocols, attributes, services, descriptions.
_WORDS = """application classic gateway instance interface ip network natGateway nat_gateway
    transit_gateway vpc_endpoint pendingAcceptance partial Resource ServiceNetwork
    gateway_load_balancer gateway_load_balancer_endpoint global_accelerator_managed alb
    lambda regional zonal active active_impaired associated attached attaching available
    blackhole deleted draining enforce failed healthy in-use initial pending
    pending-acceptance provisioning pending-delete deleting rejected running
    shutting-down stopped stopping terminated unavailable unhealthy unused expired allow
    deny all default tcp udp icmp icmpv6 HTTP HTTPS SSL TCP TCP_UDP TLS UDP GENEVE HTTP1
    HTTP2 GRPC HTTP_301 HTTP_302 internal internet-facing internet ipv4 ipv6 dualstack
    local public private ec2 amazon fixed-response forward redirect host-header
    path-pattern verify off on true false CreateRoute CreateRouteTable
    GatewayLoadBalancer EnableVgwRoutePropagation append preserve remove zone xff
    client_port cross_zone idle block-bidirectional block-ingress allow-bidirectional
    allow-egress deletion_protection enabled deregistration_delay timeout_seconds
    idle_timeout load_balancing preserve_client_ip proxy_protocol_v2 routing http
    xff_header_processing mode xff_client_port stickiness seconds ProxyProtocol
    ProxyProtocolPolicyType arn aws com amazonaws elasticloadbalancing loadbalancer
    targetgroup listener listener-rule app net elb ELB Interface Gateway VPC Endpoint
    NAT for s3 dynamodb ec2messages ecr api dkr kms logs monitoring secretsmanager sns
    sqs ssm ssmmessages sts Name route_table access_logs connection_logs slow_start
    health_check_logs #{protocol} #{host} #{port} #{path} #{query} Target InvalidState
    IpUnusable DeregistrationInProgress NotRegistered NotInUse Timeout
    FailedHealthChecks Elb InternalError ResponseCodeMismatch HealthCheckDisabled
    RegistrationInProgress InitialHealthChecking vpc propagated"""
WORDS = frozenset(_WORDS.lower().split()) | {
    word.lower()
    for fields_of in known_words.WORDS.values()
    for words in fields_of.values()
    for word in words
}


class AskedObject(dict):  # type: ignore[type-arg]
    """An object that notes which of its fields somebody asked for."""

    def __init__(self, pairs: Iterable[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.fields: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        """A field's value, as a dict gives it."""
        self.fields.add(key)
        return super().get(key, default)


class NewPlaces:
    """Addresses and blocks at new places that lie to each other as the old ones did.

    known: all of them. within: the blocks of VPCs, in which offsets stay.
    """

    def __init__(self, known: Iterable[str], within: Iterable[str]) -> None:
        within = tuple(within)
        self._used = {node for one in (*known, *within) for node in _way(*_bits(one))}
        self._kept = {
            node
            for one in (*PRIVATE, *SPECIAL)
            for node in _way(*_bits(one))
            if node[1] < _bits(one)[1]
        }
        self._whole = {
            (value >> (32 - bits), bits) for value, bits in map(_bits, (*SPECIAL, *within))
        }

    def __call__(self, old: str) -> str:
        """The new address or block in place of an old one.

        One that is not known gets a place outside all blocks that the old one is outside of.
        """
        value, bits = _bits(old)
        made, stays = 0, False
        for above, depth in [*_way(value, bits)][:-1]:
            bit = value >> (31 - depth) & 1
            stays = stays or (above, depth) in self._whole
            here, there = ((above * 2 + one, depth + 1) in self._used for one in (bit, 1 - bit))
            fixed = stays or depth < FIRST_BITS or (above, depth) in self._kept
            if not fixed and here != there:
                bit = int((depth in LONE) != there)
            made = made * 2 + bit
        return text(made << (32 - bits)) + old[old.find("/") :] * ("/" in old)


def _bits(cidr: str) -> tuple[int, int]:
    """The first address of a block as a number, and how many of its bits are the block's."""
    address, _, length = cidr.partition("/")
    return block(f"{address}/32")[0], int(length or 32)


def _way(value: int, bits: int) -> Iterator[tuple[int, int]]:
    """The blocks around an address, the largest first, each as its bits and their number."""
    return ((value >> (32 - depth), depth) for depth in range(bits + 1))


class Renaming:
    """New words for old ones; the same one for the same word, wherever it stands.

    told: the texts in which the old ones stand. within: the blocks of VPCs.
    """

    def __init__(self, told: Iterable[str], within: Iterable[str]) -> None:
        words = {word for each in told for word in _words(each) if word.lower() not in WORDS}
        self._addresses = {word for word in words if ADDRESS.fullmatch(word)}
        self._places = NewPlaces(self._addresses, within)
        self._regions: dict[str, str] = {}
        self._new: dict[str, str] = {}
        for number, word in enumerate(sorted(words - self._addresses), 1):
            self._new[word] = self._renamed(word, number)

    @property
    def names(self) -> list[tuple[str, str]]:
        """The words that changed: each old one with its new one."""
        pairs = ((old, self._word(old)) for old in sorted({*self._new, *self._addresses}))
        return [(old, new) for old, new in pairs if old != new]

    def __call__(self, told: str) -> str:
        """A text with all its words renamed."""
        if TIME.fullmatch(told):
            return "1970-01-01T00:00:00+00:00"
        if IPV6.fullmatch(told):
            return self._new.get(told, told)
        return TOKEN.sub(lambda found: self._word(found[0]), told)

    def _word(self, word: str) -> str:
        """A word's new one; an address has one even where no file names it."""
        return self._places(word) if ADDRESS.fullmatch(word) else self._new.get(word, word)

    def _renamed(self, word: str, number: int) -> str:
        if IPV6.fullmatch(word):
            return f"2001:db8:{number:x}::" + word[word.find("/") :] * ("/" in word)
        if found := REGION.fullmatch(word):
            return (
                self._regions.setdefault(found[1], f"xx-region-{len(self._regions) + 1}") + found[2]
            )
        if found := ID.fullmatch(word):
            return f"{found[1]}-{number:017x}"
        if word.lstrip("-").isdecimal():
            return word if len(word) <= MOST_DIGITS else f"{number:012}"
        return f"name-{number:05}"


def _words(told: str) -> list[str]:
    if TIME.fullmatch(told) or told == "::/0":
        return []
    return [told] if IPV6.fullmatch(told) else TOKEN.findall(told)


def anonymised(path: str | Path) -> tuple[list[Any], Renaming]:
    """The values of a file's or folder's JSON, under new names, and what each name became.

    LoadError as from `aws.load`: what cannot be loaded cannot be renamed.
    """
    values: list[At] = []

    def kept(path: str | Path, notes: Notes) -> Iterator[At]:
        for value in read(path, notes, AskedObject):
            values.append(value)
            yield value

    account = load(path, kept)
    asked: dict[str, set[str]] = {}
    for value in values:
        _note(value.value, "", asked)
    left = [_asked(value.value, "", asked) for value in values]
    renaming = Renaming(_texts(left), (cidr for one in account.vpcs for cidr in one.blocks))
    return [_told(value, renaming) for value in left], renaming


def _note(value: Any, kind: str, asked: dict[str, set[str]]) -> None:
    """Note which fields were asked for of any row of a kind: the same row may come twice."""
    if isinstance(value, list):
        for each in value:
            _note(each, kind, asked)
    elif isinstance(value, AskedObject):
        asked.setdefault(kind, set()).update(value.fields)
        for key, each in value.items():
            _note(each, key, asked)


def _asked(value: Any, kind: str, asked: dict[str, set[str]]) -> Any:
    """What was asked for of a value; of an answer and of its rows only what AWS calls so."""
    if isinstance(value, list):
        return [_asked(each, kind, asked) for each in value if not _is_other_tag(each, kind)]
    if not isinstance(value, AskedObject):
        return value
    known = KNOWN.get(kind) or (ENVELOPE if ENVELOPE & value.keys() else value.keys())
    return {
        key: _asked(each, key, asked) for key, each in value.items() if key in asked[kind] & known
    }


def _is_other_tag(value: Any, kind: str) -> bool:
    """Whether this is a tag that nobody can be asked about by."""
    return kind in ("Tags", "TagSet") and isinstance(value, dict) and value.get("Key") != "Name"


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


def _told(value: Any, renaming: Renaming) -> Any:
    if isinstance(value, str):
        return renaming(value)
    if isinstance(value, dict):
        return {key: _told(each, renaming) for key, each in value.items()}
    if isinstance(value, list):
        return [_told(each, renaming) for each in value]
    return value if value is None or abs(value) <= MOST else 0
