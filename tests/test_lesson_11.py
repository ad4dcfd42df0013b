"""Lesson 11, your own VPC: the judge's words are runs, solutions work.

The collecting lines make what is loaded.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from vpcedu import aws, lab
from vpcedu.course.lesson_11 import EXAMPLE

LESSON = Path(__file__).parent.parent / "notebooks" / "11-your-own-vpc.ipynb"


def source():
    cells = json.loads(LESSON.read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells)


def test_short_names_change_no_answer():
    plain, vpc = aws.load(aws.example()).vpc(), lab.example_vpc()
    long = {short: name for name, short in EXAMPLE.items()}
    for start, end, port in (
        ("web-1", "internet", 443),
        ("web-2", "internet", 443),
        ("web-1", "db", 5432),
        ("internet", "shop", 80),
        ("bastion", "web-2", 22),
        ("internet", "bastion", 22),
    ):
        short = lab.ask(vpc, start, end, port)
        asked = lab.ask(plain, long.get(start, start), long.get(end, end), port)
        assert (short.symptom, len(short.blockers)) == (asked.symptom, len(asked.blockers))


def test_the_lesson_gives_the_names_that_the_judge_uses():
    told = re.search(r"lab\.named\(account\.vpc\(\), (\{.*?\})\)", source(), re.DOTALL)
    assert eval(told[1]) == EXAMPLE


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ({"i-1": "web"}, "'i-1': expected one of"),
        ({"i-0e11f22a33b440001": "internet"}, "nothing else has"),
        ({"i-0e11f22a33b440001": ""}, "nothing else has"),
    ],
)
def test_a_name_that_cannot_be_given_is_refused(names, words):
    with pytest.raises(ValueError, match=words):
        lab.named(aws.load(aws.example()).vpc(), names)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (("works", "works", "back"), "web-2 does not reach internet"),
        (("works", "there", "there"), "The request had arrived."),
        (("there", "there", "back"), "web-1 reaches internet"),
    ],
)
def test_a_wrong_prediction_is_contradicted_by_a_run(answer, words):
    said = lab.judge_own(*answer)
    assert not said.right and words in said.words and said.words.startswith("2 of 3")


def test_the_audit_says_what_the_lesson_says():
    told = lab.audit(lab.example_vpc())
    ends = {row.device: row.id for row in told.vpc.interfaces}
    hosts = [name for name in ends.values() if name not in (ends["NAT gateway"], ends["db"])]
    assert len(hosts) == 5 and not any(told.reaches(name, ends["db"], 5432) for name in hosts)
    assert [row.what for row in told.findings] == ["ephemeral trap"]
    assert "web-2" not in str(told.findings)


def test_what_is_no_row_is_refused():
    for number in ("11.1", "11.2"):
        said = " ".join(lab.check(number, "a route").split())
        assert said.startswith("Not understood: ") and "expected a Repair" in said


FAKE = """#!{python}
import json, sys
from pathlib import Path
folder, words = Path({example!r}), sys.argv[1:]
words = words[2:] if words[0] == "--region" else words
if words[0] in ("sts", "configure"):
    print({{"sts": "111122223333", "configure": "eu-west-1"}}[words[0]])
    sys.exit()
ABOUT = {{"describe-target-health": "target-health", "get-managed-prefix-list-entries": "prefix-list-entries"}}
if "--query" in words:
    kind, field = words[words.index("--query") + 1].split("[].")
    rows = [row for path in folder.glob("*.json") for value in [json.loads(path.read_text())]
            if isinstance(value, dict) for row in value.get(kind, ())]
    print("\\t".join(row[field] for row in rows))
elif words[1] in ABOUT or words[1].endswith("-attributes"):
    rows = json.loads((folder / (ABOUT.get(words[1], "attributes") + ".json")).read_text())
    print(json.dumps(next((row["Output"] for row in rows if row["For"] in words), {{"Attributes": []}})))
else:
    name = words[1].removeprefix("describe-").replace("managed-", "") if words[0] != "elb" else "none"
    path = folder / (name + ".json")
    print(path.read_text() if path.exists() else "{{}}")
"""


def test_the_collecting_script_makes_files_from_which_the_same_network_is_loaded(tmp_path):
    """With a program in the CLI's place that gives the example's answers."""
    fake = tmp_path / "bin" / "aws"
    fake.parent.mkdir()
    fake.write_text(
        FAKE.format(python=sys.executable, example=str(aws.example())), encoding="utf-8"
    )
    fake.chmod(0o755)
    lines = re.search(r"```sh\n(.*?)```", source(), re.DOTALL)[1]
    lines = lines.replace("python3 -m", f"{sys.executable} -m").replace("eu-west-1 us-east-1", "")
    shell = shutil.which("sh")
    assert shell
    subprocess.run(
        [shell, "-eu", "-c", lines],
        cwd=tmp_path,
        check=True,
        env={**os.environ, "PATH": f"{fake.parent}{os.pathsep}{os.environ['PATH']}"},
    )
    made, stored = aws.load(tmp_path / "my-network"), aws.load(aws.example())
    assert made.vpc() == stored.vpc()
    assert {note.kind for note in made.report} == {note.kind for note in stored.report}
