"""Network checker: the small host inside a Network Load Balancer's node that checks the targets.

A node only rewrites; a health check is a connection that begins somewhere. So it begins here, at
the node's own private address: the network ACLs of both subnets and the groups of the targets must
let that address in, whatever clients they allow (inbound rules of the balancer's own groups are not
asked, outbound ones are). TCP unless HTTP is asked for. Every node checks the targets that it may
use, so a target that several nodes use hears more checks than were set. Sources: Network Load
Balancers guide, "Health checks" (Host: the node's address and the listener's port), "Update the
security groups".

Not said by AWS: the user agent (here the Application Load Balancer's). Simplified: nodes do not
vote, and a check may choose a port that a flow with a hidden client address has (1 in 64,512). Left
out: passive checks, HTTPS, the PROXY header before a check, UDP's "no answer".
"""

from __future__ import annotations

from vpcedu.clock import SECOND
from vpcedu.hosts.balancer_node import BalancerNode
from vpcedu.hosts.health_check import APPLICATION, Groups
from vpcedu.tables.targets import HealthCheck

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.tables.target_group import Listener

NETWORK = HealthCheck("TCP", timeout=10 * SECOND)
NETWORK_HTTP = APPLICATION._replace(timeout=6 * SECOND, success=tuple(map(str, range(200, 400))))


class NetworkChecker(BalancerNode):
    """Checks from one node's address. It fails open.

    zone: the blocks whose targets the node may use, (): all.
    """

    def __init__(
        self,
        name: str,
        address: str,
        seed: int,
        listeners: tuple[Listener, ...],
        zone: tuple[str, ...],
        check: HealthCheck | None = None,
    ) -> None:
        super().__init__(
            name, address, seed, Groups(listeners, zone, True, check or NETWORK, host=address)
        )
