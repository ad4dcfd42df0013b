"""Lite: the lessons as notebooks in a browser, in JupyterLite, as a part of the site.

`wheels` fetches what it is made of, from PyPI in frozen versions; `jupyterlite` puts it together,
`bundled` names the licences.
"""
