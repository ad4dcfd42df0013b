"""What README.md shows is what the program prints, and its commands are those that exist."""

import re
import subprocess

import pytest

from tests.readme import PATH, renewed
from vpcedu.__main__ import FLAGS, TAKES, main
from vpcedu.cli.options import parse

TEXT = PATH.read_text(encoding="utf-8")


def test_the_answer_and_the_size_in_the_readme_are_today_s():
    assert renewed(TEXT) == TEXT, "run 'python3 start.py refresh'"


def test_every_option_in_the_readme_is_understood():
    shown = [
        words for words in TEXT.split("`") if words.startswith("--") and "no-browser" not in words
    ]
    assert len(shown) >= 5
    for words in shown:
        assert parse(words.split(), TAKES, FLAGS)
    assert set(TAKES) <= {word for words in shown for word in words.split()} and "--json" in FLAGS


def test_the_example_in_the_readme_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec(TEXT.split("```python\n")[1].split("```")[0], names)
    assert names["visit"].symptom == "200 OK"
    assert (tmp_path / "web.pcap").stat().st_size > 500


def test_the_lines_that_collect_a_network_are_shell_and_only_read():
    lines = TEXT.split("```sh\n")[1].split("```")[0]
    subprocess.run(["sh", "-n"], input=lines, text=True, check=True)
    called = re.findall(r"(?:aws|ids|about \S+) (?:ec2|elbv2|elb) \"?([a-z-]+)", lines)
    assert len(called) > 12 and all(call.startswith(("describe-", "get-")) for call in called)


@pytest.mark.parametrize(
    "words", re.findall(r"^python3 -m vpcedu ((?:ask|audit|scenario|puzzle)[^#\n]*)", TEXT, re.M)
)
def test_every_command_about_a_network_in_the_readme_runs(words, monkeypatch, capsys):
    monkeypatch.chdir(PATH.parent)
    assert main(words.split()) == 0
    assert len(capsys.readouterr().out) > 200
