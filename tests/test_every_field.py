"""Every field that the loader knows: another value, another answer; or no packet depends on it.

In a network that works each field is removed and changed. The answer becomes another one, the
loader names what it cannot read, or the field is on a list here, with its reason. So nothing can be
read, or set aside, in silence.
"""

import copy
from fnmatch import fnmatchcase
from itertools import chain

import pytest
from rigs.every_field import described, fingerprint, kinds, leaves, load, others, rich

from vpcedu.aws.fields import IDS, KNOWN

# No packet depends on these: the reason, and the fields.
NO_PACKET = {
    "a name or a text for people": """*.Tags *.Tags.Key *.Tags.Value *.TagSet *.GroupName
        SecurityGroups.Description Entries.Description
        PrefixLists.PrefixListName""",
    "who made it, owns it or pays for it": """*.OwnerId *.IpOwnerId *.InstanceOwnerId *.UserId *.RequesterManaged
        Reservations.* *.AllocationId *.PrefixListArn *.RequesterId""",
    "the interface's own row says it": """Instances.NetworkInterfaces.Attachment*
        Instances.NetworkInterfaces.Groups* Instances.NetworkInterfaces.S*
        Instances.NetworkInterfaces.VpcId Instances.SubnetId Instances.VpcId
        Instances.SecurityGroups* Instances.PrivateIpAddress Instances.PublicIpAddress Instances.SourceDestCheck
        NatGateways.SubnetId NatGateways.VpcId NatGateways.NatGatewayAddresses
        NatGateways.NatGatewayAddresses.IsPrimary NatGateways.NatGatewayAddresses.Status""",
    "the rest of the row, or the row around it, says it too": """NetworkInterfaces.Association
        NetworkInterfaces.PrivateIpAddresses* NetworkInterfaces.AvailabilityZone NetworkAcls.Associations.NetworkAclId
        RouteTables.Associations.RouteTableId LoadBalancers.AvailabilityZones.LoadBalancerAddresses
        LoadBalancers.AvailabilityZones.ZoneName LoadBalancers.SecurityGroups TargetGroups.LoadBalancerArns
        TargetGroups.VpcId VpcEndpoints.RouteTableIds VpcPeeringConnections.*.CidrBlock
        Vpcs.CidrBlockAssociationSet Vpcs.CidrBlockAssociationSet.CidrBlock
        Vpcs.CidrBlockAssociationSet.CidrBlockState NatGateways.ConnectivityType Instances.State.Code""",
    "where it is missing the part works, which is what AWS writes of one that does": """Instances.State
        LoadBalancers.State TargetHealthDescriptions.TargetHealth VpcPeeringConnections.Status
        LoadBalancerAttributes.CrossZoneLoadBalancing RouteTables.Associations.AssociationState""",
    "IPv6, which is left out and said": """*.Ipv6Ranges *.Ipv6Addresses PrefixLists.AddressFamily
        TargetGroups.IpAddressType VpcEndpoints.IpAddressType""",
    "the default rule says what its listener says": """Rules.Actions Rules.Actions.TargetGroupArn
        Rules.Conditions Rules.Priority""",
    "it is empty here; what it has is in test_unknown.py": """
        LoadBalancerDescriptions.BackendServerDescriptions* *.PropagatingVgws *Egress.PrefixListIds
        *Egress.UserIdGroupPairs""",
    "sizes, kinds of hardware, defaults for what is made later": """Instances.InstanceType Vpcs.InstanceTenancy
        *.IsDefault *.MaxEntries *.Version Subnets.MapPublicIpOnLaunch""",
    "what is said to a target, on the same path": """TargetGroups.Protocol TargetGroups.ProtocolVersion
        *.InstanceProtocol TargetHealthDescriptions.HealthCheckPort""",
    "an idle timeout outlasts the question": "LoadBalancerAttributes.ConnectionSettings*",
    "of a host that forwards nothing; a NAT instance's is in test_aws_made.py": "NetworkInterfaces.SourceDestCheck",
}
# Known fields that the network does not have and that are read: an odd value is refused, or the
# answer is another one.
READ = {
    "Vpcs.BlockPublicAccessStates", "Vpcs.EncryptionControl", "Subnets.BlockPublicAccessStates",
    "NetworkInterfaces.Ipv4Prefixes", "NetworkInterfaces.ConnectionTrackingConfiguration",
    "NetworkInterfaces.DenyAllIgwTraffic", "VpcEndpoints.DnsEntries", "VpcEndpoints.NetworkInterfaceIds",
    "Listeners.MutualAuthentication", "NatGateways.AvailabilityMode",
}  # fmt: skip
ODD = (True, "other", {"State": "other"}, [{"x": "y"}])


@pytest.fixture(scope="module")
def network():
    told = rich()
    account = load(told)
    return told, described(account), fingerprint(account)


def names(told):
    return list(dict.fromkeys(name for kind, row in kinds(told) for name, *_ in leaves(kind, row)))


def excused(name):
    return [
        reason
        for reason, patterns in NO_PACKET.items()
        if any(fnmatchcase(name, pattern) for pattern in patterns.split())
    ]


def effect(network, told):
    """What a changed network gives: "refused", "another answer" or ""."""
    _, before, answers = network
    account = load(told)
    if isinstance(account, str):
        return "refused"
    if described(account) == before:
        return ""
    return "another answer" if fingerprint(account) != answers else ""


def places(told, name):
    """Where a field is: the objects that have it, and its key there."""
    return [
        (row, key)
        for kind, whole in kinds(told)
        for found, row, key in leaves(kind, whole)
        if found == name
    ]


def changes(network, name):
    """The network with one field removed, or with another value, one place after the other."""
    told = copy.deepcopy(network[0])
    for row, key in places(told, name):
        value = row.pop(key)
        yield told
        for other in others(key, value):
            row[key] = other
            yield told
        row[key] = value


def test_a_field_that_is_on_no_list_gives_another_answer_or_is_named(network):
    silent = [
        name
        for name in names(network[0])
        if not excused(name) and not any(effect(network, told) for told in changes(network, name))
    ]
    assert silent == [], silent


def test_a_field_on_the_list_changes_no_answer(network):
    loud = []
    for name in filter(excused, names(network[0])):
        told, other = copy.deepcopy(network[0]), copy.deepcopy(network[0])
        for row, key in places(told, name):
            del row[key]
        for row, key in places(other, name):
            row[key] = next(iter(others(key, row[key])), row[key])
        loud += [name for changed in (told, other) if effect(network, changed) == "another answer"]
    assert loud == [], loud


def test_every_reason_is_needed(network):
    known = set(
        chain(names(network[0]), (f"{kind}.{field}" for kind in KNOWN for field in KNOWN[kind]))
    )
    for patterns in NO_PACKET.values():
        for pattern in patterns.split():
            assert any(fnmatchcase(name, pattern) for name in known), pattern


def test_a_known_field_that_the_network_does_not_have_is_read_or_does_nothing(network):
    there = set(names(network[0]))
    absent = [
        (kind, field)
        for kind in KNOWN
        if kind in IDS or kind == "Reservations"
        for field in sorted(KNOWN[kind])
        if f"{kind}.{field}" not in there and field != "Instances"
    ]
    assert {f"{kind}.{field}" for kind, field in absent} >= READ
    for value in ODD:  # all that are not read, at once
        told = copy.deepcopy(network[0])
        for kind, row in kinds(told):
            for other, field in absent:
                if kind == other and f"{kind}.{field}" not in READ:
                    row[field] = value
        assert effect(network, told) == "", value
    for kind, field in absent:
        if f"{kind}.{field}" in READ:
            found = set()
            for value in ODD:
                told = copy.deepcopy(network[0])
                for other, row in kinds(told):
                    if other == kind:
                        row[field] = value
                found.add(effect(network, told))
            assert found & {"refused", "another answer"}, field
