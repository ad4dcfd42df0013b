"""What README.md shows is what the program prints, and its commands are those that exist."""

import re
import shutil

import pytest

from tests.readme import PATH, renewed
from vpcedu import site_address
from vpcedu.__main__ import FLAGS, TAKES, main
from vpcedu.cli.options import parse

TEXT = PATH.read_text(encoding="utf-8")


def test_the_answer_and_the_size_in_the_readme_are_today_s():
    assert renewed(TEXT) == TEXT, "run 'python3 start.py refresh'"


def opened(text):
    """What is wrong with where README says that the pages are, in words."""
    links = re.findall(r"(?<!!)\[[^\]]*\]\((https?://[^)]*)\)", text)
    if site_address.PUBLISHED:
        return [] if links[:1] == [site_address.ADDRESS] else ["the first link is not the site"]
    found = [f"a link to {link}" for link in links if link.startswith(site_address.ADDRESS)]
    return found + (["no 'not published yet'"] if "not published yet" not in text else [])


@pytest.mark.parametrize("published", [True, False])
def test_the_first_link_is_the_site_once_it_is_published(published, monkeypatch):
    """And until then there is none, and the command that makes the pages stands in its place."""
    assert opened(TEXT) == []
    monkeypatch.setattr(site_address, "PUBLISHED", published)
    other = renewed(TEXT)
    assert opened(other) == []
    assert ("`python3 start.py site` makes the pages" in other) != published
    monkeypatch.setattr(site_address, "PUBLISHED", not published)
    assert opened(other) != []


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


@pytest.mark.parametrize(
    "words", re.findall(r"^python3 -m vpcedu ((?:ask|audit|scenario|puzzle)[^#\n]*)", TEXT, re.M)
)
def test_every_command_about_a_network_in_the_readme_runs(words, tmp_path, monkeypatch, capsys):
    (tmp_path / "vpcedu").symlink_to(PATH.parent / "vpcedu", target_is_directory=True)
    for folder in ("my-network", "last-week"):  # the reader's own
        shutil.copytree(PATH.parent / "vpcedu" / "aws" / "example", tmp_path / folder)
    monkeypatch.chdir(tmp_path)
    assert main(words.split()) == ("--cli" in words)  # what needs a repair does not work
    assert len(capsys.readouterr().out) > 100
