"""Ten questions or more to each network made by moto, and what AWS would answer.

Words in braces are planted ids.

`yes`: it works, and each of the words is the beginning of a line that says what brings the reply
back. `no`: what is in the way, in order, "there" or "back", place, check and row; and the smallest
repair, row by row (None: there is none). `ends`: the row at which the model ends. `error`: a
question that cannot be asked.
"""

from collections import namedtuple

# of a balancer with nodes in two subnets: the other one, which follows the main table
OTHER = "back, web/{other}, route: rtb-"
BOTH = ["add route 0.0.0.0/0 > {igw} in {private_table}", "add route 0.0.0.0/0 > {igw} in rtb-"]
TIMED_OUT, STRANGER, NOBODY = "timed out", "203.0.113.200", "10.0.9.9"
# what is in a private subnet stays there; out of it a NAT gateway leads
PRIVATE = None
BY_NAT = [
    "create NAT gateway nat-new with an Elastic IP address in subnet-",
    "add route 0.0.0.0/0 > nat-new in {private_table}",
]
Asked = namedtuple("Asked", "source destination port symptom words repairs")


def yes(source, destination, port, *words):
    return Asked(source, destination, port, "works", words, ())


def no(source, destination, port, words, repairs, symptom=TIMED_OUT):
    return Asked(source, destination, port, symptom, words, repairs)


def ends(source, destination, port, *words):
    return Asked(source, destination, port, "unknown", words, None)


def error(source, destination, port, *words):
    return Asked(source, destination, port, "", words, None)


QUESTIONS = {
    "reference": [
        yes(
            "internet",
            "shop",
            80,
            "{web}, group out: the tracked flow that {back} in tcp 8080 from {front} allowed",
            "{web}, route: no state: {private_table}, the local route",
            "shop/{public}, deliver: the opener's conn",
            "{igw}, address map: no state",
        ),
        yes(
            "internet",
            "{shop_dns}",
            80,
            "{web}, group out: the tracked flow that {back} in tcp 8080 from {front}",
        ),
        yes(STRANGER, "shop", 80, "shop/{public}, deliver: the opener's connection"),
        no(
            "internet",
            "shop",
            443,
            [
                "there, shop/{public}, group in: {front} in allows only tcp 80",
                "there, shop/{public}, deliver: ",
            ],
            [
                "add {front} in tcp 443 from 0.0.0.0/0",
                "change shop/{public}: add listener TCP 443 > instances of shop",
            ],
        ),
        yes(
            "{web}",
            "internet",
            443,
            "{igw}, address map",
            "{nat}, translation: the device's own translation",
            "{web}, group in: the tracked flow that {back} out all to 0.0.0.0/0 allowed",
        ),
        yes("{web_eni}", STRANGER, 80, "{nat}, translation: the device's own translation"),
        yes(
            "{bastion}",
            "{web}",
            8080,
            "{web}, group out: the tracked flow that {back} in tcp 8080 from {front} allowed",
        ),
        no(
            "{bastion}",
            "10.0.1.10",
            22,
            ["there, {web}, group in: {back} in allows only tcp 8080 from {front}"],
            ["add {back} in tcp 22 from {front}"],
        ),
        no(
            "internet",
            "{web}",
            8080,
            ["there, Internet, route: "],
            PRIVATE,
        ),
        yes(
            "internet",
            "{bastion_public}",
            80,
            "{bastion}, group out: no state: {front} out all to 0.0.0.0/0",
        ),
        no(
            "internet",
            "{bastion}",
            22,
            ["there, {bastion}, group in: {front} in allows only tcp 80 from 0.0.0.0/0"],
            ["add {front} in tcp 22 from 0.0.0.0/0"],
        ),
        yes(
            "{web}",
            "{bastion}",
            80,
            "{bastion}, group out: no state: {front} out all",
            "{web}, group in: the tracked flow that {back} out all",
        ),
        yes(
            "{web}", "shop", 80, "{nat}, translation: the device's own translation"
        ),  # out by the NAT, in by the address
        no("internet", "{nat}", 443, ["there, {nat}, translation: "], None),
        no(
            "{web}",
            NOBODY,
            80,
            ["there, {web}, route: {private_table}: route 10.0.0.0/16 > local"],
            None,
        ),
        yes("{web}", "{bastion_public}", 80, "{nat}, translation: the device's own translation"),
        yes("{bastion}", "shop", 80, "shop/{public}, deliver: the opener's connection"),
        error(
            "{nat}",
            "internet",
            443,
            "'{nat}' opens no connections: expected a host, not a NatGateway",
        ),
        error(
            "{web}",
            "i-nobody",
            80,
            "no end 'i-nobody': expected internet, an address, an interface's id, or one",
        ),
    ],
    "private_targets": [
        yes(
            "internet",
            "{arn}",
            80,
            "{web}, flow return: the load balancer's flow, not a route (inferred)",
            "{web}, group out: the tracked flow that {back} in tcp 80 from 0.0.0.0/0",
            "{igw}, address map",
        ),
        yes("internet", "web", 80, "{web}, flow return: the load balancer's flow"),
        yes(STRANGER, "{dns}", 80, "{web}, flow return: the load balancer's flow"),
        yes("{other}", "{arn}", 80, "{web}, flow return: the load balancer's flow"),
        yes("{other}", "10.0.0.254", 80, "{web}, flow return: the load balancer's flow"),
        yes(
            "{other}",
            "{web_eni}",
            80,
            "{web}, group out: no state: {back} out all",
            "{web}, route: no state: {private_table}, the local route",
        ),
        no(
            "{other}",
            "{web}",
            22,
            ["there, {web}, group in: {back} in allows only tcp 80 from 0.0.0.0/0"],
            ["add {back} in tcp 22 from {back}"],
        ),
        no(
            "{web}",
            "internet",
            443,
            ["there, {web}, route: {private_table}: no route for 203.0.113."],
            BY_NAT,
        ),
        no(
            "internet",
            "{arn}",
            81,
            ["there, web/{public}, translation: "],
            ["change web/{public}: add listener TCP 81 > web (10.0.1.10:80)"],
        ),
        no(
            "internet",
            "{web}",
            80,
            ["there, Internet, route: "],
            PRIVATE,
        ),
        no(
            "{web}",
            "10.0.0.254",
            80,
            ["there, {web}, deliver: "],
            ["change web (10.0.1.10:80): preserve_client_ip"],
        ),
        no(
            "{web}",
            "{arn}",
            80,
            ["there, {web}, route: {private_table}: no route for 192.0.2."],
            BY_NAT,
        ),
    ],
    "no_ephemeral_ports": [
        no(
            "internet",
            "{web_public}",
            80,
            ["back, {web}, network ACL out: {acl} out *: deny all to 0.0.0.0/0"],
            ["add {acl} out 110: allow tcp 1024-65535 to 0.0.0.0/0"],
        ),
        no(
            "internet",
            "{web}",
            80,
            ["back, {web}, network ACL out: {acl} out *"],
            ["add {acl} out 110: allow tcp 1024-65535 to 0.0.0.0/0"],
        ),
        no(
            STRANGER,
            "{web_eni}",
            80,
            ["back, {web}, network ACL out: {acl} out *"],
            ["add {acl} out 110: allow tcp 1024-65535 to 203.0.113.200/32"],
        ),
        no(
            "internet",
            "{web}",
            22,
            [
                "there, {web}, network ACL in: {acl} in *",
                "there, {web}, group in: {group} in",
                "back, {web}, network ACL out: {acl} out *",
            ],
            [
                "add {acl} in 110: allow tcp 22 from 0.0.0.0/0",
                "add {group} in tcp 22 from 0.0.0.0/0",
                "add {acl} out 110: allow tcp 1024-65535 to 0.0.0.0/0",
            ],
        ),
        no(
            "{web}",
            "internet",
            80,
            ["back, {web}, network ACL in: {acl} in *: deny all from 0.0.0.0/0"],
            ["add {acl} in 110: allow tcp 1024-65535 from 0.0.0.0/0"],
        ),
        no(
            "{web}",
            "internet",
            443,
            [
                "there, {web}, network ACL out: {acl} out *",
                "back, {web}, network ACL in: {acl} in *",
            ],
            [
                "add {acl} out 110: allow tcp 443 to 0.0.0.0/0",
                "add {acl} in 110: allow tcp 1024-65535 from 0.0.0.0/0",
            ],
        ),
        no(
            "{inner}",
            "{web}",
            80,
            ["back, {web}, network ACL out: {acl} out *"],
            ["add {acl} out 110: allow tcp 1024-65535 to 10.0.1.10/32"],
        ),
        no(
            "{web}",
            "{inner}",
            80,
            ["back, {web}, network ACL in: {acl} in *"],
            ["add {acl} in 110: allow tcp 1024-65535 from 10.0.1.10/32"],
        ),
        yes(
            "{beside}", "{web}", 80, "{web}, route: no state: {public_table}, the local route"
        ),  # no ACL in a subnet
        no(
            "{beside}",
            "internet",
            80,
            ["there, {igw}, address map: ", "back, {beside}, network ACL in: {acl} in *"],
            [
                "add public address 192.0.2.77 for 10.0.0.11",
                "add {acl} in 110: allow tcp 1024-65535 from 0.0.0.0/0",
            ],
        ),
        no(
            "{inner}",
            "internet",
            443,
            [
                "there, {inner}, route: {private_table}: no route for",
                "there, nat-new, network ACL in: {acl} in *",
                "there, nat-new, network ACL out: {acl} out *",
                "back, nat-new, network ACL in: {acl} in *",
                "back, nat-new, network ACL out: {acl} out *",
            ],
            [
                *BY_NAT,
                "add {acl} in 110: allow tcp 443 from 10.0.1.10/32",
                "add {acl} out 110: allow tcp 443 to 0.0.0.0/0",
                "add {acl} in 120: allow tcp 1024-65535 from 0.0.0.0/0",
                "add {acl} out 120: allow tcp 1024-65535 to 10.0.1.10/32",
            ],
        ),
    ],
    "peered": [
        yes(
            "{hosts[0]}",
            "{hosts[1]}",
            80,
            "{hosts[1]}, group out: the tracked flow that {groups[1]} in tcp 80 from {groups[0]} allowed",
            "{hosts[1]}, route: no state: {tables[1]}, route 10.1.0.0/16 > {links[0]}",
        ),
        yes(
            "{hosts[0]}",
            "{b_eni}",
            80,
            "{hosts[1]}, group out: the tracked flow that {groups[1]} in tcp 80",
        ),
        yes(
            "{hosts[1]}",
            "10.1.0.10",
            80,
            "{hosts[0]}, group out: no state: {groups[0]} out all",
            "{hosts[0]}, route: no state: {tables[0]}, route 10.2.0.0/16 > {links[0]}",
        ),
        no(
            "{hosts[2]}",
            "{hosts[1]}",
            80,
            ["there, {hosts[1]}, group in: {groups[1]} in allows only tcp 80 from"],
            ["add {groups[1]} in tcp 80 from {groups[2]}"],
        ),
        yes(
            "{hosts[2]}",
            "10.2.0.10",
            81,
            "{hosts[1]}, group out: the tracked flow that {groups[1]} in tcp 81 from",
        ),
        yes(
            "{hosts[1]}",
            "{hosts[2]}",
            80,
            "{hosts[2]}, route: no state: {tables[2]}, route 10.2.0.0/16 > {links[1]}",
        ),
        no(
            "{hosts[0]}",
            "{hosts[2]}",
            80,
            [
                "there, {hosts[0]}, route: {tables[0]}: route 10.3.0.0/16 > {links[0]}",
                "back, {hosts[2]}, route: {tables[2]}: no route for 10.1.0.10",
            ],
            [
                "add peering connection pcx-new of {vpcs[0]} and {vpcs[2]}",
                "change route 10.3.0.0/16 > {links[0]} in {tables[0]}: target {links[0]} becomes pcx-new",
                "add route 10.1.0.0/16 > pcx-new in {tables[2]}",
            ],
        ),
        no(
            "{hosts[2]}",
            "10.1.0.10",
            80,
            [
                "there, {hosts[2]}, route: {tables[2]}: no route for 10.1.0.10",
                "back, {hosts[0]}, route: {tables[0]}: route 10.3.0.0/16 > {links[0]}",
            ],
            [
                "add peering connection pcx-new of {vpcs[2]} and {vpcs[0]}",
                "add route 10.1.0.0/16 > pcx-new in {tables[2]}",
                "change route 10.3.0.0/16 > {links[0]} in {tables[0]}: target {links[0]} becomes pcx-new",
            ],
        ),
        no(
            "{hosts[1]}",
            "{hosts[0]}",
            81,
            ["there, {hosts[0]}, group in: {groups[0]} in allows only tcp 80 from 0"],
            ["add {groups[0]} in tcp 81 from {groups[1]}"],
        ),
        no(
            "{hosts[0]}",
            "internet",
            443,
            ["there, {hosts[0]}, route: {tables[0]}: no route for 203.0.113."],
            None,  # no public subnet that a NAT gateway could be in
        ),
        error("{hosts[0]}", "i-nobody", 80, "no end 'i-nobody': expected internet"),
        error("{hosts[0]}", "10.1.0.10", 80, "both ends are {hosts[0]}: expected two"),
    ],
    "pending": [
        no(
            "{hosts[0]}",
            "{hosts[1]}",
            80,
            [
                "there, {hosts[0]}, route: {tables[0]}: route 10.2.0.0/16 > {link}, a blackhole:"
                " {link} is pending-accep",
                "back, {hosts[1]}, route: {tables[1]}: no route for 10.1.0.10",
            ],
            [
                "change peering connection {link} of {vpcs[0]} and {vpcs[1]}: status pending-acceptance becomes active",
                "add route 10.1.0.0/16 > {link} in {tables[1]}",
            ],
        ),
        no(
            "{hosts[1]}",
            "{hosts[0]}",
            80,
            ["there, {hosts[1]}, route: {tables[1]}: no route for 10.1.0.10"],
            [
                "change peering connection {link} of {vpcs[1]} and {vpcs[0]}: status pending-acceptance becomes active",
                "add route 10.1.0.0/16 > {link} in {tables[1]}",
            ],
        ),
        no(
            "{hosts[0]}",
            "10.2.0.10",
            22,
            [
                "there, {hosts[0]}, route: {tables[0]}: route 10.2.0.0/16 > {link}, a blackhole",
                "there, {hosts[1]}, group in: {groups[1]} in allows only tcp 80",
                "back, {hosts[1]}, route: {tables[1]}: no route for 10.1.0.10",
            ],
            [
                "change peering connection {link} of {vpcs[0]} and {vpcs[1]}: status pending-acceptance becomes active",
                "add {groups[1]} in tcp 22 from {groups[0]}",
                "add route 10.1.0.0/16 > {link} in {tables[1]}",
            ],
        ),
    ],
    "hairpin": [
        no(
            "{web}",
            "{arn}",
            80,
            ["there, {web}, deliver: "],
            ["change web (10.0.0.10:80): preserve_client_ip"],
        ),
        no(
            "{web}",
            "{dns}",
            80,
            ["there, {web}, deliver: "],
            ["change web (10.0.0.10:80): preserve_client_ip"],
        ),
        no(
            "{web_eni}",
            "10.0.0.254",
            80,
            ["there, {web}, deliver: "],
            ["change web (10.0.0.10:80): preserve_client"],
        ),
        yes(
            "{other}",
            "{arn}",
            80,
            "{web}, flow return: the load balancer's flow, not a route",
            "web/{public}, translation: the device's own translation",
        ),
        yes("{other}", "web", 80, "{web}, flow return: the load balancer's flow"),
        yes("{other}", "{web}", 80, "{web}, route: no state: {public_table}, the local route"),
        yes(
            "internet",
            "{web_public}",
            80,
            "{web}, group out: no state: {group} out all",
            "{igw}, address map",
        ),
        yes(
            "{web}",
            "internet",
            443,
            "{igw}, address map: no state",
            "{web}, group in: the tracked flow",
        ),
        no(
            "internet", "{arn}", 80, ["there, Internet, route: "], None
        ),  # an internal balancer stays internal
        no(
            "{other}",
            "{arn}",
            81,
            ["there, web/{public}, translation: "],
            ["change web/{public}: add listener TCP 81 > web (10.0.0.10:80)"],
        ),
        no(
            "{other}",
            "{web}",
            22,
            ["there, {web}, group in: {group} in allows only tcp 80 from 0.0.0.0/0"],
            ["add {group} in tcp 22 from {group}"],
        ),
        error("{web}", "{web_public}", 80, "both ends are {web}: expected two"),
    ],
    "in_private_subnets": [
        no(
            "internet",
            "{arn}",
            80,
            ["back, web/{private}, route: {private_table}: no route for 203.0.113.", OTHER],
            BOTH,
        ),
        no(
            "internet",
            "{dns}",
            80,
            ["back, web/{private}, route: {private_table}: no route for", OTHER],
            BOTH,
        ),
        no(
            STRANGER,
            "web",
            80,
            ["back, web/{private}, route: {private_table}: no route for 203.0.113.200", OTHER],
            BOTH,
        ),
        no(
            "internet",
            "192.0.2.253",
            80,
            ["back, web/{other}, route: rtb-"],
            ["add route 0.0.0.0/0 > {igw} in rtb-"],
        ),
        yes(
            "{client}",
            "10.0.1.254",
            80,
            "web/{private}, deliver: the opener's connection",
            "{web}, group out: the tracked flow that {back} in tcp 80 from {front}",
        ),
        no(
            "{client}",
            "{arn}",
            80,
            ["back, web/{private}, route: {private_table}: no route for 198.51.100.10", OTHER],
            BOTH,
        ),  # the name leads to public addresses inside, too
        no(
            "{client}",
            "{web}",
            80,
            ["there, {web}, group in: {back} in allows only tcp 80 from {front}"],
            ["add {back} in tcp 80 from {back}"],
        ),
        no(
            "internet",
            "{arn}",
            443,
            [
                "there, web/{private}, group in: {front} in allows only tcp 80 from 0.0.0.0/0",
                "there, web/{private}, deliver: ",
                "back, web/{private}, route: {private_table}: no route for",
                "there, web/{other}, deliver: ",
                OTHER,
            ],
            [
                "add {front} in tcp 443 from 0.0.0.0/0",
                "change web/{private}: add listener HTTP 443 > web",
                BOTH[0],
                "change web/{other}: add listener HTTP 443 > web",
                BOTH[1],
            ],
        ),
        no(
            "{web}",
            "internet",
            443,
            ["there, {web}, route: {private_table}: no route for"],
            BY_NAT,
        ),
        no(
            "internet",
            "{web_eni}",
            80,
            ["there, Internet, route: "],
            PRIVATE,
        ),
        yes("{client}", "internet", 443, "{igw}, address map: no state"),
    ],
    "nat_with_check": [
        no(
            "{web}",
            "internet",
            443,
            [
                "there, {nat}, destination check: {nat}'s interface {nat_eni}, 10.0.0.20",
                "back, {nat}, source check: {nat}'s interface {nat_eni}, 10.0.0.20",
            ],
            ["change {nat}'s interface {nat_eni}, 10.0.0.20: check True becomes False"],
        ),
        no(
            "{web_eni}",
            STRANGER,
            443,
            [
                "there, {nat}, destination check: {nat}'s interface {nat_eni}",
                "back, {nat}, source check: {nat}'s interface {nat_eni}",
            ],
            ["change {nat}'s interface {nat_eni}, 10.0.0.20: check True becomes False"],
        ),
        no(
            "{web}",
            "internet",
            80,
            [
                "there, {nat}, group in: {group} in allows only tcp 443 from 10.0.1.0/24",
                "there, {nat}, destination check: {nat}'s interface",
                "back, {nat}, source check: {nat}'s interface",
            ],
            [
                "add {group} in tcp 80 from {group}",
                "change {nat}'s interface {nat_eni}, 10.0.0.20: check True becomes False",
            ],
        ),
        yes(
            "{nat}",
            "internet",
            443,
            "{igw}, address map: no state",
            "{nat}, group in: the tracked flow that {group}",
        ),
        yes(
            "{web}",
            "{nat}",
            443,
            "{nat}, group out: the tracked flow that {group} in tcp 443 from 10.0.1.0/24 allowed",
        ),
        yes("{web}", "{nat_eni}", 443, "{nat}, route: no state: {public_table}, the local route"),
        no(
            "internet",
            "{nat_public}",
            443,
            ["there, {nat}, group in: {group} in allows only tcp 443 from 10.0.1.0/24"],
            ["add {group} in tcp 443 from 0.0.0.0/0"],
        ),
        no(
            "{nat}",
            "{web}",
            443,
            ["there, {web}, group in: {group} in allows only tcp 443 from 10.0.1.0/24"],
            ["add {group} in tcp 443 from {group}"],
        ),
        no(
            "{web}",
            "{nat}",
            22,
            ["there, {nat}, group in: {group} in allows only tcp 443 from 10.0.1.0/24"],
            ["add {group} in tcp 22 from {group}"],
        ),
        no(
            "{web}",
            "{nat_public}",
            443,  # the route leads there as to a gateway, which would then ask its own address
            [
                "there, {nat}, destination check: {nat}'s interface {nat_eni}, 10.0.0.20",
                "there, {nat}, group in: {group} in allows only tcp 443 from 10.0.1.0/24",
                "back, {nat}, source check: {nat}'s interface {nat_eni}, 10.0.0.20",
            ],
            [
                "change {nat}'s interface {nat_eni}, 10.0.0.20: check True becomes False",
                "add {group} in tcp 443 from {nat_public}/32",
            ],
        ),
        no(
            "internet",
            "{web}",
            443,
            ["there, Internet, route: "],
            PRIVATE,
        ),
    ],
    "nat_without_check": [
        yes(
            "{web}",
            "internet",
            443,
            "{nat}, translation: the device's own translation: destination 10.0.0.20 bec",
            "{nat}, group out: the tracked flow that {group} in tcp 443 from 10.0.1.0/24 allowed",
            "{igw}, address map: no state",
        ),
        yes("{web_eni}", STRANGER, 443, "{nat}, translation: the device's own translation"),
        no(
            "{web}",
            "internet",
            80,
            ["there, {nat}, group in: {group} in allows only tcp 443 from 10.0.1.0/24"],
            ["add {group} in tcp 80 from {group}"],
        ),
        yes("{nat}", "internet", 443, "{nat}, deliver: the opener's connection"),
        yes("{web}", "{nat}", 443, "{nat}, group out: the tracked flow that {group} in tcp 443"),
        no(
            "internet",
            "{nat}",
            443,
            ["there, {nat}, group in: {group} in allows only tcp 443 from 10.0.1.0/24"],
            ["add {group} in tcp 443 from 0.0.0.0/0"],
        ),
        no(
            "{nat}",
            "{web}",
            443,
            ["there, {web}, group in: {group} in allows only tcp 443 from 10.0.1.0/24"],
            ["add {group} in tcp 443 from {group}"],
        ),
        no(
            "{web}",
            "{nat}",
            22,
            ["there, {nat}, group in: {group} in allows only tcp 443 from 10.0.1.0/24"],
            ["add {group} in tcp 22 from {group}"],
        ),
        no(
            "internet",
            "{web}",
            443,
            ["there, Internet, route: "],
            PRIVATE,
        ),
        no(
            "{web}",
            NOBODY,
            443,
            ["there, {web}, route: {private_table}: route 10.0.0.0/16 > local"],
            None,
        ),
        ends(
            "{web}",
            "172.16.0.9",
            443,  # a VPN, a firewall? The files do not tell.
            "there, {nat}, deliver: {private_table}: route 172.16.0.0/12 > {nat}",
        ),
        error("{web}", "{web_eni}", 443, "both ends are {web}: expected two"),
    ],
    "endpoints": [
        ends(
            "{app}",
            "10.50.0.9",
            443,
            "there, {app}, route: {private_table}: route 10.50.0.0/16 > {tgw}",
        ),
        ends(
            "{app_eni}",
            "192.168.1.1",
            22,
            "there, {app}, route: {private_table}: route 192.168.0.0/16 > {vgw}",
        ),
        no(
            "{bastion}", "10.50.0.9", 443, ["there, {igw}, address map: "], None
        ),  # its table knows the Internet alone
        yes(
            "{app}",
            "52.216.0.9",
            443,
            "{app}, group in: the tracked flow that {group} out all to 0.0.0.0/0",
        ),
        yes(
            "{bastion}", "52.216.0.9", 443, "{igw}, address map: no state"
        ),  # the same service over the Internet
        no(
            "{app}",
            "52.100.0.9",
            443,
            ["there, {app}, route: {private_table}: no route for 52.100.0.9"],
            BY_NAT,
        ),
        yes(
            "{bastion}",
            "{sqs}",
            443,
            "{sqs_eni}, group out: the tracked flow that {doors} in tcp 443 from 10.0.0.10",
        ),
        yes(
            "{bastion}",
            "{sqs_dns}",
            443,
            "{sqs_eni}, route: no state: {private_table}, the local route",
        ),
        no(
            "{app}",
            "{sqs}",
            443,
            ["there, {sqs_eni}, group in: {doors} in allows only tcp 443 from 10.0.0.10/32"],
            ["add {doors} in tcp 443 from {group}"],
        ),
        no(
            "{app}",
            "10.0.1.201",
            80,
            ["there, {sqs_eni}, group in: {doors} in allows only tcp 443 from 10.0.0.10/32"],
            ["add {doors} in tcp 80 from {group}"],
        ),
        no("internet", "{sqs_eni}", 443, ["there, Internet, route: "], None),
        yes(
            "{bastion}",
            "{app}",
            80,
            "{app}, group out: the tracked flow that {group} in tcp 80 from 10.0.0.0/16",
        ),
        error(
            "{sqs}",
            "{app}",
            80,
            "'{sqs}' opens no connections: expected a host, not a InterfaceEndpoint",
        ),
    ],
    "detached": [
        no(
            "{web}",
            "internet",
            443,
            [
                "there, {web}, route: {public_table}: route 0.0.0.0/0 > {igw}, a blackhole:"
                " {igw} is not attached to {vpc}",
                "there, {igw}, address map: ",
            ],
            ["add attachment of {igw} to {vpc}", "add public address 192.0.2.77 for 10.0.0.10"],
        ),
        no(
            "internet",
            "{web}",
            80,
            ["there, Internet, route: "],
            ["add attachment of {igw} to {vpc}", "add public address 192.0.2.77 for 10.0.0.10"],
        ),
    ],
}
