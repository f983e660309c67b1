"""The source itself: nothing that runs a text, and no way out of the Leo's folder."""

import ast
import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from leo import StoreError
from leo_widgets import Chat
from leo_widgets.page import save_html
from tests.conftest import Open
from tests.widgets import conftest as _loaded  # plotly, whose loading reads files

assert _loaded

ROOT = Path(__file__).parents[2]
SOURCES = sorted([*ROOT.glob("leo/**/*.py"), *ROOT.glob("leo_widgets/**/*.py")])

MODULES = frozenset(
    "pickle cPickle dill cloudpickle joblib marshal shelve code codeop pty ctypes cffi runpy "
    "xmlrpc socketserver http.server urllib.request http.client ftplib smtplib telnetlib requests "
    "httpx webbrowser subprocess multiprocessing".split()
)
"""Modules that load code out of data, run programs, or call elsewhere."""

CALLS = frozenset(
    "eval exec compile __import__ os.system os.popen os.execv os.execve os.spawnv os.fork "
    "os.startfile asyncio.create_subprocess_exec asyncio.create_subprocess_shell "
    "builtins.eval builtins.exec numpy.load np.load yaml.load breakpoint input "
    "asyncio.open_connection asyncio.start_server".split()
)

ALLOWED = {
    ("leo/terminal/lab.py", "subprocess"),  # leo lab starts JupyterLab, with no word of a user
    ("leo/terminal/observing.py", "subprocess"),  # leo observe draws a page of its own run
    ("leo/terminal/lines.py", "input"),  # a talk in a terminal
    # a caller sends his own code to workers of his own, as everything that goes there
    ("leo/population/cluster.py", "cloudpickle"),
    ("leo/population/living.py", "pickle"),
}
"""Where something of it has its place, and why."""

IMPORTED = {
    "leo/exporting/sinks.py": {"pyarrow", "pyarrow.parquet"},
    "leo/population/populating.py": {"pandas"},
    "leo/terminal/lines.py": {"readline"},
    "leo_widgets/__init__.py": {"leo_widgets.figures", "_HOMES[name]"},
}
"""What is imported by name while the program runs; never what somebody said."""


def trees() -> Iterator[tuple[str, ast.Module]]:
    """Read every file of both packages."""
    for file in SOURCES:
        yield file.relative_to(ROOT).as_posix(), ast.parse(file.read_text(encoding="utf-8"))


def imports(tree: ast.AST) -> Iterator[str]:
    """Give the modules that are imported, anywhere in a file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{one.name}" for one in node.names)


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Give what is called, by its dotted name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def test_nothing_runs_a_text() -> None:
    """No pickle, no eval, no shell, no connection to elsewhere, in any file of both packages."""
    assert len(SOURCES) > 150
    found = [(file, one) for file, tree in trees() for one in imports(tree) if one in MODULES]
    found += [(file, one) for file, tree in trees() for one, _ in calls(tree) if one in CALLS]
    assert set(found) - ALLOWED == set()


def test_the_test_itself_would_see_it() -> None:
    """What is looked for is found in a file that has it, wherever it stands."""
    tree = ast.parse("def f():\n    from pickle import loads\n    os.system(eval('1'))\n")
    assert "pickle" in set(imports(tree)) & MODULES
    assert {name for name, _ in calls(tree)} & CALLS == {"eval", "os.system"}


def test_no_shell_and_no_module_by_a_name_that_somebody_said() -> None:
    """Programs are started without a shell; what is imported by name stands in the source."""
    for file, tree in trees():
        for name, call in calls(tree):
            shell = [one for one in call.keywords if one.arg == "shell"]
            assert not shell, (file, call.lineno)
            if name.endswith("import_module"):
                wanted = call.args[0]
                told = wanted.value if isinstance(wanted, ast.Constant) else ast.unparse(wanted)
                assert told in IMPORTED.get(file, set()), (file, told)


IN_SQL = frozenset(
    "APPLICATION_ID BODY LOG_BYTES MOST VERSION _name(table) all_of_them column marks name names "
    "number oldest places self.key self.table table table.name where words".split()
) | {"', '.join(lines)", "', '.join(columns)", "', '.join(COLUMNS)"}
"""What stands in braces in SQL: columns, tables and marks of the source, and quoted names."""


def test_sql_is_never_put_together_from_what_somebody_said() -> None:
    """In an SQL text only names of the source stand in braces: every value is a parameter."""
    braces: set[tuple[str, str]] = set()
    for file, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr) and _is_sql(node):
                inner = (one for one in node.values if isinstance(one, ast.FormattedValue))
                braces |= {(file, ast.unparse(one.value)) for one in inner}
    assert {one for one in braces if one[1] not in IN_SQL} == set()


def _is_sql(node: ast.JoinedStr) -> bool:
    text = "".join(str(one.value) for one in node.values if isinstance(one, ast.Constant))
    begins = ("SELECT ", "INSERT ", "UPDATE ", "DELETE ", "CREATE ", "DROP ", "PRAGMA ", "ALTER ")
    return text.lstrip().startswith(begins)


def below(folder: Path) -> set[str]:
    """List every file below a folder."""
    files = (one for one in folder.rglob("*") if one.is_file())
    return {one.relative_to(folder).as_posix() for one in files}


async def test_a_path_that_is_given_is_the_path_that_is_written(make: Open, path: Path) -> None:
    """The dots of a path lead where they lead, and nowhere else: one file for each call."""
    home, top = path.parent / "home" / "inner", path.parent
    async with make(home / "leo.db", modules=[]) as leo:
        await leo.turn("../../etc/passwd is a path, and leo.db too.")
        before = await asyncio.to_thread(below, top)
        await leo.export(home / "../a.db")
        await leo.copy(home / "../../b.db")
        await save_html(home / "../c.html", leo.turns)
        with pytest.raises(StoreError):
            await leo.copy(home / "../../b.db")
        assert await asyncio.to_thread(below, top) - before == {"home/a.db", "b.db", "home/c.html"}


async def test_a_leo_writes_into_his_folder_only(make: Open, tmp_path: Path) -> None:
    """Whatever is said to him, the files of his life stand beside his own and have its name."""
    async with make(tmp_path / "home" / "leo.db") as leo:
        for prompt in ("My name is ../../evil. Who is it?", "file:///etc/passwd", "\0/../x"):
            await leo.turn(prompt)
        await leo.observe("../../evil")
    found = await asyncio.to_thread(below, tmp_path)
    assert {one for one in found if not one.startswith("home/leo.db")} == set()


async def test_a_new_leo_of_a_chat_stands_beside_the_one_before(make: Open, path: Path) -> None:
    """The button of the chat makes a file in the same folder; its name comes from no browser."""
    odd = path.with_name("..%2f..\nleo-7.db")
    async with make(odd, modules=[]) as leo:
        chat = Chat(leo, pace=0)
        met = await chat.meet()
        assert met.path.parent == odd.parent
        await met.aclose()
        chat.close()
