"""Headers: who asked, and how? The application believes the wrong header, or none."""

from __future__ import annotations

from vpcedu.protocols.forwarded import FOR
from vpcedu.scenarios.scenario import Scenario, fetched, with_settings
from vpcedu.sites.applications import (
    Application,
    first_entry,
    https_blindly,
    https_only,
    last_but_one,
    last_entry,
    the_header,
    the_peer,
)
from vpcedu.sites.parts import PAGE
from vpcedu.sites.reference import reference_architecture
from vpcedu.sites.reference_tls import tls_site
from vpcedu.sites.site import Site
from vpcedu.sites.visit import Visit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

WRONG = "wrong client address in the application's log"


def behind(balancer: str, **settings: Any) -> Site:
    """The reference site with an application of these beliefs."""
    return with_settings(reference_architecture(balancer), "web", Application, **settings)


def reads_proxy_header(site: Site) -> Site:
    """PROXY protocol on at the balancer, and the application reads it."""
    site = with_settings(site, "ELB node", proxy_protocol=(80,))
    return with_settings(site, "web", Application, reads=the_header, proxied=True)


def proxy_header_unread() -> Site:
    """PROXY protocol on at the balancer, and an application that knows nothing of it."""
    return with_settings(reference_architecture("classic-tcp"), "ELB node", proxy_protocol=(80,))


def https_loop() -> Site:
    """TLS ends at the balancer, and the application sees only http.

    It sends whoever comes by http to https.
    """
    return with_settings(
        tls_site("application"), "web", Application, reads=last_entry, answers=https_blindly
    )


def by_https(site: Site) -> Visit:
    """The page by https."""
    return site.get("https://www.example.com/")


SCENARIOS = (
    Scenario(
        "spoofed-entry",
        10,
        "The log shows client 127.0.0.1: the client sent X-Forwarded-For itself, the "
        "balancer appended the true address, and the application reads from the left.",
        lambda: behind("application", reads=first_entry),
        fetched(PAGE, "client", ((FOR, "127.0.0.1"),)),
        f"{WRONG}: 127.0.0.1",
        'web: application log: 127.0.0.1 "GET / HTTP/1.1" (connection from 10.0.0.10',
        ("200",),
        lambda site: with_settings(site, "web", reads=last_entry),
        "the application reads from the right",
    ),
    Scenario(
        "last-entry-is-the-client",
        10,
        "Is the last entry of X-Forwarded-For the balancer? No, it is the peer that the "
        "balancer saw. An application that skips it finds nothing.",
        lambda: behind("classic-http", reads=last_but_one),
        fetched(),
        f"{WRONG}: -",
        'web: application log: - "GET / HTTP/1.1"',
        ("200",),
        lambda site: with_settings(site, "web", reads=last_entry),
        "the application believes the last entry",
    ),
    Scenario(
        "https-loop",
        11,
        "http redirects to https, and https redirects to itself: TLS ends at the balancer, "
        "and the application does not read X-Forwarded-Proto.",
        https_loop,
        by_https,
        "redirect loop",
        "web: redirect: to https://www.example.com/, where X-Forwarded-Proto is https",
        ("301",),
        lambda site: with_settings(site, "web", answers=https_only),
        "the application reads X-Forwarded-Proto",
    ),
    Scenario(
        "everybody-is-the-balancer",
        12,
        "With a TCP listener every client has the balancer's address: the balancer is a "
        "proxy, and it opened the connection itself.",
        lambda: behind("classic-tcp", reads=the_peer),
        fetched(),
        f"{WRONG}: 10.0.0.10",
        'web: application log: 10.0.0.10 "GET / HTTP/1.1"',
        (),
        reads_proxy_header,
        "PROXY protocol is on, and the application reads it",
    ),
    Scenario(
        "proxy-header-unread",
        12,
        "Every request is answered with 400 since PROXY protocol is on: the application "
        "takes the PROXY line for a request.",
        proxy_header_unread,
        fetched(),
        "400 Bad Request",
        "The client sees: 400 Bad Request after",
        (),
        reads_proxy_header,
        "the application reads the PROXY header",
    ),
)
