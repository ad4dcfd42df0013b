"""IPv4 addresses and CIDR blocks as text and as numbers.

Everywhere in the package an address is its canonical text ("10.0.0.10"). Tables that compare many
of them ask here for the number; the answer is remembered, because parsing text costs more than a
look-up. IPv6 is left out.
"""

from __future__ import annotations

from functools import lru_cache

from vpcedu.quoting import quoted

REMEMBERED = 65_536  # answers kept

# RFC 1918 section 3: addresses that no router of the Internet carries.
PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")


@lru_cache(REMEMBERED)
def number(address: str) -> int:
    """The 32-bit number of an IPv4 address; ValueError names text that is none.

    >>> number("10.0.0.10")
    167772170
    """
    parts = address.split(".") if isinstance(address, str) else []
    if len(parts) != 4 or not all(_is_octet(part) for part in parts):
        raise ValueError(
            f"{quoted(address)} is not an IPv4 address: expected four numbers from 0 to 255, like 10.0.1.10"
        )
    a, b, c, d = map(int, parts)
    return a << 24 | b << 16 | c << 8 | d


def _is_octet(part: str) -> bool:
    return whole(part, 255) is not None and (part == "0" or part[0] != "0")


def whole(digits: str, most: int) -> int | None:
    """The number that ASCII digits write; None for other text or a number above `most`."""
    if not (digits.isascii() and digits.isdigit() and len(digits) <= len(str(most))):
        return None
    value = int(digits)
    return value if value <= most else None


def text(value: int) -> str:
    """The dotted text of a 32-bit number: the inverse of `number`."""
    return f"{value >> 24 & 255}.{value >> 16 & 255}.{value >> 8 & 255}.{value & 255}"


@lru_cache(REMEMBERED)
def block(cidr: str) -> tuple[int, int, int]:
    """First address, last address and prefix length of a CIDR block, as numbers.

    ValueError where the text is no block or has bits set after its prefix.

    >>> block("10.0.1.0/24") == (number("10.0.1.0"), number("10.0.1.255"), 24)
    True
    """
    base, slash, prefix = cidr.partition("/") if isinstance(cidr, str) else ("", "", "")
    length = whole(prefix, 32)
    if not slash or length is None:
        raise ValueError(
            f"{quoted(cidr)} is not a CIDR block: expected address/prefix, like 10.0.1.0/24"
        )
    first, size = number(base), 1 << 32 - length
    if first % size:
        canonical = f"{text(first - first % size)}/{prefix}"
        raise ValueError(f"{quoted(cidr)} has bits set behind its prefix: expected {canonical}")
    return first, first + size - 1, length


def contains(cidr: str, address: str) -> bool:
    """Whether the CIDR block holds the address."""
    first, last, _ = block(cidr)
    return first <= number(address) <= last


def within(inner: str, outer: str) -> bool:
    """Whether a CIDR block is the other one or a part of it."""
    (first, last, _), (low, high, _) = block(inner), block(outer)
    return low <= first and last <= high


@lru_cache(REMEMBERED)
def is_private(address: str) -> bool:
    """Whether the address is one of RFC 1918's, which the Internet does not route."""
    return any(contains(cidr, address) for cidr in PRIVATE)
