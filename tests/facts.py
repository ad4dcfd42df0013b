"""The facts that the model stands on: one literal table; docs/reference/facts.md is made from it.

A fact is a behaviour that a packet, a host or a description can show. A test shows it under the
marker `@pytest.mark.fact("its id")`; what no test can show stands in LEFT_OUT with the reason.
tests/test_facts.py keeps the table, the markers and LEFT_OUT together.
"""

from __future__ import annotations

from collections import namedtuple


class Fact(namedtuple("Fact", ("id", "statement", "value", "sources", "sure"))):
    """A behaviour in a sentence.

    Its number or word if it has one, where it is written, and one of HOW_SURE.
    """

    __slots__ = ()
    id: str
    statement: str
    value: str
    sources: tuple[str, ...]
    sure: str


AWS, API, STANDARD, LINUX = "AWS page", "AWS API", "standard", "Linux"
SECONDARY, INFERRED = "secondary", "inferred"
HOW_SURE = {
    AWS: "AWS's documentation says it",
    API: "the description of AWS's API says it",
    STANDARD: "an RFC or another specification says it",
    LINUX: "Linux' source, its documentation or a manual page says it",
    SECONDARY: "read only in a text about the source",
    INFERRED: "follows from the sources, which do not say it in so many words",
}
# Inferred facts that captures on AWS have shown: when and where. tests/on_aws/README.md says how.
SEEN_ON_AWS: dict[str, str] = {}

UG = "https://docs.aws.amazon.com/vpc/latest/userguide"
EC2 = "https://docs.aws.amazon.com/AWSEC2/latest"
ELB = "https://docs.aws.amazon.com/elasticloadbalancing/latest"
RFC = "https://www.rfc-editor.org/rfc"
MAN = "https://man7.org/linux/man-pages/man7"

VPC_CIDR = f"{UG}/vpc-cidr-blocks.html"
SUBNET_SIZE = f"{UG}/subnet-sizing.html"
SUBNETS = f"{UG}/configure-subnets.html"
ROUTES = f"{UG}/VPC_Route_Tables.html"
PRIORITY = f"{UG}/route-tables-priority.html"
REPLACED = f"{UG}/replace-local-route-target.html"
API_ROUTE = f"{EC2}/APIReference/API_Route.html"
IGW = f"{UG}/VPC_Internet_Gateway.html"
EIGW = f"{UG}/egress-only-internet-gateway.html"
NATGW = f"{UG}/vpc-nat-gateway.html"
NATGW_BASICS = f"{UG}/nat-gateway-basics.html"
NAT_COMPARED = f"{UG}/vpc-nat-comparison.html"
NAT_TROUBLE = f"{UG}/nat-gateway-troubleshooting.html"
NAT_METRICS = f"{UG}/vpc-nat-gateway-cloudwatch.html"
NAT64 = f"{UG}/nat-gateway-nat64-dns64.html"
NAT_REGIONAL = f"{UG}/nat-gateways-regional.html"
API_NATGW = f"{EC2}/APIReference/API_CreateNatGateway.html"
NAT_INSTANCE = f"{UG}/VPC_NAT_Instance.html"
SG = f"{UG}/vpc-security-groups.html"
SG_RULES = f"{UG}/security-group-rules.html"
SG_DEFAULT = f"{UG}/default-security-group.html"
TRACKING = f"{EC2}/UserGuide/security-group-connection-tracking.html"
API_TRACKING = f"{EC2}/APIReference/API_ConnectionTrackingConfiguration.html"
COMPARED = f"{UG}/VPC_Security.html#VPC_Security_Comparison"
QUOTAS = f"{UG}/amazon-vpc-limits.html"
NACL = f"{UG}/vpc-network-acls.html"
NACL_PORTS = f"{UG}/custom-network-acl.html#nacl-ephemeral-ports"
FLOW_LOGS = f"{UG}/flow-logs.html"
RECORDS = f"{UG}/flow-log-records.html"
EXAMPLES = f"{UG}/flow-logs-records-examples.html"
LIMITS = f"{UG}/flow-logs-limitations.html"
MTU = f"{EC2}/UserGuide/network_mtu.html"
ELB_HOW = f"{ELB}/userguide/how-elastic-load-balancing-works.html"
API_LB = f"{ELB}/APIReference/API_LoadBalancerAttribute.html"
API_TG = f"{ELB}/APIReference/API_TargetGroupAttribute.html"
API_LISTENER = f"{ELB}/APIReference/API_ListenerAttribute.html"
CLB_LISTENERS = f"{ELB}/classic/elb-listener-config.html"
CLB_IDLE = f"{ELB}/classic/config-idle-timeout.html"
CLB_HEADERS = f"{ELB}/classic/x-forwarded-headers.html"
CLB_PROXY = f"{ELB}/classic/enable-proxy-protocol.html"
CLB_HEALTH = f"{ELB}/classic/elb-healthchecks.html"
CLB_METRICS = f"{ELB}/classic/elb-cloudwatch-metrics.html"
CLB_SUBNETS = f"{ELB}/classic/elb-manage-subnets.html"
CLB_DNS = f"{ELB}/classic/elb-internet-facing-load-balancers.html"
CLB_GROUPS = f"{ELB}/classic/elb-security-groups.html"
RA_CODES = "https://docs.aws.amazon.com/vpc/latest/reachability/explanation-codes.html"
CLB_NACL = f"{ELB}/classic/elb-vpc-network-acls.html"
ALB_INTRO = f"{ELB}/application/introduction.html"
ALB_BALANCERS = f"{ELB}/application/application-load-balancers.html"
ALB_LISTENERS = f"{ELB}/application/load-balancer-listeners.html"
ALB_ATTRIBUTES = f"{ELB}/application/edit-load-balancer-attributes.html"
ALB_TARGETS = f"{ELB}/application/edit-target-group-attributes.html"
ALB_HEADERS = f"{ELB}/application/x-forwarded-headers.html"
ALB_TRACE = f"{ELB}/application/load-balancer-request-tracing.html"
ALB_TROUBLE = f"{ELB}/application/load-balancer-troubleshooting.html"
ALB_HEALTH = f"{ELB}/application/target-group-health-checks.html"
ALB_GROUPS = f"{ELB}/application/load-balancer-update-security-groups.html"
NLB_INTRO = f"{ELB}/network/introduction.html"
NLB_BALANCERS = f"{ELB}/network/network-load-balancers.html"
NLB_LISTENERS = f"{ELB}/network/load-balancer-listeners.html"
NLB_TARGETS = f"{ELB}/network/load-balancer-target-groups.html"
NLB_ATTRIBUTES = f"{ELB}/network/edit-target-group-attributes.html"
NLB_IDLE = f"{ELB}/network/update-idle-timeout.html"
NLB_GROUPS = f"{ELB}/network/load-balancer-security-groups.html"
NLB_REGISTER = f"{ELB}/network/target-group-register-targets.html"
NLB_TROUBLE = f"{ELB}/network/load-balancer-troubleshooting.html"
NLB_HEALTH = f"{ELB}/network/target-group-health-checks.html"
PROXY = "https://www.haproxy.org/download/1.8/doc/proxy-protocol.txt"
SYSCTL = "https://docs.kernel.org/networking/ip-sysctl.html"
TCP_H = "https://github.com/torvalds/linux/blob/master/include/net/tcp.h"
CONNECT_C = "https://github.com/torvalds/linux/blob/master/net/ipv4/inet_hashtables.c"
TCP_7, IP_7 = f"{MAN}/tcp.7.html", f"{MAN}/ip.7.html"
RFC_9293, RFC_6298 = f"{RFC}/rfc9293", f"{RFC}/rfc6298"

SECTIONS = (
    (
        "VPC, addresses and routes",
        (
            Fact(
                "vpc-cidr-size",
                "An IPv4 block of a VPC has a prefix from /28 to /16.",
                "/28 to /16",
                (VPC_CIDR,),
                AWS,
            ),
            Fact(
                "subnet-cidr-size",
                "A subnet's block lies inside the VPC's, has a prefix from /28 to /16 and overlaps no"
                " other subnet.",
                "/28 to /16",
                (SUBNET_SIZE,),
                AWS,
            ),
            Fact("subnet-one-az", "A subnet lies in one Availability Zone.", "1", (SUBNETS,), AWS),
            Fact(
                "subnet-reserved-5",
                "The first four addresses of a subnet and its last one cannot be given to an"
                " interface.",
                "5",
                (SUBNET_SIZE,),
                AWS,
            ),
            Fact(
                "subnet-usable",
                "A subnet has five usable addresses fewer than its block holds.",
                "/28: 11",
                (SUBNET_SIZE,),
                INFERRED,
            ),
            Fact(
                "dns-plus-2",
                "Amazon's DNS server answers at the base of the VPC's block plus two.",
                "base + 2",
                (SUBNET_SIZE,),
                AWS,
            ),
            Fact(
                "subnet-v6",
                "An IPv6 block of a subnet has a prefix from /44 to /64.",
                "/44 to /64",
                (SUBNET_SIZE,),
                AWS,
            ),
            Fact(
                "cidr-canonical",
                "The API clears the bits behind a block's prefix.",
                "100.68.0.18/18 is 100.68.0.0/18",
                (SUBNET_SIZE,),
                AWS,
            ),
            Fact(
                "implicit-router",
                "What leaves a subnet goes where its route table says.",
                "",
                (ROUTES,),
                AWS,
            ),
            Fact(
                "local-route",
                "Every route table has a local route for the VPC's block, so that all subnets reach each"
                " other.",
                "local",
                (ROUTES,),
                AWS,
            ),
            Fact(
                "lpm", "The most specific route that fits wins.", "longest prefix", (PRIORITY,), AWS
            ),
            Fact(
                "more-specific-than-local",
                "A route more specific than the local one is allowed only for exactly a"
                " subnet's block, to a NAT gateway, a network interface or a Gateway Load Balancer endpoint.",
                "",
                (ROUTES,),
                AWS,
            ),
            Fact(
                "rt-local-replace",
                "The target of a local route can be replaced, for instance by a network interface.",
                "",
                (REPLACED,),
                AWS,
            ),
            Fact(
                "static-vs-propagated",
                "Of two routes to one destination the static one wins over the propagated one.",
                "",
                (PRIORITY,),
                AWS,
            ),
            Fact(
                "static-vs-prefixlist",
                "Of routes to one destination the static one comes first, then one by prefix list,"
                " then propagated ones.",
                "",
                (PRIORITY,),
                AWS,
            ),
            Fact(
                "route-unroutable",
                "No route leads to addresses of 169.254.168.0/22, and packets to them go nowhere.",
                "169.254.168.0/22",
                (ROUTES,),
                AWS,
            ),
            Fact(
                "route-targets",
                "A route leads to a gateway, an instance, an interface, a peering or an endpoint.",
                "",
                (API_ROUTE,),
                API,
            ),
            Fact(
                "route-state",
                "A route whose target is gone is a blackhole; it stays, and what it fits is lost.",
                "blackhole",
                (API_ROUTE, NATGW),
                INFERRED,
            ),
            Fact(
                "main-rt",
                "A subnet without a table of its own uses the VPC's main route table.",
                "",
                (ROUTES,),
                AWS,
            ),
            Fact(
                "subnet-1-rt",
                "A subnet has one route table at a time; a table may serve many subnets.",
                "1 : n",
                (ROUTES,),
                AWS,
            ),
            Fact(
                "public-subnet",
                "A subnet is public if its route table has a route to an Internet gateway.",
                "",
                (IGW, SUBNETS),
                AWS,
            ),
            Fact(
                "public-needs-both",
                "To reach the Internet over IPv4 an interface needs both a public address and a route"
                " to the Internet gateway.",
                "",
                (IGW,),
                AWS,
            ),
            Fact("igw-per-vpc", "A VPC has at most one Internet gateway.", "1", (QUOTAS,), AWS),
        ),
    ),
    (
        "Internet gateway",
        (
            Fact(
                "igw-no-limit",
                "The Internet gateway limits neither bandwidth nor availability.",
                "",
                (IGW,),
                AWS,
            ),
            Fact(
                "igw-1to1-nat",
                "The Internet gateway exchanges private and public address one for one; ports stay.",
                "",
                (IGW,),
                INFERRED,
            ),
            Fact(
                "instance-sees-private",
                "A host, its groups, network ACLs and flow logs know its private address only.",
                "",
                (IGW, RECORDS),
                AWS,
            ),
            Fact("igw-v6-no-nat", "IPv6 addresses are not translated.", "", (IGW,), AWS),
            Fact(
                "eigw",
                "An egress-only Internet gateway lets IPv6 connections out, and only their answers in.",
                "",
                (EIGW,),
                AWS,
            ),
        ),
    ),
    (
        "Security groups",
        (
            Fact(
                "sg-stateful",
                "Answers to allowed traffic pass, whatever the rules of the other direction say.",
                "",
                (TRACKING, SG),
                AWS,
            ),
            Fact(
                "sg-allow-only",
                "Rules only allow; the rules of all groups of an interface count together, in no order.",
                "",
                (COMPARED,),
                AWS,
            ),
            Fact("sg-new", "A new group lets nothing in and everything out.", "", (SG,), AWS),
            Fact(
                "sg-default",
                "The default group lets in what comes from its own members, and everything out.",
                "",
                (SG_DEFAULT,),
                AWS,
            ),
            Fact(
                "sg-ref",
                "A rule that names a group stands for the private addresses of the interfaces that carry it.",
                "",
                (SG_RULES,),
                AWS,
            ),
            Fact(
                "sg-ref-middlebox",
                "Where a middlebox stands between two instances, a rule that names a group does not"
                " fit.",
                "",
                (SG,),
                AWS,
            ),
            Fact(
                "sg-conntrack-proto",
                "Of other protocols than TCP, UDP and ICMP only addresses and protocol are tracked.",
                "600 s",
                (TRACKING,),
                AWS,
            ),
            Fact(
                "sg-untracked",
                "A flow that a rule allows for everyone is not tracked where the other direction lets all"
                " answers pass to everyone.",
                "",
                (TRACKING,),
                AWS,
            ),
            Fact(
                "sg-untracked-example",
                "AWS's example: port 22 for one address and ICMP are tracked, port 80 for everyone"
                " is not.",
                "",
                (TRACKING,),
                AWS,
            ),
            Fact(
                "sg-untracked-cut",
                "A rule that is taken away cuts an untracked flow at once; a tracked flow goes on. A"
                " changed network ACL cuts both.",
                "",
                (TRACKING,),
                AWS,
            ),
            Fact(
                "sg-autotrack",
                "Flows through a NAT gateway, a Network Load Balancer and other services of AWS are always"
                " tracked.",
                "",
                (TRACKING,),
                AWS,
            ),
            Fact(
                "sg-idle-tcp",
                "An established TCP flow is tracked for 5 days of silence; 350 s on Nitro v6; 60 s to"
                " 5 days can be set.",
                "432,000 s; 350 s",
                (API_TRACKING, TRACKING),
                API,
            ),
            Fact(
                "sg-idle-udp",
                "A UDP flow of one request is tracked for 30 s of silence.",
                "30 s",
                (API_TRACKING,),
                API,
            ),
            Fact(
                "sg-idle-udp-stream",
                "A UDP flow of several requests is tracked for 180 s of silence.",
                "180 s",
                (API_TRACKING,),
                API,
            ),
            Fact(
                "sg-idle-nlb",
                "A TCP flow through a Network Load Balancer is tracked for 350 s of silence, a UDP flow for"
                " 120 s.",
                "350 s, 120 s",
                (TRACKING,),
                AWS,
            ),
            Fact(
                "sg-conntrack-limit",
                "An instance tracks a limited number of connections and drops what comes beyond.",
                "",
                (TRACKING,),
                AWS,
            ),
            Fact(
                "sg-no-dns-imds",
                "Groups do not filter what goes to Amazon's DNS server.",
                "",
                (TRACKING, NACL),
                AWS,
            ),
            Fact(
                "sg-quota",
                "A group has at most 60 rules a direction, an interface at most 5 groups; both can be raised,"
                " their product to 1,000.",
                "60; 5",
                (QUOTAS,),
                AWS,
            ),
        ),
    ),
    (
        "Network ACLs",
        (
            Fact(
                "nacl-stateless",
                "A network ACL keeps no state: an answer needs an entry of its own.",
                "",
                (NACL,),
                AWS,
            ),
            Fact(
                "nacl-order",
                "Entries are tried by number, the first that fits decides, and * at the end denies.",
                "1 to 32766",
                (NACL,),
                AWS,
            ),
            Fact(
                "nacl-default",
                "The default network ACL lets everything pass, a new one nothing.",
                "100; *",
                (NACL,),
                AWS,
            ),
            Fact(
                "nacl-assoc",
                "A subnet has one network ACL; an ACL may serve many subnets.",
                "1 : n",
                (NACL,),
                AWS,
            ),
            Fact(
                "nacl-boundary",
                "A network ACL is asked where a packet enters or leaves the subnet, never inside it.",
                "",
                (NACL,),
                AWS,
            ),
            Fact(
                "nacl-vs-sg-order",
                "Out: first the group, then the network ACL; in: the other way round.",
                "",
                (COMPARED,),
                INFERRED,
            ),
            Fact(
                "nacl-eph-linux",
                "Linux opens connections from ports 32768 to 60999; AWS's page says 61000.",
                "32768-60999",
                (NACL_PORTS, SYSCTL),
                LINUX,
            ),
            Fact(
                "nacl-eph-elb",
                "Balancers open connections from ports 1024 to 65535.",
                "1024-65535",
                (NACL_PORTS,),
                AWS,
            ),
            Fact(
                "nacl-eph-win",
                "Windows opens connections from ports 49152 to 65535, until Server 2003 1025 to 5000.",
                "49152-65535",
                (NACL_PORTS,),
                AWS,
            ),
            Fact(
                "nacl-eph-nat",
                "A NAT gateway uses ports 1024 to 65535.",
                "1024-65535",
                (NACL_PORTS, NATGW_BASICS),
                AWS,
            ),
            Fact(
                "nacl-eph-lambda",
                "Lambda functions use ports 1024 to 65535.",
                "1024-65535",
                (NACL_PORTS,),
                AWS,
            ),
            Fact(
                "nacl-eph-rule",
                "The client's system sets the range: before a server open it outbound, before a client"
                " inbound.",
                "1024-65535 for all",
                (NACL_PORTS,),
                AWS,
            ),
            Fact(
                "nacl-not-filtered",
                "Network ACLs never filter Amazon's DNS, DHCP, instance metadata, time and licence"
                " services, and the router's addresses.",
                "",
                (NACL,),
                AWS,
            ),
            Fact(
                "nacl-pmtud",
                "Path MTU discovery needs ICMP type 3 code 4 allowed in both directions.",
                "3/4",
                (NACL,),
                AWS,
            ),
            Fact(
                "nacl-quota",
                "A network ACL has at most 20 entries a direction, which can be raised to 40.",
                "20",
                (QUOTAS,),
                AWS,
            ),
        ),
    ),
    (
        "NAT gateway and NAT instance",
        (
            Fact(
                "natgw-src",
                "A NAT replaces the source with its own private address and a port of its own, and"
                " gives answers back; nobody outside can open a connection.",
                "",
                (NATGW,),
                AWS,
            ),
            Fact(
                "natgw-types",
                "A public NAT gateway has an Elastic IP address; what a private one sends to an Internet"
                " gateway is dropped.",
                "",
                (NATGW,),
                AWS,
            ),
            Fact(
                "natgw-proto",
                "A NAT gateway carries TCP, UDP and ICMP, and nothing else.",
                "6, 17, 1",
                (NATGW_BASICS,),
                AWS,
            ),
            Fact(
                "natgw-ports",
                "A NAT gateway takes its ports from 1024 to 65535.",
                "1024-65535",
                (NATGW_BASICS,),
                AWS,
            ),
            Fact(
                "natgw-55000",
                "Each address of a NAT gateway carries 55,000 connections to each destination.",
                "55,000",
                (NATGW_BASICS,),
                AWS,
            ),
            Fact(
                "natgw-8ip", "A zonal NAT gateway has up to 8 addresses.", "8", (NATGW_BASICS,), AWS
            ),
            Fact(
                "natgw-bw",
                "A NAT gateway grows from 5 to 100 Gbps and drops what is above its packet rate.",
                "5-100 Gbps",
                (NATGW_BASICS,),
                AWS,
            ),
            Fact(
                "natgw-idle",
                "A connection that is silent for 350 s is forgotten.",
                "350 s",
                (NAT_TROUBLE,),
                AWS,
            ),
            Fact(
                "natgw-rst",
                "Who goes on behind the NAT gateway after that gets RST, never FIN.",
                "RST",
                (NAT_COMPARED, NAT_TROUBLE),
                AWS,
            ),
            Fact(
                "natgw-frag",
                "A NAT gateway forwards fragments of UDP, and drops those of TCP and ICMP.",
                "",
                (NAT_COMPARED, NAT_TROUBLE),
                AWS,
            ),
            Fact(
                "natgw-metrics",
                "Metrics count what finds no port, what was idle too long and what was dropped.",
                "",
                (NAT_METRICS,),
                AWS,
            ),
            Fact(
                "natgw-no-sg",
                "A NAT gateway has no security group and answers no ping; the network ACL of its subnet"
                " applies.",
                "",
                (NATGW_BASICS, NAT_COMPARED),
                AWS,
            ),
            Fact(
                "natgw-no-peering",
                "No route leads into a NAT gateway from a peered VPC or a virtual private gateway.",
                "",
                (NATGW_BASICS,),
                AWS,
            ),
            Fact(
                "natgw-rts",
                "Replies to what left a NAT gateway through peering are handed back to it without a route.",
                "Return to Sender",
                (NATGW_BASICS,),
                AWS,
            ),
            Fact(
                "natgw-mtu",
                "A NAT gateway carries packets of up to 8,500 bytes and clamps the MSS.",
                "8500",
                (NATGW_BASICS,),
                AWS,
            ),
            Fact(
                "natgw-zonal",
                "A zonal NAT gateway lives in one Availability Zone.",
                "zonal",
                (API_NATGW,),
                API,
            ),
            Fact(
                "natgw-regional",
                "A regional NAT gateway serves all zones and needs no subnet.",
                "regional",
                (NAT_REGIONAL, API_NATGW),
                API,
            ),
            Fact(
                "natgw-regional-limits",
                "A regional NAT gateway has up to 32 addresses in each zone.",
                "32",
                (NAT_REGIONAL,),
                AWS,
            ),
            Fact(
                "natgw-nat64",
                "A NAT gateway translates IPv6 to IPv4 under the well-known prefix.",
                "64:ff9b::/96",
                (NAT64, f"{RFC}/rfc6052"),
                AWS,
            ),
            Fact(
                "natgw-blackhole",
                "The routes to a deleted NAT gateway are blackholes.",
                "",
                (NATGW,),
                AWS,
            ),
            Fact(
                "natinst-srcdst",
                "A NAT instance needs its source/destination check off.",
                "",
                (NAT_INSTANCE,),
                AWS,
            ),
            Fact(
                "natinst-sg",
                "A NAT instance's group lets in from the private subnet, and out, what it is to forward.",
                "80, 443",
                (NAT_INSTANCE,),
                AWS,
            ),
            Fact(
                "natinst-fin",
                "A NAT instance sends FIN on a time-out and puts fragments together.",
                "FIN",
                (NAT_COMPARED,),
                AWS,
            ),
            Fact(
                "natinst-reply",
                "An answer is given to the private host by the port that the NAT took for it.",
                "",
                (NAT_INSTANCE,),
                AWS,
            ),
        ),
    ),
    (
        "All load balancers",
        (
            Fact(
                "elb-dns",
                "Clients find the addresses of a balancer's nodes by its name.",
                "",
                (ELB_HOW,),
                AWS,
            ),
            Fact(
                "elb-private-targets",
                "A balancer reaches its targets at private addresses; they need no public one.",
                "",
                (ELB_HOW,),
                AWS,
            ),
            Fact(
                "elb-scheme",
                "Nodes of an Internet-facing balancer have public addresses, those of an internal one only"
                " private.",
                "",
                (ELB_HOW,),
                AWS,
            ),
            Fact(
                "elb-mux",
                "A layer 7 balancer carries requests of many clients on few connections to its targets.",
                "",
                (ELB_HOW,),
                AWS,
            ),
            Fact(
                "elb-xff-auto",
                "A layer 7 balancer adds X-Forwarded-For, -Proto and -Port.",
                "3 headers",
                (ELB_HOW,),
                AWS,
            ),
            Fact(
                "elb-hdr-case",
                "An Application Load Balancer writes some header names in mixed case and leaves others in"
                " lower case.",
                "",
                (ELB_HOW,),
                AWS,
            ),
            Fact(
                "elb-http10-host",
                "An HTTP/1.0 request without Host gets one from the balancer.",
                "",
                (ELB_HOW,),
                AWS,
            ),
            Fact(
                "elb-crosszone",
                "Across zones an Application Load Balancer always balances, the others if told to.",
                "",
                (ELB_HOW, API_LB),
                AWS,
            ),
            Fact(
                "elb-algo",
                "Targets are used in turn by a Classic balancer's TCP listener and by an Application Load"
                " Balancer; a Classic HTTP listener takes the least busy.",
                "",
                (ELB_HOW, API_TG),
                AWS,
            ),
            Fact(
                "elb-dereg",
                "A deregistered target finishes what it began for 300 s.",
                "300 s, 0 to 3600",
                (API_TG,),
                API,
            ),
            Fact(
                "elb-subnet-size",
                "A balancer's subnet is a /27 or larger with 8 free addresses.",
                "/27, 8",
                (ALB_BALANCERS, CLB_SUBNETS),
                AWS,
            ),
        ),
    ),
    (
        "Classic Load Balancer",
        (
            Fact(
                "clb-listeners",
                "Listeners are TCP, SSL, HTTP and HTTPS; layer 4 pairs with layer 4, layer 7 with"
                " layer 7.",
                "4",
                (CLB_LISTENERS,),
                AWS,
            ),
            Fact(
                "clb-two-conns",
                "There are two connections, client to node and node to instance, also with TCP.",
                "2",
                (CLB_IDLE, CLB_LISTENERS),
                AWS,
            ),
            Fact(
                "clb-src-ip",
                "The instance sees the node's private address as source, also with TCP.",
                "",
                (CLB_LISTENERS, CLB_DNS),
                AWS,
            ),
            Fact(
                "clb-return",
                "The instance answers the node by the local route; it needs no route to the Internet.",
                "",
                (CLB_LISTENERS, ROUTES),
                INFERRED,
            ),
            Fact(
                "clb-tcp-no-headers",
                "A TCP listener passes the bytes on unchanged and adds no header.",
                "",
                (CLB_LISTENERS,),
                AWS,
            ),
            Fact(
                "clb-pp1",
                "With PROXY protocol version 1 a line names the client, and the node's private address as what"
                " it called.",
                "PROXY TCP4 ...",
                (CLB_PROXY,),
                AWS,
            ),
            Fact(
                "clb-preopen",
                "HTTP listeners keep connections to instances open in advance, TCP listeners open them"
                " when the client has come.",
                "",
                (CLB_LISTENERS, ELB_HOW),
                AWS,
            ),
            Fact(
                "clb-xff",
                "X-Forwarded-For is appended to, -Proto is the client's protocol, -Port the port that it"
                " called.",
                "",
                (CLB_HEADERS,),
                AWS,
            ),
            Fact(
                "clb-idle",
                "A connection that carries no data for 60 s is closed; 1 to 4,000 s can be set; keep-alive"
                " probes do not count.",
                "60 s",
                (CLB_IDLE,),
                AWS,
            ),
            Fact(
                "clb-hc",
                "Health checks: every 30 s, 5 s patience, out after 2, in after 10.",
                "30 s, 5 s, 2, 10",
                (CLB_HEALTH,),
                AWS,
            ),
            Fact(
                "clb-hc-ua",
                "HTTP health checks call themselves ELB-HealthChecker/1.0.",
                "ELB-HealthChecker/1.0",
                ("https://github.com/cloudfoundry/gorouter/pull/138",),
                SECONDARY,
            ),
            Fact(
                "clb-surge",
                "Up to 1,024 requests wait for an instance; beyond that 503, or the connection is closed.",
                "1,024",
                (CLB_METRICS,),
                AWS,
            ),
            Fact(
                "clb-subnets",
                "An Internet-facing balancer's own subnets are public; its instances' need not be.",
                "",
                (CLB_SUBNETS,),
                AWS,
            ),
            Fact(
                "clb-sg",
                "A balancer has groups of its own, which the instances' rules may name.",
                "",
                (CLB_GROUPS, CLB_NACL),
                AWS,
            ),
            Fact(
                "clb-acl-within",
                "The network ACL is asked about what a Classic balancer sends even within its subnet.",
                "",
                (RA_CODES,),
                AWS,
            ),
            Fact("clb-v4", "In a VPC a Classic balancer speaks IPv4 only.", "", (CLB_DNS,), AWS),
            Fact(
                "clb-pipeline",
                "A client may send requests without waiting; instances get one at a time.",
                "",
                (ELB_HOW,),
                AWS,
            ),
        ),
    ),
    (
        "Application Load Balancer",
        (
            Fact(
                "alb-l7",
                "Listeners are HTTP and HTTPS; there is none for TCP.",
                "2",
                (ALB_INTRO, ALB_LISTENERS),
                AWS,
            ),
            Fact(
                "alb-two-conns",
                "There are two connections; the target sees the node's private address.",
                "2",
                (ALB_ATTRIBUTES,),
                AWS,
            ),
            Fact(
                "alb-h2",
                "Clients may speak HTTP/2; targets hear HTTP/1.1 unless their group says otherwise.",
                "",
                (ELB_HOW, ALB_LISTENERS),
                AWS,
            ),
            Fact(
                "alb-xff-mode",
                "X-Forwarded-For is appended to, preserved or removed.",
                "append",
                (ALB_HEADERS, API_LB),
                AWS,
            ),
            Fact(
                "alb-xff-port",
                "On demand the balancer's own entry carries the client's port; only in append mode.",
                "ip:port",
                (ALB_HEADERS, API_LB),
                AWS,
            ),
            Fact(
                "alb-xff-trust",
                "Only the rightmost entry of X-Forwarded-For is the balancer's own word.",
                "",
                (ALB_HEADERS,),
                INFERRED,
            ),
            Fact(
                "alb-trace",
                "X-Amzn-Trace-Id is added, or gets a Self entry where there is a Root.",
                "",
                (ALB_TRACE,),
                AWS,
            ),
            Fact(
                "alb-idle",
                "A connection that carries no data for 60 s is closed; 1 to 4,000 s can be set.",
                "60 s",
                (API_LB, ALB_ATTRIBUTES),
                API,
            ),
            Fact(
                "alb-keepalive",
                "A client's connection lives for 3,600 s at most; 60 to 604,800 s can be set.",
                "3600 s",
                (API_LB,),
                API,
            ),
            Fact(
                "alb-app-timeout",
                "A target must keep connections open longer than the balancer's idle time-out, or"
                " clients get 502.",
                "502",
                (ALB_ATTRIBUTES,),
                AWS,
            ),
            Fact(
                "alb-502",
                "502: the target refused, reset or closed the connection, or sent a malformed response.",
                "502",
                (ALB_TROUBLE,),
                AWS,
            ),
            Fact(
                "alb-503",
                "503: the target group has no target that is used.",
                "503",
                (ALB_TROUBLE, ALB_HEALTH),
                AWS,
            ),
            Fact(
                "alb-504",
                "504: no connection to the target within 10 s, or no response before the idle time-out.",
                "504; 10 s",
                (ALB_TROUBLE,),
                AWS,
            ),
            Fact(
                "alb-460", "460: the client closed before the response.", "460", (ALB_TROUBLE,), AWS
            ),
            Fact(
                "alb-463",
                "463: X-Forwarded-For has more than 30 entries.",
                "463; 30",
                (ALB_TROUBLE,),
                AWS,
            ),
            Fact(
                "alb-464",
                "464: the client's protocol does not suit the target group's.",
                "464",
                (ALB_TROUBLE,),
                AWS,
            ),
            Fact(
                "alb-4xx",
                "A malformed request is answered by 400, one whose headers or body are too long by 400, 413 or"
                " 414, TRACE by 405.",
                "4xx",
                (ALB_TROUBLE,),
                AWS,
            ),
            Fact(
                "alb-5xx",
                "An unknown Transfer-Encoding is answered by 501, an unexpected version by 505.",
                "5xx",
                (ALB_TROUBLE,),
                AWS,
            ),
            Fact(
                "alb-408",
                "408: the client sent nothing before the idle time-out.",
                "408",
                (ALB_TROUBLE,),
                AWS,
            ),
            Fact(
                "alb-hc-ua",
                "Health checks call themselves ELB-HealthChecker/2.0.",
                "ELB-HealthChecker/2.0",
                (ALB_TROUBLE,),
                AWS,
            ),
            Fact(
                "alb-hc",
                "Health checks: every 30 s, 5 s patience, in after 5, out after 2; the first one decides alone.",
                "30 s, 5 s, 5, 2",
                (ALB_HEALTH,),
                AWS,
            ),
            Fact(
                "alb-algo",
                "Round robin unless told otherwise; stickiness goes before it.",
                "round robin",
                (ALB_TARGETS,),
                AWS,
            ),
            Fact(
                "alb-limits",
                "Request line and header up to 16 K, all headers 64 K, a response's 32 K.",
                "16, 64, 32 K",
                (ELB_HOW,),
                AWS,
            ),
            Fact(
                "alb-sg",
                "The balancer has groups of its own; a group whose targets are all unhealthy is used all the"
                " same.",
                "fail open",
                (ALB_GROUPS, ALB_HEALTH),
                AWS,
            ),
        ),
    ),
    (
        "Network Load Balancer",
        (
            Fact("nlb-l4", "It works at layer 4.", "4", (NLB_INTRO,), AWS),
            Fact(
                "nlb-hash",
                "A TCP flow goes to one target for its life, by a hash over protocol, addresses, ports and"
                " sequence number.",
                "",
                (NLB_INTRO,),
                AWS,
            ),
            Fact(
                "nlb-static-ip",
                "It has one node with a fixed address in each zone.",
                "1",
                (NLB_BALANCERS,),
                AWS,
            ),
            Fact(
                "nlb-targets",
                "Targets are instances, private IP addresses or an Application Load Balancer.",
                "3",
                (NLB_TARGETS,),
                AWS,
            ),
            Fact(
                "nlb-listeners",
                "Listeners are TCP, TLS, UDP, TCP_UDP, QUIC and TCP_QUIC.",
                "6",
                (NLB_LISTENERS,),
                AWS,
            ),
            Fact(
                "nlb-weighted",
                "A listener may spread flows over several target groups by weight.",
                "0 to 999",
                (NLB_LISTENERS,),
                AWS,
            ),
            Fact(
                "nlb-dnat",
                "It replaces the destination address with the target's.",
                "",
                (NLB_TARGETS,),
                AWS,
            ),
            Fact(
                "nlb-cip-default",
                "The client's address is preserved for instances, and for IP addresses with UDP and"
                " QUIC; not for IP addresses with TCP and TLS.",
                "",
                (NLB_ATTRIBUTES,),
                AWS,
            ),
            Fact(
                "nlb-cip-fixed",
                "Preservation can be switched for TCP and TLS alone.",
                "",
                (NLB_ATTRIBUTES,),
                AWS,
            ),
            Fact(
                "nlb-cip-off-src",
                "Without preservation the target sees the node's private address.",
                "",
                (NLB_ATTRIBUTES,),
                AWS,
            ),
            Fact(
                "nlb-cip-6to4",
                "Between IPv4 and IPv6 the client's address is never preserved.",
                "",
                (NLB_ATTRIBUTES,),
                AWS,
            ),
            Fact(
                "nlb-cip-privatelink",
                "Through PrivateLink targets see the node's private address.",
                "",
                (NLB_TARGETS,),
                AWS,
            ),
            Fact(
                "nlb-cip-req",
                "With preservation targets must be in the VPC or in a peered one of the Region.",
                "",
                (NLB_ATTRIBUTES,),
                AWS,
            ),
            Fact(
                "nlb-hairpin",
                "With preservation a target that is its own client times out.",
                "",
                (NLB_TROUBLE, NLB_ATTRIBUTES),
                AWS,
            ),
            Fact(
                "nlb-return",
                "A target answers the client's address, and the packet goes back to the node that delivered"
                " the request, by the flow and not by the route table.",
                "",
                (NLB_REGISTER, NLB_BALANCERS, TRACKING),
                INFERRED,
            ),
            Fact(
                "nlb-return-noroute",
                "Targets need no route to the Internet for their answers.",
                "",
                (NLB_REGISTER, ELB_HOW),
                INFERRED,
            ),
            Fact(
                "nlb-return-late",
                "Where the flow is gone, a target's packet of another kind than TCP takes the route"
                " table; TCP gets RST.",
                "",
                (NLB_BALANCERS,),
                INFERRED,
            ),
            Fact(
                "nlb-return-outside",
                "A target outside the VPC can answer only where it sees the node's address, or by"
                " peering.",
                "",
                (NLB_ATTRIBUTES, NLB_REGISTER),
                INFERRED,
            ),
            Fact(
                "nlb-return-eni",
                "The answer must leave by the interface that the request came in by.",
                "",
                ("https://github.com/aws/amazon-vpc-cni-k8s/issues/1392",),
                SECONDARY,
            ),
            Fact(
                "nlb-private-ok",
                "Targets may be in private subnets.",
                "",
                (ELB_HOW, NLB_REGISTER),
                AWS,
            ),
            Fact(
                "nlb-idle",
                "A TCP flow is forgotten after 350 s of silence; 60 to 6,000 s can be set for a listener.",
                "350 s",
                (NLB_IDLE, API_LISTENER),
                AWS,
            ),
            Fact(
                "nlb-idle-rst",
                "Who sends after that gets RST.",
                "RST",
                (NLB_BALANCERS, NLB_TROUBLE),
                AWS,
            ),
            Fact(
                "nlb-tls-keepalive",
                "A TLS listener that receives a keep-alive sends keep-alives on both sides.",
                "20 s",
                (NLB_BALANCERS,),
                AWS,
            ),
            Fact(
                "nlb-udp-idle",
                "A UDP flow is forgotten after 120 s of silence; the next packet may go elsewhere.",
                "120 s",
                (NLB_BALANCERS,),
                AWS,
            ),
            Fact(
                "nlb-unknown-rst",
                "TCP data of no known connection to a listener gets RST; what no listener waits for is"
                " dropped silently.",
                "RST",
                (NLB_LISTENERS, NLB_TROUBLE),
                AWS,
            ),
            Fact(
                "nlb-unhealthy-rst",
                "Connections to a target that turns unhealthy are ended by RST.",
                "RST",
                (API_TG, NLB_TROUBLE),
                API,
            ),
            Fact(
                "nlb-30s",
                "A target must answer a new request within 30 s to have a way back.",
                "30 s",
                (NLB_BALANCERS,),
                AWS,
            ),
            Fact(
                "nlb-pp2",
                "On demand PROXY protocol version 2 stands before the data; a client's own header stays.",
                "",
                (NLB_TARGETS,),
                AWS,
            ),
            Fact(
                "nlb-pp2-tlv",
                "A PrivateLink endpoint's id stands in a field of type 0xEA.",
                "0xEA, 0x01",
                (NLB_TARGETS, "https://github.com/pires/go-proxyproto"),
                AWS,
            ),
            Fact(
                "nlb-55k",
                "Without preservation an address of the balancer carries 55,000 connections to a target.",
                "55,000",
                (NLB_ATTRIBUTES, NLB_TROUBLE),
                AWS,
            ),
            Fact(
                "nlb-cip-collide",
                "With preservation one client port used towards two nodes can reach one target twice.",
                "",
                (NLB_TROUBLE,),
                AWS,
            ),
            Fact(
                "nlb-sg",
                "It has groups only if it was made with one; without any all clients reach its listeners.",
                "",
                (NLB_GROUPS,),
                AWS,
            ),
            Fact(
                "nlb-target-sg",
                "Targets' rules name the balancer's group if it has one, else clients (preserved) or the"
                " nodes.",
                "",
                (NLB_REGISTER, NLB_GROUPS),
                AWS,
            ),
            Fact(
                "nlb-nacl",
                "The network ACLs of both subnets apply: answers go to the client's ports 1024 to 65535, or to"
                " the node's.",
                "1024-65535",
                (NLB_REGISTER,),
                AWS,
            ),
            Fact(
                "nlb-hc",
                "Health checks: TCP every 30 s, 10 s patience, in after 5, out after 2; all unhealthy: all are"
                " used.",
                "30 s, 10 s, 5, 2",
                (NLB_HEALTH,),
                AWS,
            ),
            Fact(
                "nlb-tls",
                "A TLS listener ends TLS and TCP; a TCP listener passes TLS through.",
                "",
                (NLB_LISTENERS, NLB_HEALTH),
                AWS,
            ),
        ),
    ),
    (
        "TCP and ports",
        (
            Fact(
                "tcp-states",
                "A connection is in one of eleven states.",
                "11",
                (f"{RFC_9293}#section-3.3.2",),
                STANDARD,
            ),
            Fact(
                "tcp-3whs",
                "SYN, SYN,ACK, ACK; SYN and FIN take a sequence number each.",
                "3 segments",
                (f"{RFC_9293}#section-3.5",),
                STANDARD,
            ),
            Fact(
                "tcp-4tuple",
                "Two addresses and two ports name a connection; one listening port serves many.",
                "4 values",
                (f"{RFC_9293}#section-3.4.1",),
                STANDARD,
            ),
            Fact(
                "tcp-reply-port",
                "A reply comes from the listening port and goes to the port that the client chose.",
                "swapped",
                (f"{RFC_9293}#section-3.10.7.2", IP_7),
                STANDARD,
            ),
            Fact(
                "tcp-isn",
                "Initial sequence numbers move on by one every 4 microseconds, from a place that a hash of the"
                " connection decides.",
                "",
                (f"{RFC_9293}#section-3.4.1",),
                STANDARD,
            ),
            Fact(
                "tcp-simopen",
                "Two SYNs that cross open one connection; SYN-SENT answers SYN by SYN,ACK.",
                "",
                (f"{RFC_9293}#section-3.5",),
                STANDARD,
            ),
            Fact(
                "tcp-simclose",
                "Two FINs that cross lead both ends over CLOSING to TIME-WAIT.",
                "",
                (f"{RFC_9293}#section-3.6",),
                STANDARD,
            ),
            Fact(
                "tcp-close",
                "Who closes first ends in TIME-WAIT; a connection closed on one side still carries data on"
                " the other.",
                "",
                (f"{RFC_9293}#section-3.6",),
                STANDARD,
            ),
            Fact(
                "tcp-timewait",
                "TIME-WAIT lasts twice the MSL; a SYN with a higher number may end it.",
                "240 s",
                (f"{RFC_9293}#section-3.6.1",),
                STANDARD,
            ),
            Fact(
                "tcp-timewait-linux", "Linux' TIME-WAIT lasts 60 s.", "60 s", (TCP_H, TCP_7), LINUX
            ),
            Fact(
                "tcp-rto",
                "The time-out is made of mean and variation of the round trips, begins at 1 s, doubles with"
                " each loss, and is not measured on what was sent twice.",
                "1 s, doubled",
                (RFC_6298,),
                STANDARD,
            ),
            Fact(
                "tcp-rto-linux",
                "Linux' time-out begins at 1 s, and is 0.2 s at least and 120 s at most.",
                "1, 0.2, 120 s",
                (TCP_H,),
                LINUX,
            ),
            Fact(
                "tcp-syn-classic",
                "Linux before 6.5 sends SYN at 0, 1, 3, 7, 15, 31 and 63 s and gives up at 127 s.",
                "127 s",
                (TCP_7,),
                LINUX,
            ),
            Fact(
                "tcp-syn-65",
                "Linux since 6.5 sends SYN at 0, 1, 2, 3, 4, 5, 7, 11, 19, 35 and 67 s and gives up at"
                " 131 s.",
                "131 s",
                (SYSCTL,),
                LINUX,
            ),
            Fact(
                "tcp-synack",
                "Linux sends SYN,ACK again at 1, 3, 7, 15 and 31 s and gives up at 63 s.",
                "63 s",
                (TCP_H, TCP_7),
                LINUX,
            ),
            Fact(
                "tcp-syn-win",
                "Windows of 2009 sends SYN at 0, 3 and 9 s and gives up at 21 s.",
                "21 s",
                ("https://serverfault.com/questions/193160",),
                SECONDARY,
            ),
            Fact(
                "tcp-keepalive-linux",
                "Where keep-alive is asked for, Linux probes after 7,200 s every 75 s, 9 times.",
                "7200, 75 s, 9",
                (TCP_7,),
                LINUX,
            ),
            Fact(
                "tcp-mss",
                "MSS stands on a SYN: 1,460 on Ethernet; 536 counts where nothing is offered.",
                "1460, 536",
                (f"{RFC_9293}#section-3.7.1", MTU),
                STANDARD,
            ),
            Fact(
                "vpc-mtu",
                "Inside a VPC a packet has up to 9,001 bytes, through an Internet gateway 1,500.",
                "9001, 1500",
                (MTU,),
                AWS,
            ),
            Fact(
                "tcp-wscale",
                "Window scale counts only if both SYNs carry it; 14 at most.",
                "14",
                (f"{RFC}/rfc7323",),
                STANDARD,
            ),
            Fact(
                "tcp-rst-closed",
                "Where no connection is, everything but RST is answered by RST.",
                "RST",
                (f"{RFC_9293}#section-3.5.2",),
                STANDARD,
            ),
            Fact(
                "tcp-rst-sync",
                "A synchronized connection answers what is unacceptable by an empty ACK.",
                "ACK",
                (f"{RFC_9293}#section-3.5.2",),
                STANDARD,
            ),
            Fact(
                "tcp-challenge",
                "A RST in the window that is not exact, and a SYN in a standing connection, are"
                " challenged by an ACK; a RST outside is dropped.",
                "ACK",
                (f"{RFC_9293}#section-3.10.7.4", f"{RFC}/rfc5961"),
                STANDARD,
            ),
            Fact(
                "tcp-closed-vs-dropped",
                "A closed port refuses at once; what a filter drops is silent until the opener"
                " gives up.",
                "",
                (f"{RFC_9293}#section-3.5.2", SG),
                INFERRED,
            ),
            Fact(
                "eph-iana",
                "IANA sets ports 49152 to 65535 aside as dynamic.",
                "49152-65535",
                (f"{RFC}/rfc6335#section-6",),
                SECONDARY,
            ),
            Fact(
                "eph-linux",
                "Linux chooses ports from 32768 to 60999.",
                "32768-60999",
                (SYSCTL, IP_7),
                LINUX,
            ),
            Fact(
                "eph-win",
                "Windows since Vista chooses ports from 49152 to 65535.",
                "49152-65535",
                (NACL_PORTS,),
                AWS,
            ),
            Fact(
                "eph-mac-bsd",
                "macOS chooses ports from 49152 to 65535, FreeBSD from 10000 to 65535.",
                "",
                ("https://serverfault.com/questions/145907",),
                SECONDARY,
            ),
            Fact(
                "eph-rfc6056",
                "Ports are to be chosen at random or by a keyed hash from the whole range.",
                "",
                (f"{RFC}/rfc6056",),
                STANDARD,
            ),
            Fact(
                "eph-linux-parity",
                "Linux' connect() takes ports of even offset first.",
                "even",
                (CONNECT_C,),
                LINUX,
            ),
            Fact(
                "eph-reuse",
                "One local port serves connections to several destinations; where none is left connect()"
                " fails at once.",
                "EADDRNOTAVAIL",
                (IP_7,),
                LINUX,
            ),
        ),
    ),
    (
        "NAT in the RFCs",
        (
            Fact(
                "nat-basic-napt",
                "Basic NAT maps addresses (the Internet gateway), NAPT addresses and ports (a NAT"
                " gateway).",
                "",
                (f"{RFC}/rfc2663#section-4.1", f"{RFC}/rfc3022#section-2"),
                INFERRED,
            ),
            Fact(
                "nat-twice",
                "Twice NAT changes source and destination.",
                "",
                (f"{RFC}/rfc2663#section-4.3",),
                SECONDARY,
            ),
            Fact(
                "nat-lsnat",
                "Balancing by changing the destination is LSNAT.",
                "",
                (f"{RFC}/rfc2391",),
                SECONDARY,
            ),
            Fact(
                "nat-eim",
                "An address and port inside keep one address and port outside for every destination.",
                "",
                (f"{RFC}/rfc4787#section-4.1", f"{RFC}/rfc5382#section-4.1"),
                STANDARD,
            ),
            Fact(
                "nat-filter",
                "A NAT lets in what comes from anyone, from an address, or from an address and port that was"
                " called.",
                "",
                (f"{RFC}/rfc4787#section-5",),
                STANDARD,
            ),
            Fact(
                "nat-hairpin",
                "Two hosts behind a NAT reach each other by their outside addresses.",
                "",
                (f"{RFC}/rfc4787#section-6",),
                STANDARD,
            ),
            Fact(
                "nat-overload",
                "The RFCs forbid one outside port for several hosts; a NAT gateway's 55,000 for each"
                " destination imply it.",
                "",
                (f"{RFC}/rfc4787#section-4.2.1", NATGW_BASICS),
                INFERRED,
            ),
            Fact(
                "nat-port-pres",
                "A NAT may try to keep the port that the host inside chose.",
                "",
                (f"{RFC}/rfc4787#section-4.2.1",),
                STANDARD,
            ),
            Fact(
                "nat-udp-timer",
                "A UDP mapping lives for 2 minutes at least.",
                "120 s",
                (f"{RFC}/rfc4787#section-4.3",),
                STANDARD,
            ),
            Fact(
                "nat-tcp-timer",
                "An idle TCP mapping lives for 2 hours 4 minutes at least; AWS's 350 s are far less.",
                "7,440 s",
                (f"{RFC}/rfc5382#section-5",),
                STANDARD,
            ),
            Fact(
                "nat-unsol-syn",
                "A NAT waits 6 s before it answers a SYN that nobody asked for.",
                "6 s",
                (f"{RFC}/rfc5382#section-4.3",),
                STANDARD,
            ),
            Fact(
                "nat-icmp",
                "An ICMP error ends no mapping and no connection.",
                "",
                (f"{RFC}/rfc5382#section-7", f"{RFC}/rfc5508"),
                STANDARD,
            ),
        ),
    ),
    (
        "Who asked: headers and the PROXY protocol",
        (
            Fact(
                "fwd-7239",
                "Forwarded lists proxies with for, by, host and proto; AWS's balancers do not send it.",
                "",
                (f"{RFC}/rfc7239#section-4",),
                STANDARD,
            ),
            Fact(
                "pp1-format",
                "Version 1 is a line: PROXY, TCP4, source, destination, ports; 107 bytes at most.",
                "107",
                (PROXY,),
                STANDARD,
            ),
            Fact(
                "pp2-sig",
                "Version 2 begins with 12 bytes that no other protocol begins with.",
                "0D 0A 0D 0A 00 0D 0A 51 55 49 54 0A",
                (PROXY,),
                STANDARD,
            ),
            Fact(
                "pp2-b13",
                "Byte 13 holds version 2 and the command, LOCAL or PROXY.",
                "0x20, 0x21",
                (PROXY,),
                STANDARD,
            ),
            Fact(
                "pp2-b14", "Byte 14 holds the family and the transport.", "0x11", (PROXY,), STANDARD
            ),
            Fact(
                "pp2-len",
                "Bytes 15 and 16 hold the length of what follows.",
                "12, 36, 216 and more",
                (PROXY,),
                STANDARD,
            ),
            Fact(
                "pp2-addr",
                "Then come source, destination, source port, destination port.",
                "",
                (PROXY,),
                STANDARD,
            ),
            Fact(
                "pp2-tlv",
                "Behind them fields of a type, a length of two bytes, and a value.",
                "",
                (PROXY,),
                STANDARD,
            ),
        ),
    ),
    (
        "VPC Flow Logs",
        (
            Fact(
                "fl-v2",
                "The default format has the 14 fields of version 2 in their order.",
                "14",
                (RECORDS,),
                AWS,
            ),
            Fact(
                "fl-example",
                "AWS's line of an accepted SSH connection is read field by field.",
                "",
                (EXAMPLES,),
                AWS,
            ),
            Fact(
                "fl-action",
                "REJECT is what a group or a network ACL refused, ACCEPT what they let pass.",
                "",
                (RECORDS, EXAMPLES),
                AWS,
            ),
            Fact(
                "fl-nodata",
                "An interval without traffic is a NODATA record; its traffic fields and action are dashes.",
                "-",
                (EXAMPLES,),
                AWS,
            ),
            Fact(
                "fl-statefulness",
                "A request that passes and an answer that the network ACL refuses are an ACCEPT and a"
                " REJECT; what a group refuses is one REJECT.",
                "",
                (EXAMPLES,),
                AWS,
            ),
            Fact(
                "fl-srcaddr",
                "The interface's own end is its private address, whatever the packet says; pkt-srcaddr and"
                " pkt-dstaddr are the packet's.",
                "",
                (RECORDS, LIMITS),
                AWS,
            ),
            Fact(
                "fl-nat",
                "A connection through a NAT gateway is four lines at its interface; the addresses differ from"
                " the packet's in those towards the instance.",
                "4 lines",
                (EXAMPLES,),
                AWS,
            ),
            Fact(
                "fl-tcpflags",
                "FIN 1, SYN 2, RST 4, SYN-ACK 18, added up over the interval; an ACK alone counts 0.",
                "1, 2, 4, 18",
                (RECORDS, EXAMPLES),
                AWS,
            ),
            Fact(
                "fl-v3",
                "Version 3 brought vpc-id, subnet-id, instance-id, tcp-flags, type, pkt-srcaddr and pkt-dstaddr.",
                "7",
                (RECORDS,),
                AWS,
            ),
            Fact(
                "fl-v4",
                "Version 4 brought region, az-id, sublocation-type and sublocation-id.",
                "4",
                (RECORDS,),
                AWS,
            ),
            Fact(
                "fl-v5",
                "Version 5 brought the AWS services, flow-direction and traffic-path (8: through an Internet"
                " gateway).",
                "4",
                (RECORDS, EXAMPLES),
                AWS,
            ),
            Fact(
                "fl-later",
                "A record's version is the highest of its fields; versions 7 to 10 brought more.",
                "7 to 10",
                (RECORDS,),
                AWS,
            ),
            Fact(
                "fl-interval",
                "Packets of a flow are put together for at most 10 minutes, or 1 minute.",
                "600, 60 s",
                (RECORDS,),
                AWS,
            ),
            Fact(
                "fl-not-logged",
                "Amazon's DNS, instance metadata, time, DHCP, ARP and licence traffic are not logged.",
                "",
                (LIMITS,),
                AWS,
            ),
        ),
    ),
)
FACTS = tuple(fact for _, facts in SECTIONS for fact in facts)

_V6 = "the model has no IPv6"
_CAPACITY = "nothing in the model has a capacity, so there is nothing to limit"
LEFT_OUT = {
    "subnet-v6": _V6,
    "igw-no-limit": _CAPACITY,
    "igw-v6-no-nat": _V6,
    "eigw": _V6,
    "natgw-bw": _CAPACITY,
    "natgw-nat64": _V6,
    "nlb-cip-6to4": _V6,
    "clb-v4": _V6,
    "alb-h2": "HTTP/2 is another protocol; HTTP/1.1 shows what the course is about",
    "alb-464": "it needs HTTP/2 or gRPC",
    "fl-not-logged": "the model has no such traffic: a name look-up is no packet, and there is no metadata service",
    "tcp-syn-win": "the model's hosts have Linux' times",
    "tcp-wscale": "windows of up to 65,535 bytes show what the course is about",
    "eph-iana": "a convention; the ranges of Windows and macOS keep to it",
    "nat-eim": "AWS does not say how a NAT gateway maps; the model's takes a port for each destination",
    "nat-hairpin": "AWS says nothing of two hosts behind one NAT gateway that call each other's outside address",
    "nat-unsol-syn": "AWS says nothing of waiting; the model's NATs drop at once",
    "nat-twice": "a word for what other facts show, not a behaviour of its own",
    "nat-lsnat": "a word for what other facts show, not a behaviour of its own",
    "fwd-7239": "AWS's balancers do not send it",
    "static-vs-prefixlist": "a prefix list is written out as its entries; AWS picks at random where two overlap",
    "sg-no-dns-imds": "the model has no such traffic: a name look-up is no packet, and there is no metadata service",
    "sg-quota": "a quota of the account, not a behaviour of packets",
    "nacl-eph-lambda": "there is no Lambda function here; its range is the one of load balancers and NAT gateways",
    "nacl-not-filtered": "the model has no such traffic",
    "nacl-quota": "a quota of the account, not a behaviour of packets",
    "natgw-proto": "packets carry TCP, or an ICMP error about TCP",
    "natgw-frag": "no packet is fragmented here: every one has Don't Fragment set",
    "natgw-no-peering": "a NAT gateway of another VPC is out of reach here",
    "natgw-rts": "it needs several VPCs; what it resembles, the way back through a Network Load Balancer, is modelled",
    "natgw-zonal": "which zone a NAT gateway is in decides about failures, not about packets",
    "natgw-regional": "one gateway without a subnet, for all zones: its packets are those of a zonal one",
    "natgw-regional-limits": "capacity and waiting times of a managed service",
    "natinst-fin": "AWS no longer offers that image; the NAT instance here is a Linux of today, which sends nothing",
    "elb-subnet-size": "what one may create, not a behaviour of packets",
    "clb-subnets": "what one should choose when creating it; a balancer in a private subnet is a scenario of its own",
    "clb-sg": "advice for rules; the reference site follows it",
    "alb-keepalive": "an hour's limit to a client's connection: no lesson waits so long",
    "alb-463": "a limit on header entries; shows nothing about ways",
    "alb-5xx": "causes outside the model: web application firewall, identity providers, HTTP/2",
    "alb-algo": "of the algorithms round robin is modelled, AWS's default",
    "alb-limits": "sizes of headers: the model's HTTP has one limit of its own",
    "nlb-weighted": "one target group to a listener",
    "nlb-cip-privatelink": "PrivateLink is not modelled",
    "nlb-cip-req": "targets here are always in the balancer's VPC",
    "nlb-return-outside": "targets here are always in the balancer's VPC",
    "nlb-return-eni": "a host answers by the interface that has the address: policy routing is assumed, and said",
    "nlb-tls-keepalive": "TLS listeners of a Network Load Balancer are not modelled",
    "nlb-udp-idle": "packets carry TCP, or an ICMP error about TCP",
    "nlb-tls": "TLS listeners of a Network Load Balancer are not modelled",
    "nat-udp-timer": "packets carry TCP, or an ICMP error about TCP",
}

# Facts that have no test yet; a fact that gets one goes from here.
_WAITING = """

"""
PENDING = frozenset(_WAITING.split())
