"""Waiting for something slow without holding up the screen, nor the end of the console."""

from __future__ import annotations

import threading
from asyncio import AbstractEventLoop, Future, get_running_loop
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TypeVar

T = TypeVar("T")


async def in_thread(do: Callable[[], T]) -> T:
    """Do something in a thread of its own, and give what it gives.

    Not in the loop's pool: that has few threads, and the console would wait for them when it is left.
    """
    loop = get_running_loop()
    result: Future[T] = loop.create_future()

    def work() -> None:
        try:
            done = do()
        except BaseException as error:
            _tell(loop, partial(_fail, result, error))
        else:
            _tell(loop, partial(_finish, result, done))

    threading.Thread(target=work, name="desk", daemon=True).start()
    return await result


def _tell(loop: AbstractEventLoop, say: Callable[[], None]) -> None:
    # The loop is closed when the console was left meanwhile.
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(say)


def _finish(result: Future[T], done: T) -> None:
    if not result.cancelled():
        result.set_result(done)


def _fail(result: Future[T], error: BaseException) -> None:
    if not result.cancelled():
        result.set_exception(error)
