"""Store golden texts and notebook outputs anew after a change of the package: `python3 start.py refresh`.

Everything is made first and checked; a file is replaced only when its new form is good, and only as a whole.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests import notebook_rules, readme, reference_page  # noqa: E402


def refresh_notebook(path: Path) -> list[str]:
    """Run a notebook and store it; returns what is wrong with it, and then stores nothing."""
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=120, kernel_name="python3",
                            resources={"metadata": {"path": str(path.parent)}}, store_widget_state=False)
    try:
        client.execute()
    except CellExecutionError as error:
        return [str(error)]
    notebook_rules.normalise(notebook)
    found = notebook_rules.problems(notebook)
    if not found:
        nbformat.validate(notebook)
        whole = path.with_suffix(".new")
        nbformat.write(notebook, whole)
        os.replace(whole, path)
    return found


def main(words: list[str]) -> int:
    """Refresh everything, or the notebooks whose names hold one of the words; 1 where something is wrong."""
    if not words:
        from tests import test_golden

        test_golden.write_all()
        reference_page.write()
        readme.write()
    bad = 0
    for path in notebook_rules.NOTEBOOKS:
        if words and not any(word in path.name for word in words):
            continue
        found = refresh_notebook(path)
        bad += bool(found)
        print(f"{path.name}: {'stored' if not found else 'NOT stored'}")
        for what in found:
            print(f"  {what}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
