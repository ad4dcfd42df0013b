"""The same bytes on every Python and under every hash seed; tests/digests.py looks on them all."""

import sys

from tests import digests

SAME = dict.fromkeys(digests.OUTPUTS, "0" * 12)


def test_what_is_printed_does_not_depend_on_the_hash_seed():
    one, other = (digests.of([sys.executable], seed) for seed in ("0", "4294967295"))
    assert one == other
    assert one == digests.mine()
    assert len(set(one.values())) == len(digests.OUTPUTS)  # each has outputs of its own


def ended(monkeypatch, capsys, differs):
    """The exit code and the text, where one run differs: of this Python and seed."""

    def of(command, seed):
        odd = (command[0], seed) == differs
        return SAME | ({"puzzles": "f" * 12} if odd else {})

    monkeypatch.setattr(digests, "of", of)
    monkeypatch.setattr(digests, "pythons", lambda: {"3.11": ["a"], "3.12": ["b"]})
    monkeypatch.setattr(
        digests, "by_pyodide", lambda: ([of("p", seed) for seed in digests.SEEDS], "")
    )
    return digests.main([]), capsys.readouterr().out


def test_outputs_that_are_the_same_are_said_to_be_so(monkeypatch, capsys):
    code, told = ended(monkeypatch, capsys, None)
    assert code == 0 and told.rstrip().endswith("all are the same")
    assert "Python 3.13 is not on this machine" in told


def test_one_run_that_differs_is_found_and_named(monkeypatch, capsys):
    for python in ("a", "b", "p"):
        for seed in digests.SEEDS:
            code, told = ended(monkeypatch, capsys, (python, seed))
            assert code == 1 and told.rstrip().endswith("different: puzzles")
            assert told.count("by hash seed!") == 1
