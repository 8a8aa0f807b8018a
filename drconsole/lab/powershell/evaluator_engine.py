"""The engine that needs no PowerShell: processes of simulated hosts, interpreted in threads."""

from __future__ import annotations

import asyncio
import codecs
import queue
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError, ThreadPoolExecutor
from typing import Any

from drconsole.lab.hyperv.call import Call, Gone, World

from .command_line import CommandLineError, parse
from .evaluator.console import error_lines, printed
from .evaluator.errors import ScriptError
from .evaluator.frame import Frame, Place, Run, Stopped
from .evaluator.refusal import Refused
from .evaluator.session import run_text
from .evaluator.signatures import signatures
from .evaluator.values import Value
from .evaluator.wire import from_seam, to_seam
from .process import Output, Process, Start

THREADS = 64
"""Processes that run at once; more wait for their turn."""
_END = None


class EvaluatorEngine:
    """Start processes for ``powershell.exe`` command lines on the evaluator.

    ``trace`` collects which statements of which script texts were executed, over all processes.
    """

    def __init__(self, world: World, loop: asyncio.AbstractEventLoop) -> None:
        self.world = world
        self.loop = loop
        self.trace: dict[str, set[Place]] = {}
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="evaluator")
        self._running: set[EvaluatorProcess] = set()

    async def start(self, start: Start, output: Output) -> Process:
        """Start a process; its output goes to ``output`` until ``exited``."""
        process = EvaluatorProcess(self, start, output)
        self._running.add(process)
        self._pool.submit(process.run)
        return process

    async def close(self) -> None:
        """Kill all processes and release their threads."""
        for process in list(self._running):
            process.kill()
        await asyncio.to_thread(self._pool.shutdown)

    def forget(self, process: EvaluatorProcess) -> None:
        """Take note that a process has ended."""
        self._running.discard(process)
        for text, places in process.trace.items():
            self.trace.setdefault(text, set()).update(places)


class EvaluatorProcess:
    """One process: its script runs in a thread of the pool; the methods of the seam return at once."""

    def __init__(self, engine: EvaluatorEngine, start: Start, output: Output) -> None:
        self.trace: dict[str, set[Place]] = {}
        self._engine = engine
        self._start = start
        self._output = output
        self._input: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._killed = threading.Event()
        self._call: Any = None

    def feed(self, data: bytes) -> None:
        """Take bytes for its standard input."""
        self._input.put(data)

    def close_input(self) -> None:
        """End its standard input."""
        self._input.put(_END)

    def kill(self) -> None:
        """End it: its thread is released, whatever it waits for."""
        self._killed.set()
        self._input.put(_END)
        call = self._call
        if call is not None:
            call.cancel()

    def stopped(self) -> bool:
        """Tell whether it was killed."""
        return self._killed.is_set()

    def run(self) -> None:
        """Run the script to its end; called in a thread of the pool."""
        code = 1
        try:
            code = self._run()
        except Stopped:
            code = 1
        except Refused as refusal:
            self._write("stderr", f"{refusal}\r\n")
        except RecursionError:
            self._write("stderr", f"{Refused('a script nested too deep')}\r\n")
        except Exception as failure:
            self._write("stderr", f"{Refused(f'the evaluator failed: {failure!r}')}\r\n")
            raise
        finally:
            self._engine.forget(self)
            self._output.exited(code)

    def _run(self) -> int:
        """Read the command line and run its text."""
        try:
            invocation = parse(self._start.command_line)
            text = invocation.text
        except CommandLineError as error:
            raise Refused(f"the command line: {error}") from None
        run = Run(self, lambda error: self._write("stderr", error_lines(error)))
        self.trace = run.trace
        return run_text(run, text, self._lines, lambda value: self._write("stdout", printed(value)))

    def _lines(self) -> list[str]:
        """Wait for the end of standard input and return its lines."""
        data = b""
        while (piece := self._input.get()) is not _END:
            data += piece
        if self.stopped():
            raise Stopped
        text = data.decode(_codec(self._start.codepage), "replace")
        lines = text.replace("\r\n", "\n").split("\n")
        return lines[:-1] if lines[-1] == "" else lines

    def _write(self, stream: str, text: str) -> None:
        """Write text in the shell's code page."""
        if text:
            self._output.write(stream, text.encode(_codec(self._start.codepage), "replace"))

    def call(self, cmdlet: str, parameter_set: str, bound: dict[str, Value], frame: Frame) -> None:
        """Run a cmdlet of the simulated host and take its items in this thread."""
        call = Call(
            self._start.host, cmdlet, parameter_set, {name: to_seam(value) for name, value in bound.items()}
        )
        link = _Link(self._engine.loop)
        future = asyncio.run_coroutine_threadsafe(self._engine.world.run(call, link), self._engine.loop)
        self._call = future
        future.add_done_callback(lambda _: link.items.put(None))
        try:
            if self.stopped():
                raise Stopped
            self._take(link, frame, cmdlet)
            result = future.result()
        except (CancelledError, Gone):
            raise Stopped from None
        finally:
            self._call = None
            future.cancel()
        if result["is"] == "fatal":
            raise _error(result, cmdlet)

    def _take(self, link: _Link, frame: Frame, cmdlet: str) -> None:
        """Take the items of an answer until it ends; whoever asked waits for each."""
        while (entry := link.items.get()) is not None:
            if self.stopped():
                raise Stopped
            item, answer = entry
            try:
                reply = self._one(item, frame, cmdlet)
            except BaseException:
                link.reply(answer, None)
                raise
            link.reply(answer, reply)

    def _one(self, item: Mapping[str, Any], frame: Frame, cmdlet: str) -> bool:
        """Take one item; questions are answered as without a user: acts go on, prompts are refused."""
        kind = item["is"]
        if kind == "object":
            frame.emit(from_seam(item["object"], self._engine.world.note_unmodelled))
        elif kind == "error":
            error = _error(item, cmdlet)
            frame.tell(error)
        elif kind == "warning":
            self._write("stdout", f"WARNING: {item['text']}\r\n")
        elif kind == "continue":
            raise Refused("a prompt without a user")
        return True


def _error(item: Mapping[str, Any], cmdlet: str) -> ScriptError:
    """Make the error of an item or a result; its id ends in the cmdlet's class, as PowerShell makes it."""
    error_id = f"{item['id']},{signatures()[cmdlet.lower()].suffix}"
    return ScriptError(error_id, item["category"], item["text"], item["exception"])


def _codec(codepage: int) -> str:
    """Return Python's codec for a Windows code page.

    Raises:
        Refused: there is none.
    """
    name = "utf-8" if codepage == 65001 else f"cp{codepage}"
    try:
        return codecs.lookup(name).name
    except LookupError:
        raise Refused(f"the code page {codepage}") from None


class _Link:
    """The sink of one call: hands items from the loop to the thread, and answers back."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.items: queue.SimpleQueue[tuple[Mapping[str, Any], asyncio.Future[bool] | None] | None] = (
            queue.SimpleQueue()
        )
        self._loop = loop

    async def tell(self, item: Mapping[str, Any]) -> None:
        """Hand an item over."""
        self.items.put((item, None))

    async def ask(self, item: Mapping[str, Any]) -> bool:
        """Hand an item over and wait until it was taken."""
        answer: asyncio.Future[bool] = self._loop.create_future()
        self.items.put((item, answer))
        return await answer

    def reply(self, answer: asyncio.Future[bool] | None, value: bool | None) -> None:
        """Answer from the thread; None says that the pipeline ended."""
        if answer is not None:
            self._loop.call_soon_threadsafe(_settle, answer, value)


def _settle(answer: asyncio.Future[bool], value: bool | None) -> None:
    """Settle an answer in the loop, unless its call was given up."""
    if answer.done():
        return
    if value is None:
        answer.set_exception(Gone())
    else:
        answer.set_result(value)


__all__ = ["Callable", "EvaluatorEngine"]
