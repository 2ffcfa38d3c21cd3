"""Starts Wapiti, in its own environment, so that it survives its own time limits; scan_tools.py calls this with its Python.

At the end of --max-scan-time and --max-attack-time it cancels whatever runs. Where that was at its SQLite file, a transaction or
a half-read list stayed open, and the next writer ended the whole scan without a report: "database is locked". Here what was
begun is written, and read, to the end, and whoever waits for the file waits a minute, not five seconds.
"""

import asyncio
import inspect
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from functools import partial, wraps
from typing import Any

from wapitiCore.main.wapiti import wapiti_asyncio_wrapper  # type: ignore[import-not-found]  # a tool, and no part of our lock
from wapitiCore.net import sql_persister  # type: ignore[import-not-found]

Method = Callable[..., Coroutine[Any, Any, Any]]


def to_the_end(method: Method) -> Method:
    """Whoever waits for it may be cancelled; it is not."""

    @wraps(method)
    async def shielded(*args: Any, **kwargs: Any) -> Any:
        return await asyncio.shield(asyncio.ensure_future(method(*args, **kwargs)))

    return shielded


def read_first(method: Callable[..., AsyncIterator[Any]]) -> Callable[..., AsyncIterator[Any]]:
    """The whole list before its first row is used: nobody leaves it half-read."""

    async def everything(*args: Any, **kwargs: Any) -> list[Any]:
        return [row async for row in method(*args, **kwargs)]

    @wraps(method)
    async def reading(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        for row in await to_the_end(everything)(*args, **kwargs):
            yield row

    return reading


sql_persister.create_async_engine = partial(sql_persister.create_async_engine, connect_args={"timeout": 60})
for name, method in list(vars(sql_persister.SqlPersister).items()):
    if inspect.iscoroutinefunction(method):
        setattr(sql_persister.SqlPersister, name, to_the_end(method))
    elif inspect.isasyncgenfunction(method):
        setattr(sql_persister.SqlPersister, name, read_first(method))

sys.exit(wapiti_asyncio_wrapper())
