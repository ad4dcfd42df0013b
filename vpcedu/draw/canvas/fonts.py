"""How wide is a text? One table of advance widths of the font that the pictures are set in.

DejaVu Sans ships with matplotlib and is the widest face a browser is likely to put in its place, so
what fits by this table fits. The numbers are the font's own, in units of 1/2048 em, for ASCII 32 to
126 and the few other characters in OTHERS. A letter with an accent is as wide as without; any other
character, which only a name can bring in, counts one em, as wide as the widest here. Left out:
kerning, which makes a text narrower by a pixel or two.
"""

from __future__ import annotations

from functools import lru_cache

EM = 2048
ASCENT, DESCENT = 0.76, 0.24  # of the size: ascenders and descenders of this font
OTHERS = "·×–→≤≥"
# No characters of an XML document (XML 1.0 section 2.2): control characters, half pairs of UTF-16.
UNDRAWN = dict.fromkeys(
    (*range(9), 11, 12, *range(14, 32), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF), "\ufffd"
)
REGULAR = (
    651,
    821,
    942,
    1716,
    1303,
    1946,
    1597,
    563,
    799,
    799,
    1024,
    1716,
    651,
    739,
    651,
    690,
    1303,
    1303,
    1303,
    1303,
    1303,
    1303,
    1303,
    1303,
    1303,
    1303,
    690,
    690,
    1716,
    1716,
    1716,
    1087,
    2048,
    1401,
    1405,
    1430,
    1577,
    1294,
    1178,
    1587,
    1540,
    604,
    604,
    1343,
    1141,
    1767,
    1532,
    1612,
    1235,
    1612,
    1423,
    1300,
    1251,
    1499,
    1401,
    2025,
    1403,
    1251,
    1403,
    799,
    690,
    799,
    1716,
    1024,
    1024,
    1255,
    1300,
    1126,
    1300,
    1260,
    721,
    1300,
    1298,
    569,
    569,
    1186,
    569,
    1995,
    1298,
    1253,
    1300,
    1300,
    842,
    1067,
    803,
    1298,
    1212,
    1675,
    1212,
    1212,
    1075,
    1303,
    690,
    1303,
    1716,
    651,
    1716,
    1024,
    1716,
    1716,
    1716,
)
BOLD = (
    713,
    934,
    1067,
    1716,
    1425,
    2052,
    1786,
    627,
    936,
    936,
    1071,
    1716,
    778,
    850,
    778,
    748,
    1425,
    1425,
    1425,
    1425,
    1425,
    1425,
    1425,
    1425,
    1425,
    1425,
    819,
    819,
    1716,
    1716,
    1716,
    1188,
    2048,
    1585,
    1561,
    1503,
    1700,
    1399,
    1399,
    1681,
    1714,
    762,
    762,
    1587,
    1305,
    2038,
    1714,
    1741,
    1501,
    1741,
    1577,
    1475,
    1397,
    1663,
    1585,
    2259,
    1579,
    1483,
    1485,
    936,
    748,
    936,
    1716,
    1024,
    1024,
    1382,
    1466,
    1214,
    1466,
    1389,
    891,
    1466,
    1458,
    702,
    702,
    1362,
    702,
    2134,
    1458,
    1407,
    1466,
    1466,
    1010,
    1219,
    979,
    1458,
    1335,
    1892,
    1321,
    1335,
    1192,
    1458,
    748,
    1458,
    1716,
    778,
    1716,
    1024,
    1716,
    1716,
    1716,
)
_CHARACTERS = "".join(map(chr, range(32, 127))) + OTHERS
_WIDTHS = {
    False: dict(zip(_CHARACTERS, REGULAR, strict=True)),
    True: dict(zip(_CHARACTERS, BOLD, strict=True)),
}


@lru_cache(4096)
def width_of(words: str, size: float, bold: bool = False) -> float:
    """The width of a text in pixels at a size in pixels.

    >>> round(width_of("ESTABLISHED", 12))
    81
    """
    table = _WIDTHS[bold]
    try:
        return sum([table[character] for character in words]) * size / EM
    except KeyError:
        return (
            sum([table.get(character) or _bound(character, bold) for character in words])
            * size
            / EM
        )


@lru_cache(maxsize=4096)
def _bound(character: str, bold: bool) -> int:
    """How wide a character is at most that the table has not."""
    from unicodedata import combining, normalize

    base = normalize("NFD", character)[0]
    return 0 if combining(character) else _WIDTHS[bold].get(base, EM)


def drawable(words: str) -> str:
    """The words with a sign instead of each character that no picture can hold."""
    return words.translate(UNDRAWN)


def wrap(words: str, size: float, width: float, bold: bool = False) -> tuple[str, ...]:
    """Words in lines no wider than `width`, broken at spaces.

    A word that is too long keeps a line of its own.
    """
    lines: list[str] = []
    for word in words.split():
        if lines and width_of(f"{lines[-1]} {word}", size, bold) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return tuple(lines)


def shorten(words: str, size: float, width: float, bold: bool = False) -> str:
    """The words, cut off with "..." where they are wider than `width`."""
    if width_of(words, size, bold) <= width:
        return words
    while words and width_of(words + "...", size, bold) > width:
        words = words[:-1]
    return words.rstrip(" ,;:") + "..."
