"""IPv4 addresses and CIDR blocks as text and as numbers.

Everywhere in the package an address is its canonical text ("10.0.0.10"). Tables that compare many
of them ask here for the number; the answer is remembered, because parsing text costs more than a
look-up. IPv6 is left out.
"""

from __future__ import annotations

from vpcedu.quoting import quoted
from vpcedu.remembered import Remembered

# RFC 1918 section 3: addresses that no router of the Internet carries.
PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
SHARED = "100.64.0.0/10"  # RFC 6598: addresses that a carrier's customers share; nor are they


def number(address: str) -> int:
    """The 32-bit number of an IPv4 address; ValueError names what is none.

    >>> number("10.0.0.10")
    167772170
    """
    try:
        return parsed(address)  # type: ignore[no-any-return]
    except TypeError:  # what cannot be remembered, such as a list
        raise _no_address(address) from None


def _parsed(address: str) -> int:
    parts = address.split(".") if isinstance(address, str) else []
    if len(parts) != 4 or any(whole(part, 255) is None for part in parts):
        raise _no_address(address)
    a, b, c, d = map(int, parts)
    return a << 24 | b << 16 | c << 8 | d


parsed = Remembered(_parsed).__getitem__  # the same of text: what a look-up for a packet needs


def _no_address(value: object) -> ValueError:
    return ValueError(
        f"{quoted(value)} is not an IPv4 address: expected four numbers from 0 to 255, like 10.0.1.10"
    )


def whole(digits: str, most: int) -> int | None:
    """The number that ASCII digits write, without zeros in front.

    None for anything else, and for a number above `most`.
    """
    if not (isinstance(digits, str) and digits.isascii() and digits.isdigit()):
        return None
    if len(digits) > len(str(most)) or (digits[0] == "0" and digits != "0"):
        return None
    value = int(digits)
    return value if value <= most else None


def text(value: int) -> str:
    """The dotted text of a 32-bit number: the inverse of `number`."""
    return f"{value >> 24 & 255}.{value >> 16 & 255}.{value >> 8 & 255}.{value & 255}"


def block(cidr: str) -> tuple[int, int, int]:
    """First address, last address and prefix length of a CIDR block, as numbers.

    ValueError where the text is no block or has bits set after its prefix.

    >>> block("10.0.1.0/24") == (number("10.0.1.0"), number("10.0.1.255"), 24)
    True
    """
    try:
        return _block(cidr)  # type: ignore[no-any-return]
    except TypeError:
        raise _no_block(cidr) from None


def _parsed_block(cidr: str) -> tuple[int, int, int]:
    base, slash, prefix = cidr.partition("/") if isinstance(cidr, str) else ("", "", "")
    length = whole(prefix, 32)
    if not slash or length is None:
        raise _no_block(cidr)
    first, size = number(base), 1 << 32 - length
    if first % size:
        canonical = f"{text(first - first % size)}/{prefix}"
        raise ValueError(f"{quoted(cidr)} has bits set after its prefix: expected {canonical}")
    return first, first + size - 1, length


_block = Remembered(_parsed_block).__getitem__


def _no_block(value: object) -> ValueError:
    return ValueError(
        f"{quoted(value)} is not a CIDR block: expected address/prefix, like 10.0.1.0/24"
    )


def contains(cidr: str, address: str) -> bool:
    """Whether the CIDR block holds the address."""
    first, last, _ = block(cidr)
    return first <= number(address) <= last


def within(inner: str, outer: str) -> bool:
    """Whether a CIDR block is the other one or a part of it."""
    (first, last, _), (low, high, _) = block(inner), block(outer)
    return low <= first and last <= high


def is_private(address: str) -> bool:
    """Whether the address is one of RFC 1918's, which the Internet does not route."""
    value = number(address)
    return any(first <= value <= last for first, last, _ in _PRIVATE)


def is_global(address: str) -> bool:
    """Whether routers of the Internet may carry the address: it is neither private nor shared."""
    return not is_private(address) and not contains(SHARED, address)


_PRIVATE = tuple(map(block, PRIVATE))
