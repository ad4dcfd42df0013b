"""Why packets are lost: one literal table, which is also the syllabus of the course.

Each reason has a sentence for the learner, a one-line fix, the source of the fact and, where AWS's
Reachability Analyzer has a code that means the same, that code. No other text explains a loss.
"""

from __future__ import annotations

from vpcedu.row import NamedRow


class Reason(NamedRow):
    """One reason why a packet is lost.

    `code` is its short name, `aws_code` is Reachability Analyzer's or empty.
    """

    code: str
    sentence: str
    fix: str
    source: str
    aws_code: str = ""

    def __str__(self) -> str:
        return self.sentence


UG = "https://docs.aws.amazon.com/vpc/latest/userguide"
ELB = "https://docs.aws.amazon.com/elasticloadbalancing/latest"

SOURCE_CHECK = Reason(
    "source check",
    "the interface may send only from its own address, and this packet has another source",
    "switch off the interface's source/destination check",
    f"{UG}/VPC_NAT_Instance.html",
    "ENI_SOURCE_DEST_CHECK_RESTRICTION",
)
DESTINATION_CHECK = Reason(
    "destination check",
    "the interface takes only packets for its own address, and this one is for another",
    "switch off the interface's source/destination check",
    f"{UG}/VPC_NAT_Instance.html",
    "ENI_SOURCE_DEST_CHECK_RESTRICTION",
)
GROUP_OUT = Reason(
    "group out",
    "no outbound rule of the security groups allows it, and it belongs to no tracked flow",
    "add an outbound rule for this destination and port",
    f"{UG}/vpc-security-groups.html",
    "ENI_SG_RULES_MISMATCH",
)
GROUP_IN = Reason(
    "group in",
    "no inbound rule of the security groups allows it, and it belongs to no tracked flow",
    "add an inbound rule for this source and port",
    f"{UG}/vpc-security-groups.html",
    "ENI_SG_RULES_MISMATCH",
)
CONNTRACK_FULL = Reason(
    "conntrack allowance exceeded",
    "the instance already tracks as many connections as it can, so it cannot track a new one",
    "set a shorter idle timeout, use rules that need no tracking, or a larger instance",
    "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/security-group-connection-tracking.html",
)
ACL_OUT = Reason(
    "network ACL out",
    "the first outbound entry of the subnet's network ACL that matches denies it",
    "add an outbound entry with a lower number; a network ACL is stateless, so replies need one too",
    f"{UG}/vpc-network-acls.html",
    "SUBNET_ACL_RESTRICTION",
)
ACL_IN = Reason(
    "network ACL in",
    "the first inbound entry of the subnet's network ACL that matches denies it",
    "add an inbound entry with a lower number; a network ACL is stateless, so replies need one too",
    f"{UG}/vpc-network-acls.html",
    "SUBNET_ACL_RESTRICTION",
)
NO_ROUTE = Reason(
    "no route",
    "no route of the subnet's route table matches the destination",
    "add a route for the destination",
    f"{UG}/VPC_Route_Tables.html",
    "NO_ROUTE_TO_DESTINATION",
)
BLACKHOLE = Reason(
    "blackhole route",
    "the route that matches leads to a gateway or interface that is not there",
    "change the target of the route, or bring the target back",
    "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Route.html",
    "BAD_STATE_ROUTE",
)
UNROUTABLE_RANGE = Reason(
    "unroutable range",
    "no route, not even a wider one, leads to AWS's own services in 169.254.168.0/22",
    "contact the service from the host itself; such a packet is never forwarded",
    f"{UG}/subnet-route-tables.html",
)
NOT_TRANSITIVE = Reason(
    "not transitive",
    "the peered VPC has no such address, and peering forwards no further, not even to a gateway",
    "peer the two VPCs directly, or connect them through a transit gateway",
    "https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html",
    "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR",
)
BEYOND = Reason(
    "beyond the model",
    "the route's target is there, but its far side is not described: what happens next is unknown",
    "follow the route's target in the account itself",
    f"{UG}/route-table-options.html",
    "UNKNOWN_DESTINATION",
)
NO_SUCH_INTERFACE = Reason(
    "no such interface",
    "the local route leads to an address that no network interface of the VPC has",
    "correct the address, or start the host that should have it",
    f"{UG}/VPC_Route_Tables.html",
    "NO_POSSIBLE_DESTINATION",
)
NOT_RUNNING = Reason(
    "bad state",
    "it is stopped or has failed, so it takes no packet and sends none",
    "start it, or replace it where it has failed",
    "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html",
    "BAD_STATE",
)
NO_PUBLIC_ADDRESS = Reason(
    "no public address",
    "the Internet gateway has no public address to replace this private source with",
    "give the interface a public or Elastic IP address, or send through a NAT",
    f"{UG}/VPC_Internet_Gateway.html",
    "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS",
)
NOT_ON_THE_INTERNET = Reason(
    "not on the Internet",
    "no host on the Internet and no Internet gateway has this destination address",
    "give the host a public address, or correct the name",
    f"{UG}/VPC_Internet_Gateway.html",
    "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS",
)
PRIVATE_DESTINATION = Reason(
    "private destination",
    "no Internet gateway or router on the Internet carries a packet to a private or shared address",
    "route the packet inside the VPC, or use the public address",
    "https://docs.aws.amazon.com/vpc/latest/reachability/explanation-codes.html",
    "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS",
)
PUBLIC_ACCESS_BLOCKED = Reason(
    "public access blocked",
    "VPC Block Public Access is on for this subnet, so nothing of it passes the Internet gateway",
    "create an exclusion for the subnet, or change the mode of VPC Block Public Access",
    f"{UG}/security-vpc-bpa.html",
    "VPC_BLOCK_PUBLIC_ACCESS_ENABLED",
)
LOST = Reason(
    "lost on the link",
    "the link lost it, as links sometimes do; TCP will send it again",
    "nothing: the sender's retransmission timer takes care of it",
    "https://www.rfc-editor.org/rfc/rfc6298",
)
TOO_LARGE = Reason(
    "too large",
    "it is too large for the link and must not be fragmented; an ICMP error says so",
    "allow ICMP type 3, code 4 to the sender: in the network ACLs in both directions, and in its security groups",
    f"{UG}/path_mtu_discovery.html",
)
HOP_LIMIT = Reason(
    "hop limit",
    "it was forwarded too often: the routes send it in a circle",
    "find the route whose target sends the packet back",
    "https://www.rfc-editor.org/rfc/rfc791#section-3.2",
)
PORT_CLOSED = Reason(
    "port closed",
    "nothing listens on this port; the host answers with a RST at once",
    "start the server, or correct the port",
    "https://www.rfc-editor.org/rfc/rfc9293#section-3.5.2",
)
OWN_SOURCE = Reason(
    "own source",
    "it comes from outside with the host's own address as source, so the host drops it silently",
    "switch off client IP preservation, or do not let a target be a client of its own load balancer",
    f"{ELB}/network/load-balancer-troubleshooting.html",
    "ELBV2_SOURCE_ADDRESS_PRESERVATION",
)
BACKLOG_FULL = Reason(
    "backlog full",
    "the server accepts no connections and its backlog is full, so it drops the SYN silently",
    "make the server accept faster, or give it a larger backlog",
    "https://man7.org/linux/man-pages/man2/listen.2.html",
)
NO_CONNECTION = Reason(
    "no connection",
    "the host knows no connection with these addresses and ports",
    "find out why the packet's addresses or ports differ from those of the connection",
    "https://www.rfc-editor.org/rfc/rfc9293#section-3.5.2",
)
NO_LISTENER = Reason(
    "no listener",
    "the Network Load Balancer has no listener on this port; it drops the packet silently",
    "add a listener for the port",
    f"{ELB}/network/load-balancer-listeners.html",
    "ELBV2_LISTENERS_MISMATCH",
)
NO_FLOW = Reason(
    "no flow",
    "the Network Load Balancer has no flow for this packet, opens none, and answers with a RST",
    "open a new connection; send TCP keep-alives more often than the idle timeout",
    f"{ELB}/network/load-balancer-listeners.html",
)
NO_TARGET = Reason(
    "no target",
    "the listener's target group has no target",
    "register a target",
    f"{ELB}/network/load-balancer-target-groups.html",
    "ELBV2_LISTENER_HAS_NO_TG",
)
TARGET_UNHEALTHY = Reason(
    "target unhealthy",
    "this flow's target has become unhealthy, so the Network Load Balancer ends the connection with a RST",
    "connect again, to a healthy target; find out why this target fails its health checks",
    f"{ELB}/network/target-group-health-checks.html",
)
NO_TRANSLATION = Reason(
    "no translation",
    "the NAT has no translation for this packet, and no host that it serves sent it",
    "nothing: a NAT accepts no connection from outside; publish the service through a load balancer",
    f"{UG}/vpc-nat-gateway.html",
    "NGW_REQUIRES_SOURCE_IN_VPC",
)
UNRELATED = Reason(
    "unrelated",
    "it is an ICMP error about a flow unknown here; an ICMP error is never answered",
    "nothing: it came too late, or was forged",
    "https://www.rfc-editor.org/rfc/rfc5508#section-4.2",
)
IDLE_TIMEOUT = Reason(
    "idle timeout",
    "the connection was silent for too long, and its entry was removed",
    "send TCP keep-alives more often than the idle timeout",
    f"{UG}/nat-gateway-troubleshooting.html",
)
NO_PORT = Reason(
    "no port left",
    "the translating device has no free source port left for this destination",
    "spread the connections over more destinations or addresses",
    f"{UG}/nat-gateway-basics.html",
)

REASONS = tuple(value for value in list(globals().values()) if isinstance(value, Reason))
