"""Processes that do pure work or read, while this one writes; load gives them the blocks of a file.

They are started afresh, so none inherits a database connection or an open transaction, and each reads the keyring from
its file, as every process of the installation does. When this process is killed, they find their pipe closed and end.
"""

import signal
from collections.abc import Callable, Generator, Iterable, Sequence
from importlib import import_module
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Thread
from traceback import extract_tb
from types import TracebackType
from typing import Any, Self

import django
from django.db import connection

# Tasks that each process has at once: one it works on, and answers that wait while this process writes for longer.
_AHEAD = 3
# What a worker does for a task, by the path of a callable that is made once with the arguments of all tasks.
Answer = Callable[[Any], Any]


class WorkerFailed(Exception):
    """A worker process ended, or raised; says where, and never with what values."""


class Workers:
    """`count` processes, each with a `maker(*arguments)` that answers tasks. With 0 it is this process that answers."""

    def __init__(self, *, count: int, maker: str, arguments: Sequence[Any]) -> None:
        self._pipes: list[Connection] = []
        self._processes: list[Any] = []
        self._here: Answer | None = None if count else _made(maker, arguments)
        spawned = get_context("spawn")
        for _ in range(count):
            ours, theirs = spawned.Pipe()
            process = spawned.Process(
                target=work,
                args=(theirs, maker, tuple(arguments), connection.settings_dict["NAME"]),
                daemon=True,
            )
            process.start()
            theirs.close()
            self._pipes.append(ours)
            self._processes.append(process)

    @property
    def ahead(self) -> bool:
        """Whether tasks are answered before what was answered for the ones before them is done."""
        return self._here is None

    def __enter__(self) -> Self:
        """For `with Workers(...) as workers`."""
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """The processes end with their pipes."""
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.join(5)
            if process.exitcode is None:
                process.kill()
                process.join()

    def answers(self, tasks: Iterable[Any]) -> Generator[Any]:
        """The answer to each task, in order; each process works some tasks ahead. Raises WorkerFailed."""
        if self._here is not None:
            yield from map(self._here, tasks)
            return
        ahead, waiting = iter(tasks), []
        # A few for each, and the next one only once an answer was taken, so that no more answers than these lie in memory.
        for pipe, task in zip(self._pipes * _AHEAD, islice(ahead, len(self._pipes) * _AHEAD), strict=False):
            pipe.send(task)
            waiting.append(pipe)
        try:
            while waiting:
                pipe = waiting.pop(0)
                answer = _received(pipe)
                for task in islice(ahead, 1):
                    pipe.send(task)
                    waiting.append(pipe)
                yield answer
        finally:
            for pipe in waiting:  # what nobody asks for any more
                _received(pipe)


def _received(pipe: Connection) -> Any:
    try:
        good, answer = pipe.recv()
    except EOFError:
        raise WorkerFailed("A worker process ended.") from None
    if not good:
        raise WorkerFailed(answer)
    return answer


def work(pipe: Connection, maker: str, arguments: tuple[Any, ...], database: str) -> None:
    """The life of a worker process."""
    # Ctrl-C is for the process that writes; this one ends when that one does.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    django.setup()
    connection.settings_dict["NAME"] = database  # a test has its own
    answer: Answer | None = None
    # An answer is longer than a pipe: it waits in a thread until it is taken, and the next task is begun meanwhile.
    replies: SimpleQueue[tuple[bool, Any]] = SimpleQueue()
    Thread(target=_send, args=(pipe, replies), daemon=True).start()
    while True:
        try:
            task = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            answer = answer or _made(maker, arguments)
            reply = (True, answer(task))
        except Exception as error:  # noqa: BLE001 - printed here, its text might quote a row; its kind and place go to the writer
            where = extract_tb(error.__traceback__)[-1]
            reply = (False, f"{type(error).__name__} in {where.filename}:{where.lineno}")
        replies.put(reply)


def _send(pipe: Connection, replies: SimpleQueue[tuple[bool, Any]]) -> None:
    """Whoever asked is given each answer when it wants it, or is gone."""
    try:
        while True:
            pipe.send(replies.get())
    except OSError:
        return


def _made(maker: str, arguments: Sequence[Any]) -> Answer:
    module, _, name = maker.rpartition(".")
    made: Answer = getattr(import_module(module), name)(*arguments)
    return made
