"""Predictions of lessons 06 and 07: three fields each, about a proxy and about a Network Load Balancer."""

from __future__ import annotations

from vpcedu.course.lesson_06 import judge_proxy
from vpcedu.course.lesson_07 import judge_nlb
from vpcedu.widgets.prediction import THREE, Form


class ProxyPrediction(Form):
    """Three fields: how many connections, which address web sees, what connect() says while web's server is down."""

    def __init__(self) -> None:
        super().__init__(judge_proxy, (("connections", "TCP connections"), ("sees", "web sees the address"),
                                       ("learns", "connect() says")), THREE, 160)


class NetworkPrediction(Form):
    """Three fields: what the client sees, and the source address at a target of type instance and of type ip."""

    def __init__(self) -> None:
        super().__init__(judge_nlb, (("client_sees", "The client sees"), ("instance", "By instance: source"),
                                     ("ip", "By address: source")), THREE, 160)
