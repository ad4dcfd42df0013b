"""The rules of a setting as nft rules.

Internet gateway, NAT, destination NAT, network ACL, security group.
"""

from __future__ import annotations

from vpcedu.tables.network_acl import ALLOW, ANY, AclEntry
from vpcedu.tables.security_group import IN, OUT, GroupRule

from .namespaces import Namespaces, set_conntrack
from .setting import ADDRESSES, BOXES, PRIVATE, VPC_BLOCK, WEB_PUBLIC, Setting


def set_up(namespaces: Namespaces, setting: Setting) -> None:
    """Give every box of the place its rules."""
    namespaces.rules("igw", internet_gateway(setting))
    if "nat" in namespaces.devices:
        namespaces.rules("nat", nat(setting))
        _remember(namespaces, setting)
    for box in {forward.box for forward in setting.forwards}:
        namespaces.rules(box, balancer(setting, box))
    if setting.acl:
        namespaces.rules("vpc", network_acl(setting.acl))
    if setting.grouped:
        namespaces.rules("web", group_chains() + group_rules(setting.groups))


def internet_gateway(setting: Setting) -> str:
    """A map of addresses, one to one, without state.

    A source or destination that is not in it goes no further.
    """
    pairs = {ADDRESSES[name]: public for name, public in BOXES.items()}
    if setting.web_public:
        pairs[ADDRESSES["web"]] = WEB_PUBLIC
    out = ", ".join(f"{private} : {public}" for private, public in pairs.items())
    back = ", ".join(f"{public} : {private}" for private, public in pairs.items())
    return f"""table ip igw {{
    chain prerouting {{
        type filter hook prerouting priority raw; policy accept;
        notrack
        iifname "inside" ip saddr != {{ {", ".join(pairs)} }} drop
        iifname "inside" ip saddr set ip saddr map {{ {out} }}
        iifname "outside" ip daddr != {{ {", ".join(pairs.values())} }} drop
        iifname "outside" ip daddr set ip daddr map {{ {back} }}
    }}
}}
"""


def nat(setting: Setting) -> str:
    """Masquerade for the private subnet.

    Where the NAT is not loose, RST for what comes from inside in mid-stream.
    """
    ports = setting.nat.ports
    take = "masquerade" if ports is None else f"masquerade to :{ports[0]}-{ports[1]}"
    reset = (
        ""
        if setting.nat.loose
        else f"ip saddr {PRIVATE} meta l4proto tcp ct state invalid reject with tcp reset"
    )
    return f"""table ip nat {{
    chain postrouting {{
        type nat hook postrouting priority srcnat; policy accept;
        ip saddr {PRIVATE} ip daddr != {VPC_BLOCK} meta l4proto tcp {take}
    }}
    chain onward {{
        type filter hook forward priority filter; policy accept;
        {reset}
    }}
}}
"""


def balancer(setting: Setting, box: str) -> str:
    """Destination NAT for each port of the box.

    The client's address becomes the box's where it is not preserved.
    """
    own = ADDRESSES[box]
    to, source = [], []
    for _, port, (address, target), preserve in (row for row in setting.forwards if row.box == box):
        to.append(f"ip daddr {own} tcp dport {port} dnat to {address}:{target}")
        if not preserve:
            source.append(
                f"ip daddr {address} tcp dport {target} ct original proto-dst {port} masquerade"
            )
    return f"""table ip balancer {{
    chain prerouting {{
        type nat hook prerouting priority dstnat; policy accept;
        {_lines(to)}
    }}
    chain postrouting {{
        type nat hook postrouting priority srcnat; policy accept;
        {_lines(source)}
    }}
}}
"""


def network_acl(acl: tuple[AclEntry, ...]) -> str:
    """The private subnet's ACL at the router.

    It is stateless; the first match decides, and what fits no entry is dropped.
    """
    came, leaves = ([entry for entry in acl if entry.direction == way] for way in (IN, OUT))
    return f"""table ip acl {{
    chain into {{
        {_lines([*(_entry(entry, "saddr") for entry in came), "drop"])}
    }}
    chain outof {{
        {_lines([*(_entry(entry, "daddr") for entry in leaves), "drop"])}
    }}
    chain onward {{
        type filter hook forward priority filter; policy accept;
        iifname "private" oifname != "private" jump outof
        oifname "private" iifname != "private" jump into
    }}
}}
"""


def group_chains() -> str:
    """Where web's group stands: tracked flows pass, others are held against the rules."""
    base = "type filter hook {} priority filter; policy drop; {} lo accept; ct state established accept"
    return f"""table ip group {{
    chain {IN}bound {{
    }}
    chain {OUT}bound {{
    }}
    chain came {{
        {base.format("input", "iifname")}
        jump {IN}bound
    }}
    chain leaves {{
        {base.format("output", "oifname")}
        jump {OUT}bound
    }}
}}
"""


def group_rules(groups: tuple[GroupRule, ...]) -> str:
    """The rules of web's group in place of those it had; flows stay tracked."""
    lines = [f"flush chain ip group {way}bound" for way in (IN, OUT)]
    for rule in groups:
        side = "saddr" if rule.direction == IN else "daddr"
        lines.append(
            f"add rule ip group {rule.direction}bound ip {side} {rule.peer} {_ports(rule.ports)} accept"
        )
    return "\n".join(lines) + "\n"


def _remember(namespaces: Namespaces, setting: Setting) -> None:
    idle = int(setting.nat.idle)
    if idle != setting.nat.idle:
        raise ValueError(
            f"idle {setting.nat.idle!r}: expected whole seconds, the kernel knows no others"
        )
    set_conntrack(
        namespaces, "nat", {"tcp_timeout_established": idle, "tcp_loose": int(setting.nat.loose)}
    )


def _entry(entry: AclEntry, side: str) -> str:
    verdict = "return" if entry.action == ALLOW else "drop"
    protocol = "" if entry.protocol == ANY else f"ip protocol {entry.protocol}"
    ports = "" if entry.ports == (0, 65_535) else _ports(entry.ports)
    return f"ip {side} {entry.cidr} {protocol} {ports} {verdict}"


def _ports(ports: tuple[int, int]) -> str:
    return f"tcp dport {ports[0]}-{ports[1]}" if ports[0] != ports[1] else f"tcp dport {ports[0]}"


def _lines(rules: list[str]) -> str:
    return "\n        ".join(rules)
