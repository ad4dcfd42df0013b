"""Alive: what a page of the site needs to run its lesson in the browser, and how it is built.

`stand_in` and `cells` run in the browser, under Pyodide in a worker; `worker.js` starts them, and
`page.js` makes the elements of the page. `runtime` brings Pyodide from npm, `pack` puts together
what a page loads, `lesson_pages` writes the pages.
"""
