"""Known words: the values of fields with a fixed set, and what follows where AWS added one.

A word that nobody knew when this was written may decide about packets. So whatever packets meet of
its row is unknown; see `repeated.met_by`. WORDS has the fields that decide, apart from those that
are compared where they are read (states, kinds of endpoints, balancers and targets, protocols).
Source: botocore's service models, which are made from AWS's own.
"""

from __future__ import annotations

from vpcedu.aws.answers import Answers
from vpcedu.aws.fields import CALLS
from vpcedu.aws.repeated import met_by, users

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from vpcedu.aws.located import At

_ADDED = "create-in-progress create-complete create-failed"
_CHANGED = "update-in-progress update-complete update-failed delete-in-progress delete-complete"
_LISTS = """modify-in-progress modify-complete modify-failed restore-in-progress restore-complete
    restore-failed delete-in-progress delete-complete delete-failed"""
_GROUPS = "HTTP HTTPS TCP TLS UDP TCP_UDP GENEVE QUIC TCP_QUIC"
_MODES = "off block-bidirectional block-ingress"
_ACTIONS = "forward authenticate-oidc authenticate-cognito redirect fixed-response jwt-validation"
_INTERFACES = """interface natGateway nat_gateway efa efa-only trunk branch load_balancer
    network_load_balancer vpc_endpoint transit_gateway lambda quicksight global_accelerator_managed
    api_gateway_managed gateway_load_balancer gateway_load_balancer_endpoint iot_rules_managed
    aws_codestar_connections_managed ec2_instance_connect_endpoint"""
WORDS = {
    kind: {field: frozenset(words.split()) for field, words in found.items()}
    for kind, found in {
        "Vpcs": {
            "CidrBlockAssociationSet.CidrBlockState.State":
                "associating associated disassociating disassociated failing failed",
            "EncryptionControl.Mode": "monitor enforce",
            "State": "pending available deleting",
        },
        "Subnets": {
            "State": "pending available unavailable failed failed-insufficient-capacity",
        },
        "RouteTables": {
            "Associations.AssociationState.State":
                "associating associated disassociating disassociated failed",
            "Routes.Origin": "CreateRouteTable CreateRoute EnableVgwRoutePropagation Advertisement",
            "Routes.State": "active blackhole filtered",
        },
        "NatGateways": {
            "NatGatewayAddresses.Status":
                "assigning unassigning associating disassociating succeeded failed",
            "AvailabilityMode": "zonal regional",
            "ConnectivityType": "public private",
            "AttachedAppliances.Type": "",  # whatever it is, it may take packets
        },
        "NetworkInterfaces": {
            "Attachment.Status": "attaching attached detaching detached",
            "InterfaceType": _INTERFACES,
            "Status": "available associated attaching in-use detaching",
        },
        "PrefixLists": {"State": f"{_ADDED} {_LISTS}"},
        "LoadBalancers": {
            "Scheme": "internet-facing internal",
            "IpAddressType": "ipv4 dualstack dualstack-without-public-ipv4",
        },
        "LoadBalancerDescriptions": {
            "Scheme": "internet-facing internal",
            "ListenerDescriptions.Listener.InstanceProtocol": "HTTP HTTPS TCP SSL",
        },
        "TargetGroups": {"Protocol": _GROUPS, "ProtocolVersion": "HTTP1 HTTP2 GRPC"},
        "Listeners": {
            "MutualAuthentication.Mode": "off passthrough verify",
            "DefaultActions.RedirectConfig.StatusCode": "HTTP_301 HTTP_302",
        },
        "Rules": {
            "Actions.Type": _ACTIONS,
            "Actions.RedirectConfig.StatusCode": "HTTP_301 HTTP_302",
            "Transforms.Type": "host-header-rewrite url-rewrite",
        },
        "VpcBlockPublicAccessOptions": {
            "State": "default-state update-in-progress update-complete",
            "InternetGatewayBlockMode": _MODES,
        },
        "VpcBlockPublicAccessExclusions": {
            "State": f"{_ADDED} {_CHANGED} disable-in-progress disable-complete",
            "InternetGatewayExclusionMode": "allow-bidirectional allow-egress",
        },
    }.items()
}  # fmt: skip
AT_GATEWAYS = ("VpcBlockPublicAccessOptions", "VpcBlockPublicAccessExclusions")


def name_new_words(answers: Answers) -> None:
    """Say that what packets meet of a row is unknown, where it has a word that is not known."""
    known: dict[str, list[str]] | None = None
    for kind, fields in WORDS.items():
        for name, row in answers.rows(kind).items():
            for field, words in fields.items():
                for at in _values(row, field.split(".")):
                    if not isinstance(at.value, str) or at.value in words:
                        continue
                    if known is None:
                        known = users(answers.rows)
                    told = f"{field} of {name} is {at.as_text()}, which is not known here"
                    answers.notes.add("unknown", at, told)
                    for about in _met(answers, known, kind, name, row):
                        answers.lacks(about, told, CALLS[kind])


def _values(row: At, path: list[str]) -> Iterator[At]:
    """The values of a field, in every row of the lists on the way; none where it is missing."""
    key, *rest = path
    if not isinstance(row.value, dict) or key not in row.value:
        return
    inner = row.get(key)
    for at in row.rows(key) if isinstance(inner.value, list) else [inner]:
        if rest:
            yield from _values(at, rest)
        else:
            yield at


def _met(
    answers: Answers, known: dict[str, list[str]], kind: str, name: str, row: At
) -> dict[str, None]:
    """Where packets meet what a row decides; Block Public Access at every Internet gateway."""
    if kind in AT_GATEWAYS:
        return dict.fromkeys((*answers.rows("InternetGateways"), *answers.rows("Vpcs")))
    return dict.fromkeys(met_by(answers.rows, known, kind, name, (row, row)))
