"""The connection to a file, its thread, and the end of both when their event loop has ended."""

import asyncio
import threading
import zlib
from pathlib import Path

import aiosqlite

from leo.store.looking import MISREAD, store_error

__all__ = ["connected", "ended"]

BUSY_MS = 5_000
"""How long SQLite waits for a reader that holds the file."""


async def connected(uri: str, path: Path) -> aiosqlite.Connection:
    """Connect to a file.

    Raises
    ------
    StoreError
        If that cannot be done; the message names the path.
    """
    connection = aiosqlite.connect(
        uri,
        uri=True,
        isolation_level=None,
        timeout=BUSY_MS / 1000,
        check_same_thread=False,  # its own thread uses it, unless that has ended
    )
    _let_interpreter_exit(connection)
    try:
        opened = await connection
        await opened.create_function("inflated", 1, _inflated, deterministic=True)
    except MISREAD as error:
        await connection.close()
        raise store_error(path, error) from error
    return opened


def _inflated(packed: bytes | None) -> str | None:
    return None if packed is None else zlib.decompress(packed).decode()


def _let_interpreter_exit(connection: aiosqlite.Connection) -> None:
    # A Leo that somebody forgot to close must not keep Python from ending. The library starts
    # a plain thread (up to 0.21 the connection is that thread); a daemon is left behind at exit,
    # which is safe: what was committed is on disk, and SQLite drops what was not.
    _thread_of(connection).daemon = True


def _thread_of(connection: aiosqlite.Connection) -> threading.Thread:
    return connection if isinstance(connection, threading.Thread) else connection._thread


async def ended(connection: aiosqlite.Connection) -> None:
    """Close a connection whose event loop has ended.

    When its thread has something for that loop it finds it closed, and dies; then it answers
    nobody any more, and what it held is closed without it.
    """
    thread, held = _thread_of(connection), connection._connection
    if thread.is_alive():
        dead = asyncio.ensure_future(asyncio.to_thread(thread.join))
        closing = asyncio.ensure_future(connection.close())
        await asyncio.wait((dead, closing), return_when=asyncio.FIRST_COMPLETED)
        while not closing.done():
            closing.cancel()  # more than once: it waits for the thread in its ``finally``, too
            await asyncio.sleep(0)
        await asyncio.gather(dead, closing, return_exceptions=True)  # a failure comes up below
    if held is not None:
        await asyncio.to_thread(held.close)
        connection._connection = None
