"""How Sphinx makes the book."""

from importlib.metadata import version as version_of

project = "Leo"
author = "the makers of Leo"
copyright = author  # noqa: A001
version = release = version_of("leo-organism")

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]
html_theme = "furo"
html_title = "Leo"
html_static_path = ["_static"]
templates_path = ["templates"]

nb_execution_mode = "off"  # they were executed before, with their figures on paper
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
napoleon_google_docstring = False
napoleon_use_ivar = True  # else a dataclass would name its fields twice
