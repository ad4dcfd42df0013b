"""Store golden texts and notebook outputs anew after a change: `python3 start.py refresh`.

Everything is made first and checked; a file is replaced only when its new form is good, and only as
a whole. Ends with 1 where a notebook breaks a rule (then it is not stored), and where one was
stripped or stale (then it has been mended): so a second run tells whether all is well now.
"""

from __future__ import annotations

import copy
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests import notebook_rules, preview_cards, readme, reference_page  # noqa: E402
from vpcedu.pages import course_pages  # noqa: E402


def refresh_notebook(path: Path) -> tuple[bool, list[str]]:
    """Run a notebook; store it if it keeps the rules.

    Returns whether it was stored, and what was or is wrong with it.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    notebook = nbformat.read(path, as_version=4)
    before = copy.deepcopy(notebook)
    client = NotebookClient(
        notebook,
        timeout=120,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        store_widget_state=False,
    )
    try:
        client.execute()
    except CellExecutionError as error:
        return False, [str(error)]
    notebook_rules.normalise(notebook)
    found = notebook_rules.problems(notebook)
    if found:
        return False, found
    nbformat.validate(notebook)
    whole = path.with_suffix(".new")
    nbformat.write(notebook, whole)
    os.replace(whole, path)
    return True, notebook_rules.stale(before, notebook)


def main(words: list[str], paths: list[Path] = notebook_rules.NOTEBOOKS) -> int:
    """Refresh everything, or the notebooks whose names hold one of the words.

    Returns 1 where something is or was wrong.
    """
    bad = 0
    for path in paths:
        if words and not any(word in path.name for word in words):
            continue
        stored, found = refresh_notebook(path)
        bad += bool(found)
        print(f"{path.name}: {'NOT stored' if not stored else 'mended' if found else 'stored'}")
        for what in found:
            print(f"  {what}{' before; stored anew' if stored else ''}")
    if not words:
        from rigs import linked

        from tests import test_golden

        test_golden.write_all()
        linked.write_all()
        reference_page.write()
        readme.write()
        course_pages.write()
        preview_cards.write()
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
