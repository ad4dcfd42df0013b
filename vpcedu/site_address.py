"""Site address: where the course's pages can be opened in a browser.

`python3 start.py site` makes the pages. As long as nobody has published them, links lead to the
reader's own machine, and the documents say "not published yet". To publish: set `PUBLISHED`, then
`python3 start.py refresh`, which renews README.md.
"""

PUBLISHED = False
ADDRESS = "https://vpcedu.github.io/vpcedu/"  # of GitHub Pages for the repository
LOCAL = "http://localhost:8000/"  # after `python3 -m http.server -d build/site`
SITE = ADDRESS if PUBLISHED else LOCAL  # what a link to a page begins with
