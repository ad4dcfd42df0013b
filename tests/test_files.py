"""Files are handled with care: every writer of the package, on everything that stands at a path.

Each test is played by each writer, since they all go through `vpcedu.files`.
"""

from __future__ import annotations

import errno
import os
import resource
import socket
import stat
from pathlib import Path

import pytest

from vpcedu import aws, draw, files, reference_architecture
from vpcedu.__main__ import main
from vpcedu.cli import commands
from vpcedu.pages import course_pages, previews, static_pages

EXAMPLE = str(Path(__file__).parent.parent / "vpcedu" / "aws" / "example")
VISIT = reference_architecture().get("http://www.example.com/")
PICTURE = draw.ladder(VISIT)


def page(path):
    """A page of the site, which writes a folder of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(static_pages, "pages", lambda: {path.name: "<html>"})
        patch.setattr(previews, "STORED", path.parent / "none")
        static_pages.write(path.parent)


def contents(path):
    """A page of the course that is renewed from its own text."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "read_text", lambda *_, **__: "before")
        for name in ("CONTENTS", "SOURCES", "GLOSSARY"):
            patch.setattr(course_pages, name, path)
        for name in ("contents", "sources", "glossary"):
            patch.setattr(course_pages, name, lambda text: text + " and after")
        course_pages.write()


WRITERS = {
    "a capture": ("x.pcap", lambda path: VISIT.save_pcap(path, at="web")),
    "an SVG": ("x.svg", PICTURE.save),
    "a PNG": ("x.png", PICTURE.save),
    "a PDF": ("x.pdf", PICTURE.save),
    "a map": ("x.svg", lambda path: commands.main(["audit", EXAMPLE, "--map", str(path)])),
    "a page": ("x.html", page),
    "contents": ("README.md", contents),
}
FAILS = (OSError, ValueError)  # the command line makes a ValueError of it


@pytest.fixture(params=WRITERS)
def writer(request, tmp_path):
    """A path in a folder of its own, and what writes there."""
    name, write = WRITERS[request.param]
    (tmp_path / "here").mkdir()
    return tmp_path / "here" / name, write


def inside(path):
    return sorted(file.name for file in path.parent.iterdir())


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def test_a_new_file_has_the_mode_that_the_umask_allows(writer):
    path, write = writer
    before = os.umask(0o027)
    try:
        write(path)
    finally:
        os.umask(before)
    assert mode(path) == 0o640 and path.stat().st_size > 0
    assert inside(path) == [path.name]


@pytest.mark.parametrize("rights", [0o600, 0o664, 0o400, 0o755])
def test_an_old_file_keeps_its_mode(writer, rights):
    path, write = writer
    path.write_bytes(b"old")
    path.chmod(rights)
    write(path)
    assert mode(path) == rights and path.read_bytes() != b"old"


def test_a_private_file_is_never_open_to_others_while_it_is_written(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"old")
    path.chmod(0o600)
    seen = []

    def pieces():
        seen.extend(mode(file) for file in tmp_path.iterdir())
        yield b"new"

    files.write(path, pieces())
    assert seen == [0o600, 0o600] and path.read_bytes() == b"new"


def test_a_link_stays_a_link_and_what_it_leads_to_is_replaced(writer, tmp_path):
    path, write = writer
    (tmp_path / "there").mkdir()
    target = tmp_path / "there" / ("target" + path.suffix)
    target.write_bytes(b"old")
    path.symlink_to(os.path.join("..", "there", target.name))
    write(path)
    assert path.is_symlink() and target.read_bytes() != b"old"
    assert inside(path) == [path.name] and inside(target) == [target.name]


def test_a_link_to_nothing_makes_what_it_leads_to(writer, tmp_path):
    path, write = writer
    path.symlink_to(tmp_path / "made")
    write(path)
    assert path.is_symlink() and (tmp_path / "made").is_file()
    assert inside(path) == [path.name]


def fifo(path):
    os.mkfifo(path)


def listening(path):
    server = socket.socket(socket.AF_UNIX)
    here = os.getcwd()
    os.chdir(path.parent)  # a socket's path has at most 108 bytes
    server.bind(path.name)
    os.chdir(here)
    server.close()


SPECIAL = {
    "a folder": Path.mkdir,
    "a FIFO": fifo,
    "a device": lambda path: path.symlink_to("/dev/full"),
    "a socket": listening,
    "a link to nothing": lambda path: path.symlink_to(path.name),
}


@pytest.mark.parametrize("kind", SPECIAL)
def test_what_is_no_plain_file_is_refused_by_its_name_and_stays(writer, kind):
    path, write = writer
    SPECIAL[kind](path)
    before = os.lstat(path)
    with pytest.raises(FAILS) as caught:
        write(path)
    words = str(caught.value)
    assert f"{kind} stands there: expected a plain file, or none" in words
    assert path.name in words and "\n" not in words
    assert (before.st_ino, before.st_mode) == (os.lstat(path).st_ino, os.lstat(path).st_mode)
    assert inside(path) == [path.name]
    assert stat.S_ISCHR(os.stat("/dev/full").st_mode)


def test_a_name_that_ends_like_a_folder_s_is_no_file_s(tmp_path):
    with pytest.raises(OSError, match="a folder stands there: expected a plain file"):
        files.write(f"{tmp_path}/x.pcap/", [b"x"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="there is no /proc here")
def test_a_link_to_a_pipe_like_dev_stdout_is_refused_as_what_it_is(writer):
    path, write = writer
    ends = os.pipe()
    path.symlink_to(f"/proc/self/fd/{ends[1]}")
    with pytest.raises(FAILS, match="a FIFO stands there"):
        write(path)
    for end in ends:
        os.close(end)


class Full:
    """An open file on a disk that is full after a few bytes."""

    def __init__(self, file):
        self.file = file

    def __enter__(self):
        return self

    def __exit__(self, *why):
        self.file.close()

    def writelines(self, pieces):
        self.file.write(next(iter(pieces))[:5])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("old", [b"old", None])
def test_a_full_disk_leaves_the_old_file_and_nothing_else(writer, monkeypatch, old):
    path, write = writer
    if old:
        path.write_bytes(old)
    monkeypatch.setattr(files, "open", lambda *a, **k: Full(open(*a, **k)), raising=False)  # noqa: SIM115
    with pytest.raises(FAILS, match="No space left on device") as caught:
        write(path)
    assert path.name in str(caught.value) and ".part" not in str(caught.value)
    assert inside(path) == ([path.name] if old else [])
    assert not old or path.read_bytes() == old


def test_a_limit_of_the_kernel_leaves_the_old_file_and_nothing_else(writer):
    """A write that truly fails, as on a full disk: the kernel lets no file grow above 3 bytes."""
    path, write = writer
    path.write_bytes(b"old")
    write_old, soft = path.read_bytes(), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3, soft[1]))
    try:
        with pytest.raises(FAILS, match="File too large"):
            write(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, soft)
    assert inside(path) == [path.name] and path.read_bytes() == write_old


@pytest.mark.parametrize("step", ["replace", "chmod"])
def test_whatever_fails_at_the_end_leaves_the_old_file_and_nothing_else(writer, monkeypatch, step):
    path, write = writer
    path.write_bytes(b"old")

    def fails(*_):
        raise PermissionError(errno.EACCES, "not here")

    monkeypatch.setattr(files.os, step, fails)
    with pytest.raises(FAILS, match="not here") as caught:
        write(path)
    assert path.name in str(caught.value) and ".part" not in str(caught.value)
    assert inside(path) == [path.name] and path.read_bytes() == b"old"


def test_nobody_s_file_is_taken_for_a_helper(writer):
    path, write = writer
    others = [f"{path.name}.part", f"{path.name}.{os.getpid()}.part", f".{path.name}.part"]
    for name in others:
        (path.parent / name).write_bytes(b"somebody's own")
    write(path)
    assert inside(path) == sorted([*others, path.name])
    assert {(path.parent / name).read_bytes() for name in others} == {b"somebody's own"}


def test_a_helper_name_that_is_taken_is_an_error_and_the_file_of_that_name_stays(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(files.os, "urandom", bytes)
    taken = tmp_path / f".{bytes(8).hex()}.part"
    taken.write_bytes(b"somebody's own")
    with pytest.raises(OSError, match="File exists"):
        files.write(tmp_path / "x", [b"new"])
    assert [file.name for file in tmp_path.iterdir()] == [taken.name]
    assert taken.read_bytes() == b"somebody's own"


def test_a_folder_that_takes_no_new_file_is_named_and_the_old_file_stays(writer, monkeypatch):
    """Root may write everywhere, so the refusal is made up here."""
    path, write = writer
    path.write_bytes(b"old")

    def fails(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(files, "open", fails, raising=False)
    with pytest.raises(FAILS, match="expected a folder in which a new file may be made"):
        write(path)
    assert path.read_bytes() == b"old"


def test_a_file_that_may_not_be_written_is_refused(writer, monkeypatch):
    path, write = writer
    path.write_bytes(b"old")
    monkeypatch.setattr(files.os, "access", lambda *_: False)
    with pytest.raises(FAILS, match="expected a file that may be written"):
        write(path)
    assert inside(path) == [path.name] and path.read_bytes() == b"old"


def test_a_folder_that_is_not_there_is_named(tmp_path):
    path = tmp_path / "no such folder" / "x"
    with pytest.raises(FileNotFoundError) as caught:
        files.write(path, [b"new"])
    assert caught.value.filename == str(path) and "expected a folder" in str(caught.value)


def test_an_interrupt_leaves_nothing(tmp_path):
    def pieces():
        yield b"new"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        files.write(tmp_path / "x", pieces())
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_too_long_is_the_one_that_the_error_names(tmp_path):
    path = tmp_path / ("x" * 256)
    with pytest.raises(OSError, match="File name too long") as caught:
        files.write(path, [b"new"])
    assert (caught.value.filename, caught.value.filename2) == (str(path), None)
    assert list(tmp_path.iterdir()) == []


def test_a_name_as_long_as_names_may_be_is_written(tmp_path):
    path = tmp_path / ("x" * 255)
    files.write(os.fsencode(path), [b"new"])
    assert path.read_bytes() == b"new"


def test_a_site_keeps_what_is_no_page_and_loses_pages_of_before(tmp_path, monkeypatch):
    (tmp_path / "gone.html").write_text("of before")
    (tmp_path / "notes.txt").write_text("somebody's own")
    monkeypatch.setattr(static_pages, "pages", lambda: {"index.html": "<html>"})
    monkeypatch.setattr(previews, "STORED", tmp_path / "none")
    assert static_pages.write(tmp_path) == [tmp_path / "index.html"]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["index.html", "notes.txt"]


# --- what stands among the files that are read ---------------------------------------------


@pytest.mark.parametrize("kind", SPECIAL)
def test_what_is_no_plain_file_among_answers_is_named_as_what_it_is(tmp_path, kind):
    for file in Path(EXAMPLE).iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    SPECIAL[kind](tmp_path / "extra.json")
    (tmp_path / "notes.txt").write_text("somebody's own")
    said = [str(note) for note in aws.load(tmp_path).report]
    named = f"not read: it is {kind} (extra.json: $)" in said
    assert named is (kind != "a folder")  # what is in a folder is read
    assert "not read: its name does not end in .json (notes.txt: $)" in said


@pytest.mark.parametrize("kind", sorted(set(SPECIAL) - {"a folder"}))
def test_what_is_no_plain_file_is_no_description(tmp_path, kind):
    path = tmp_path / "extra.json"
    SPECIAL[kind](path)
    with pytest.raises(
        aws.LoadError, match=f"extra.json: \\$: {kind}: expected answers of the AWS"
    ):
        aws.load(path)


@pytest.mark.parametrize("name", ["no\nsuch", "no\r\x1b[2Jsuch", "x" * 300, "\udce4"])
@pytest.mark.parametrize("place", ["{}", "{}.json"])
def test_a_strange_folder_gives_one_line(capsys, name, place):
    assert main(["audit", place.format(name)]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and said[:-1].isprintable() and "expected" in said


def test_a_strange_file_name_gives_one_line(tmp_path, capsys):
    (tmp_path / "a\nb.json").write_text("{]")
    assert main(["audit", str(tmp_path)]) == 2
    assert "a\\nb.json: $: line 1, column 2" in capsys.readouterr().err
