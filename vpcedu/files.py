"""Files: written whole or not at all, in one way for captures, pictures and pages.

The bytes go into a new file in the target's folder, under a name that nobody has, and this file
takes the target's name when it is whole. So whatever fails, a full disk too, leaves the old file as
it was and nothing else. The old file's mode stays; a new file has the one that the umask allows. A
symbolic link stays a link: the file it leads to is replaced, or made where the link dangles. What
is no plain file (a folder, FIFO, device or socket) is refused, and so is a file that may not be
written.

Where the folder takes no new file, nothing is written, even if the old file could be: what writes
over the old bytes loses them when the disk is full. Left out: owner, hard links and extended
attributes of the old file, which do not carry over, and a power cut.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

BUFFER = 1 << 20  # bytes written at once
KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a FIFO",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
    stat.S_IFLNK: "a link to nothing",
    stat.S_IFREG: "",
}


def special(path: str | os.PathLike[str]) -> str:
    """What stands at a path that is no plain file: "a folder", "a FIFO", "a link to nothing".

    "": a plain file, or a link to one, or nothing.
    """
    for look in (os.stat, os.lstat):
        with suppress(OSError):
            return KINDS.get(stat.S_IFMT(look(path).st_mode), "something special")
    return ""


def write(path: str | os.PathLike[str], pieces: Iterable[bytes]) -> None:
    """Write a file from pieces; it appears only when it is whole.

    Until then whatever was there stays. OSError names a path that cannot be written, and says what
    stands there or what failed.
    """
    name = os.fsdecode(path)
    target = os.path.realpath(name)
    # what /dev/stdout leads to has no path of its own, so the link itself is asked
    kind = "a folder" if name.endswith("/") else special(name if os.path.exists(name) else target)
    if kind:
        raise OSError(errno.EINVAL, f"{kind} stands there: expected a plain file, or none", name)
    mode = stat.S_IMODE(os.stat(target).st_mode) if os.path.exists(target) else None
    if mode is not None and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, "expected a file that may be written", name)
    part = os.path.join(os.path.dirname(target), f".{os.urandom(8).hex()}.part")
    first = 0o666 if mode is None else mode  # never more rights than the old file gave
    try:
        file = open(part, "xb", BUFFER, opener=lambda name, flags: os.open(name, flags, first))  # noqa: SIM115
    except OSError as error:
        why = f"{error.strerror}: expected a folder in which a new file may be made"
        raise OSError(error.errno, why, name) from None
    try:
        with file:
            file.writelines(pieces)
        if mode is not None:
            os.chmod(part, mode)
        os.replace(part, target)
    except BaseException as error:
        os.remove(part)
        if isinstance(error, OSError) and error.errno and error.filename in (None, part):
            raise OSError(error.errno, error.strerror, name) from None
        raise
