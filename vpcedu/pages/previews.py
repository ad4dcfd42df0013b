"""Previews: what somebody sees of a page before opening it, in a search or in a message.

A title, a description, and a picture. The picture is stored in docs/previews, and held like every
stored picture. Addresses are whole ones, so there are none as long as the pages are not published.
"""

from __future__ import annotations

from html import escape
from pathlib import Path

from vpcedu import site_address
from vpcedu.draw import Picture
from vpcedu.draw.canvas.fonts import width_of, wrap
from vpcedu.draw.canvas.scene import Band, Box, Line, Scene, Text
from vpcedu.draw.canvas.style import FAINT, LIT

ROOT = Path(__file__).resolve().parents[2]
STORED = ROOT / "docs" / "previews"
FIRST = "index.png"
FOLDER = "previews"  # of the site
NAME = "vpcedu"  # of the site
PATH = (
    "A reply goes from the web server to the load balancer, and through the Internet gateway to the client. "
    "It does not meet the NAT."
)
WIDTH, HEIGHT, EDGE = 600, 315, 28  # CSS pixels; 1200 x 630 as stored
BALANCER = "load balancer"
TOLD = ("client", "Internet gateway", BALANCER, "web server")  # the reply's path, and its inks
INKS = ("outside", "rewritten", "inside", "inside")
PAD, TALL, LANE = (20.0, 40.0, 232.0)  # around words in a box; its height; from above to its middle
TITLE, WORDS = 27.0, 17.0  # sizes of type


def file_of(page: str) -> str:
    """The picture's file for a page's; one that has none of its own takes that of the first."""
    name = Path(page).stem + ".png"
    return name if (STORED / name).exists() else FIRST


def head(page: str, title: str, words: str) -> str:
    """The elements of a page's head; page: its file, words: one sentence about it."""
    told = {
        "og:site_name": NAME,
        "og:type": "website",
        "og:title": title,
        "og:description": words,
    }
    links = ""
    if site_address.PUBLISHED:
        address = site_address.ADDRESS + page.removesuffix("index.html")
        links = f'<link rel="canonical" href="{escape(address)}">\n'
        told |= {
            "og:url": address,
            "og:image": f"{site_address.ADDRESS}{FOLDER}/{file_of(page)}",
            "og:image:width": str(2 * WIDTH),
            "og:image:height": str(2 * HEIGHT),
            "og:image:alt": f"{title}. {PATH}",
            "twitter:card": "summary_large_image",
        }
    metas = "".join(
        f'<meta property="{name}" content="{escape(value)}">\n'
        for name, value in told.items()
        if value
    )
    about = f'<meta name="description" content="{escape(words)}">\n' if words else ""
    return about + links + metas.replace('property="twitter', 'name="twitter')


def card(title: str, words: str) -> Picture:
    """A page's picture: its title, what it is about, and the path of a reply."""
    items: list[Band | Box | Line | Text] = [Band(0, 0, WIDTH, 6, "inside")]
    y = 50.0
    for line in wrap(title, TITLE, WIDTH - 2 * EDGE, True)[:2]:
        items.append(Text(EDGE, y, line, "ink", TITLE, True))
        y += 34
    y += 4
    for line in wrap(words, WORDS, WIDTH - 2 * EDGE)[: 4 if y < 100 else 3]:
        items.append(Text(EDGE, y, line, "muted", WORDS))
        y += 24
    widths = [width_of(name, 12.5, True) + PAD for name in TOLD]
    apart = (WIDTH - 2 * EDGE - sum(widths)) / (len(TOLD) - 1)
    left = float(EDGE)
    for name, width, ink in zip(TOLD, widths, INKS, strict=True):
        items.append(Box(left, LANE - TALL / 2, width, TALL, ink))
        items.append(Text(left + width / 2, LANE + 4, name, "ink", 12.5, True, "middle"))
        if left > EDGE:
            ends = ((left, LANE), (left - apart, LANE))
            inside = "outside" if ink == "rewritten" else "inside"
            items.append(Line(ends, inside, LIT, (), "solid"))
        if name == BALANCER:
            items.append(Box(left, LANE + 30, width, 28, "muted", "faint-ground", 1.0, 3.0, FAINT))
            words = "NAT: not met"
            items.append(Text(left + width / 2, LANE + 48, words, "muted", 12.5, False, "middle"))
        left += width + apart
    items.append(Text(EDGE, HEIGHT - 22, "vpcedu: packet by packet", "muted", 12.5))
    alt = f"{title}. {words} {PATH}"
    return Picture(Scene(WIDTH, HEIGHT, tuple(items), title, alt))
