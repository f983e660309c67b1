"""What is public: complete, sorted, documented, and free of Jupyter."""

import importlib
import inspect
import pkgutil
import subprocess
import sys

import leo
import leo.errors
from leo import errors


def test_every_public_name_is_there() -> None:
    """``__all__`` is complete, importable and in order."""
    assert sorted(leo.__all__, key=lambda name: (name.lower(), name)) == sorted(
        {name for name in vars(leo) if not name.startswith("_") and name in leo.__all__},
        key=lambda name: (name.lower(), name),
    )
    for name in leo.__all__:
        assert getattr(leo, name) is not None


def test_every_error_is_public_and_of_one_tree() -> None:
    """Each error can be caught by name, and all of them as LeoError."""
    tree = {name for name, value in vars(errors).items() if inspect.isclass(value)}

    assert tree == set(errors.__all__)
    assert tree <= set(leo.__all__)
    assert all(issubclass(getattr(errors, name), leo.LeoError) for name in tree)
    for name in tree:
        assert name in (errors.__doc__ or ""), f"{name} stands in the tree"


def test_every_file_says_what_it_is_for() -> None:
    """Each module of the package has a docstring, and lists its public names."""
    for found in pkgutil.walk_packages(leo.__path__, "leo."):
        module = importlib.import_module(found.name)
        assert module.__doc__, found.name
        for name in getattr(module, "__all__", ()):
            assert hasattr(module, name), f"{found.name}.{name}"


def test_the_organism_needs_no_jupyter() -> None:
    """Importing leo loads none of the notebook's packages."""
    code = (
        "import sys, leo; print([m for m in ('plotly', 'ipywidgets', 'anywidget', 'IPython',"
        " 'ipykernel', 'nest_asyncio2', 'pandas', 'distributed') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
