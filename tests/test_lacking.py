"""What a browser's Python lacks is one sentence, and the cells below it run on."""

import ssl
import sys

import pytest

from vpcedu import lab, lacking, tls_site
from vpcedu.lacking import Lacking

URL = "https://www.example.com/"


@pytest.fixture
def shell(monkeypatch):
    """IPython, as a browser has it."""
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell()
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    monkeypatch.setattr(sys, "platform", lacking.BROWSER)
    lacking.print_in_notebook()
    monkeypatch.undo()
    yield shell
    InteractiveShell.clear_instance()


def test_a_notebook_in_a_browser_prints_it_and_no_traceback(shell, capsys):
    shell.run_cell("from vpcedu.lacking import Lacking\nraise Lacking('this needs a kitchen')")
    assert capsys.readouterr().out == "Not in a browser: this needs a kitchen.\n"
    shell.run_cell("1 / 0")
    assert "Traceback" in capsys.readouterr().out


def test_anywhere_else_nothing_is_changed(monkeypatch):
    monkeypatch.setattr("IPython.get_ipython", lambda: 1 / 0)
    lacking.print_in_notebook()
    monkeypatch.setattr(sys, "platform", lacking.BROWSER)
    monkeypatch.delitem(sys.modules, "IPython")
    lacking.print_in_notebook()


def test_a_module_ssl_that_can_do_nothing_is_no_module_ssl(monkeypatch):
    """Pyodide's has all names, and raises NotImplementedError when it is to do something."""

    def nothing(*given, **words):
        raise NotImplementedError("SSL is not supported in Pyodide")

    monkeypatch.setattr(ssl.SSLContext, "wrap_bio", nothing)
    with pytest.raises(Lacking, match=r"^TLS needs Python's module ssl"):
        tls_site().get(URL)


@pytest.mark.parametrize("suffix", [".png", ".pdf"])
def test_without_matplotlib_a_file_is_refused_in_a_sentence(monkeypatch, tmp_path, suffix):
    from vpcedu import draw

    picture = draw.ladder(lab.two_hosts().get("http://www.example.com/"))
    for name in ("matplotlib", "matplotlib.figure"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(Lacking, match="need matplotlib"):
        picture.save(tmp_path / ("x" + suffix))
    picture.save(tmp_path / "x.svg")
    assert [path.name for path in tmp_path.iterdir()] == ["x.svg"]
