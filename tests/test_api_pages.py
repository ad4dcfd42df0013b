"""The pages on what modules offer: every module has one, and they load nothing from elsewhere."""

import re

import pytest

import vpcedu
from vpcedu import draw, lab, widgets
from vpcedu.pages import api


@pytest.fixture(scope="module")
def made():
    return {name: data.decode() for name, data in api.pages()}


def test_every_module_has_a_page_but_for_those_that_are_named(made):
    left_out = re.compile(r"(__main__|cli|course|pages|version|(draw|widgets|lab)/.+)\b")
    wanted = set()
    for path in api.PACKAGE.rglob("*.py"):
        name = path.relative_to(api.PACKAGE).as_posix().removesuffix(".py")
        name = name.removesuffix("/__init__")
        if name != "__init__" and not left_out.match(name):
            wanted.add(f"vpcedu/{name}.html")
    assert set(made) == wanted | {"vpcedu.html", "index.html"}
    assert len(wanted) > 150


def test_the_packages_are_as_they_were_once_the_pages_are_made(made):
    assert "vpcedu/draw.html" in made
    assert "Evidence" in widgets.__all__ and "ladder" in draw.__all__
    assert not {"Evidence", "ladder"} & {*vars(widgets), *vars(draw)}


@pytest.mark.parametrize("package", [vpcedu, lab, draw, widgets], ids=lambda one: one.__name__)
def test_every_name_that_a_notebook_uses_is_explained(made, package):
    page = made[f"{package.__name__.replace('.', '/')}.html"]
    assert len(package.__all__) > 5
    for name in package.__all__:
        assert f'id="{name}"' in page or f"vpcedu/{name}.html" in made, name


def test_the_first_page_leads_to_each_with_its_first_sentence(made):
    index = made["index.html"]
    linked = set(re.findall(r'<td><a href="([^"]+)"', index))
    assert linked == set(made) - {"index.html"}
    assert "NAT gateway: lets private hosts open connections to the outside" in index
    assert 'href="../index.html"' in index and 'href="index.html"' not in index


def test_no_page_loads_anything_from_another_host(made):
    for name, page in made.items():
        loaded = re.findall(r'<(?:script|img|link|iframe)[^>]*?(?:src|href)="([^"]*)"', page)
        assert all(address.startswith("data:") for address in loaded), name


def test_links_between_pages_lead_to_pages(made):
    for name, page in made.items():
        folder = name.rpartition("/")[0].split("/") if "/" in name else []
        for address in re.findall(r'href="([^"#:]+\.html)', page):
            if name == "index.html" and address.startswith("../"):
                continue  # the site's own pages
            at = list(folder)
            for part in address.split("/"):
                if part == "..":
                    at.pop()
                elif part != ".":
                    at.append(part)
            assert "/".join(at) in made, (name, address)
