"""The scenarios, which the kernel's laboratory and the model both run.

They run them word for word the same.
"""

from __future__ import annotations

from .play import Scenario
from .scenarios_nat import NAT_SCENARIOS
from .scenarios_proxy import PROXY_SCENARIOS
from .scenarios_tcp import TCP_SCENARIOS

SCENARIOS: tuple[Scenario, ...] = TCP_SCENARIOS + NAT_SCENARIOS + PROXY_SCENARIOS
BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}
