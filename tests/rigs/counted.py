"""Work that is counted, not timed: the bytecodes that a call runs, the same on every machine."""

import sys

from vpcedu import address


def bytecodes(call):
    """How many bytecodes a call runs in Python code; nothing is remembered from calls before."""
    address.parsed.__self__.clear()
    address._block.__self__.clear()
    count = 0

    def trace(frame, event, argument):
        nonlocal count
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        count += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return count


def growth(call, n):
    """How much more the step from 2n to 4n costs than that from n to 2n.

    2 where the work grows with n, 4 where it grows with its square.
    """
    call(n)  # what is made once for all is there
    once, twice, four = (bytecodes(lambda size=size: call(size)) for size in (n, 2 * n, 4 * n))
    return (four - twice) / (twice - once)
