"""The pictures that a message shows of a page that is shared, in docs/previews.

One for each lesson, and one for all other pages.
"""

from __future__ import annotations

import json

from vpcedu import files
from vpcedu.draw import Picture
from vpcedu.pages import front, previews, static_pages, texts


def cards() -> dict[str, Picture]:
    """Every picture by its file's name."""
    told = {front.FILE: (front.TITLE, front.ABOUT)}
    for path in sorted(texts.FOLDER.glob("*.ipynb")):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        name = path.stem + ".html"
        words = static_pages.about(notebook) or static_pages.ABOUT[name]
        told[name] = (static_pages.title_of(notebook), words)
    return {name.replace(".html", ".png"): previews.card(*words) for name, words in told.items()}


def write() -> None:
    """Renew the folder."""
    previews.STORED.mkdir(exist_ok=True)
    for name, card in cards().items():
        files.write(previews.STORED / name, [card.png()])


if __name__ == "__main__":
    write()
