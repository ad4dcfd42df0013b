"""Words that AWS may add: a field with a value that nobody knew is named, or changes the answer.

Every field of a fixed set of words that the loader reads (botocore's models tell which) gets the
word "something-new", one after the other, in a network that works. Nothing may be taken for one of
the known words in silence.
"""

import copy
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from rigs.every_field import FAR, VPC, described, fingerprint, load, rich
from test_aws import ROWS, documented

from vpcedu import aws
from vpcedu.aws.known_words import WORDS

NEW = "something-new"
SOURCE = "".join(
    file.read_text(encoding="utf-8")
    for file in Path(aws.__file__).parent.rglob("*.py")
    if file.name != "fields.py"
)
# Words of a fixed set that botocore describes as plain texts.
PLAIN = (
    "LoadBalancerDescriptions.Scheme",
    "LoadBalancerDescriptions.ListenerDescriptions.Listener.Protocol",
    "LoadBalancerDescriptions.ListenerDescriptions.Listener.InstanceProtocol",
    "SecurityGroups.IpPermissions.IpProtocol",
    "SecurityGroups.IpPermissionsEgress.IpProtocol",
    "NetworkAcls.Entries.Protocol",
    "TargetHealthDescriptions.TargetHealth.State",
    "TargetHealthDescriptions.TargetHealth.Reason",
    "Listeners.MutualAuthentication.Mode",
    "Rules.Conditions.Field",
    "PrefixLists.AddressFamily",
    "NatGateways.ConnectivityType",
    "TargetGroups.ProtocolVersion",
)
# No packet depends on another word there: the reason, and the fields.
EXCUSED = {
    "IPv6, which is left out and said": """*.Ipv6CidrBlockState.State VpcEndpoints.IpAddressType
        TargetGroups.IpAddressType""",
    "the mode of encryption control alone is looked at": """Vpcs.EncryptionControl.State
        Vpcs.EncryptionControl.ResourceExclusions.*""",
    "a disk, metadata, monitoring": """Instances.BlockDeviceMappings.* Instances.MetadataOptions.*
        Instances.Monitoring.*""",
    "the interface's own row says it": "Instances.NetworkInterfaces.*",
    "a secondary network has no route of a VPC": "Instances.SecondaryInterfaces.*",
    "it is read where an Internet gateway is attached: test_unknown.py has a new mode": """
        *.BlockPublicAccessStates.*""",
    "the state decides, the reason is told": "TargetHealthDescriptions.TargetHealth.Reason",
}


def enumerated(shape, path=()):
    """The paths of a row whose value is one of a fixed set of words, and these words."""
    if shape.type_name == "structure" and len(path) < 6:
        for name, member in shape.members.items():
            yield from enumerated(member, (*path, name))
    elif shape.type_name == "list":
        yield from enumerated(shape.member, path)
    elif shape.type_name == "string" and getattr(shape, "enum", None):
        yield path, shape.enum


def paths():
    """Every such field that the loader reads, as kind and path."""
    found = [
        (kind, path)
        for kind in (*(kind for kind in ROWS if kind != "Reservations"), "Instances")
        for path, _ in enumerated(documented(kind))
    ]
    found += [(name.partition(".")[0], tuple(name.split(".")[1:])) for name in PLAIN]
    return dict.fromkeys((kind, path) for kind, path in found if f'"{path[-1]}"' in SOURCE)


def network():
    """The rich network; VPC Block Public Access is on, and both VPCs are excluded from it."""
    told = rich()
    told["bpa.json"] = {
        "VpcBlockPublicAccessOptions": {
            "AwsRegion": "eu-west-1",
            "State": "update-complete",
            "InternetGatewayBlockMode": "block-bidirectional",
        },
        "VpcBlockPublicAccessExclusions": [
            {
                "ExclusionId": f"vpcbpa-exclude-{name}",
                "State": "create-complete",
                "InternetGatewayExclusionMode": "allow-bidirectional",
                "ResourceArn": f"arn:aws:ec2:eu-west-1:123456789012:vpc/{name}",
            }
            for name in (VPC, FAR)
        ],
    }
    return told


def rows_of(told, kind):
    """The rows of a kind in the files."""
    for answer in told.values():
        for one in answer if isinstance(answer, list) else [answer]:
            one = one.get("Output", one)
            if kind == "Instances":
                yield from (
                    row for each in one.get("Reservations", ()) for row in each["Instances"]
                )
            else:
                found = one.get(kind, ())
                yield from [found] if isinstance(found, dict) else found


def put(row, path):
    """Write the word into a field, wherever a row has it or could have it; how often."""
    key, *rest = path
    if not rest:
        row[key] = NEW
        return 1
    inner = row.setdefault(key, {})
    return sum(put(one, rest) for one in (inner if isinstance(inner, list) else [inner]))


def changed(told, kind, path):
    """The network with the word in one row after the other."""
    for i in range(len(list(rows_of(told, kind)))):
        other = copy.deepcopy(told)
        if put(list(rows_of(other, kind))[i], path):
            yield other


@pytest.fixture(scope="module")
def base():
    told = network()
    account = load(told)
    assert not isinstance(account, str), account
    return told, described(account), fingerprint(account)


def silent(base, kind, path):
    """The rows, by number, in which the word changes nothing and is named nowhere."""
    told, before, answers = base
    for number, other in enumerate(changed(told, kind, path)):
        account = load(other)
        if isinstance(account, str) or any(NEW in str(note) for note in account.report):
            continue
        if described(account) == before or fingerprint(account) == answers:
            yield number


def excused(name):
    return [
        reason
        for reason, patterns in EXCUSED.items()
        if any(fnmatchcase(name, pattern) for pattern in patterns.split())
    ]


NAMES = {".".join((kind, *path)): (kind, path) for kind, path in paths()}


@pytest.mark.parametrize("name", [name for name in NAMES if not excused(name)])
def test_a_word_that_nobody_knew_is_named_or_changes_the_answer(base, name):
    kind, path = NAMES[name]
    assert [*silent(base, kind, path)] == []


@pytest.mark.parametrize("name", [name for name in NAMES if excused(name)])
def test_a_field_is_excused_once_and_only_where_the_word_changes_nothing(base, name):
    assert len(excused(name)) == 1
    kind, path = NAMES[name]
    rows = len(list(rows_of(base[0], kind)))
    assert not rows or [*silent(base, kind, path)]


def test_every_pattern_is_needed():
    for patterns in EXCUSED.values():
        for pattern in patterns.split():
            assert any(fnmatchcase(name, pattern) for name in NAMES), pattern


def test_the_fields_are_many():
    assert len(NAMES) > 70


def test_the_loaders_words_are_those_of_the_sdk():
    """A word that AWS adds to the SDK fails here first."""
    known = {
        (kind, path): set(shape)
        for kind in WORDS
        for path, shape in enumerated(documented(kind))
        if ".".join(path) in WORDS[kind] and path[0] != "AttachedAppliances"
    }
    assert len(known) > 20
    lacking = {name: words - WORDS[name[0]][".".join(name[1])] for name, words in known.items()}
    assert {name: words for name, words in lacking.items() if words} == {}


@pytest.mark.parametrize("name", [f"{kind}.{field}" for kind in WORDS for field in WORDS[kind]])
def test_a_new_word_that_packets_meet_leaves_an_answer_open(base, name):
    """A note alone would not do: of some row of each field an answer becomes another one."""
    told, before, answers = base
    kind, path = name.partition(".")[0], name.split(".")[1:]
    loaded = [load(other) for other in changed(told, kind, path)]
    assert any(
        isinstance(account, str)
        or (described(account) != before and fingerprint(account) != answers)
        for account in loaded
    )
