"""The engine that needs no PowerShell: processes of simulated hosts, interpreted in threads."""

from __future__ import annotations

import asyncio
import codecs
import logging
import queue
import threading
from collections.abc import Mapping
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from typing import Any

from drconsole.lab.hyperv.call import Call, Gone, World

from .command_line import CommandLineError, parse
from .evaluator.console import error_lines, printed
from .evaluator.errors import ScriptError
from .evaluator.frame import Frame, Place, Run, Stopped
from .evaluator.questions import OWN_PARAMETERS, Questions
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
        self._calls: set[Future[dict[str, Any]]] = set()

    async def start(self, start: Start, output: Output) -> Process:
        """Start a process; its output goes to ``output`` until ``exited``."""
        process = EvaluatorProcess(self, start, output)
        self._running.add(process)
        process.submitted(self._pool.submit(process.run))
        return process

    async def close(self) -> None:
        """Kill all processes, end their calls and release the threads."""
        for process in list(self._running):
            process.kill()
        for call in list(self._calls):
            call.cancel()
        await asyncio.to_thread(self._pool.shutdown)

    def ended(self, process: EvaluatorProcess) -> None:
        """Take note that a process has ended."""
        self._running.discard(process)
        for text, places in process.trace.items():
            self.trace.setdefault(text, set()).update(places)

    def ask_world(self, call: Call, link: _Link) -> Future[dict[str, Any]]:
        """Begin a call in the loop; called in a process's thread."""
        future = asyncio.run_coroutine_threadsafe(self.world.run(call, link), self.loop)
        self._calls.add(future)
        future.add_done_callback(self._calls.discard)
        future.add_done_callback(lambda _: link.items.put(None))
        return future

    def note_unmodelled(self, what: str) -> None:
        """Let the world remember, in the loop, what the model does not have."""
        self.loop.call_soon_threadsafe(self.world.note_unmodelled, what)


class EvaluatorProcess:
    """One process: its script runs in a thread of the pool; the methods of the seam return at once."""

    def __init__(self, engine: EvaluatorEngine, start: Start, output: Output) -> None:
        self.trace: dict[str, set[Place]] = {}
        self._engine = engine
        self._start = start
        self._output = output
        self._input: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._killed = threading.Event()
        self._link: _Link | None = None
        self._job: Future[None] | None = None

    def submitted(self, job: Future[None]) -> None:
        """Take the place in the pool's queue."""
        self._job = job

    def feed(self, data: bytes) -> None:
        """Take bytes for its standard input."""
        self._input.put(data)

    def close_input(self) -> None:
        """End its standard input."""
        self._input.put(_END)

    def kill(self) -> None:
        """End it: its thread is released, whatever it waits for. What the host was told to do goes on."""
        self._killed.set()
        self._input.put(_END)
        link = self._link
        if link is not None:
            link.close()
        if self._job is not None and self._job.cancel():
            self._engine.ended(self)
            self._output.exited(1)

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
            self._write("stderr", f"{Refused('calls nested too deep')}\r\n")
        except Exception as failure:
            logging.getLogger(__name__).exception("the evaluator failed")
            self._write("stderr", f"{Refused(f'the evaluator failed: {failure!r}')}\r\n")
        finally:
            self._engine.ended(self)
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
        questions = Questions(cmdlet, bound)
        values = {name: to_seam(value) for name, value in bound.items() if name not in OWN_PARAMETERS}
        self._link = link = _Link(self._engine.loop)
        future = self._engine.ask_world(Call(self._start.host, cmdlet, parameter_set, values), link)
        try:
            self._take(link, cmdlet, frame, questions)
            result = future.result()
        except (CancelledError, Gone):
            raise Stopped from None
        except (ScriptError, Refused):
            if not link.told_gone:
                future.cancel()
            raise
        finally:
            link.close()
            self._link = None
        if result["is"] == "fatal":
            raise _error(result, cmdlet)

    def _take(self, link: _Link, cmdlet: str, frame: Frame, questions: Questions) -> None:
        """Take the items of an answer until it ends; whoever asked waits for each."""
        if self.stopped():
            raise Stopped
        while (entry := link.items.get()) is not None:
            item, answer = entry
            try:
                if self.stopped():
                    raise Stopped
                value = self._one(item, cmdlet, frame, questions)
            except BaseException:
                link.reply(answer, None)
                raise
            link.reply(answer, value)
        if self.stopped():
            raise Stopped

    def _one(self, item: Mapping[str, Any], cmdlet: str, frame: Frame, questions: Questions) -> bool:
        """Take one item; the answer where it is a question.

        Raises:
            ScriptError: the preferences make an error of it, or nobody is there to answer.
        """
        kind = item["is"]
        if kind == "object":
            frame.emit(from_seam(item["object"], self._engine.note_unmodelled))
        elif kind == "error":
            frame.tell(_error(item, cmdlet))
        elif kind == "warning":
            if frame.shows("warningpreference"):
                self._write("stdout", f"WARNING: {item['text']}\r\n")
        elif kind == "verbose":
            if frame.shows("verbosepreference"):
                self._write("stdout", f"VERBOSE: {item['text']}\r\n")
        elif kind == "process":
            return questions.should_process(item, lambda text: self._write("stdout", text))
        elif kind == "continue":
            return questions.should_continue()
        else:
            raise Refused(f"an item of the host: {kind}")
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
        self.told_gone = False
        self._loop = loop
        self._waiting: set[asyncio.Future[bool]] = set()
        self._closed = False

    async def tell(self, item: Mapping[str, Any]) -> None:
        """Hand an item over."""
        self.items.put((item, None))

    async def ask(self, item: Mapping[str, Any]) -> bool:
        """Hand an item over and wait until it was taken."""
        if self._closed:
            raise Gone
        answer: asyncio.Future[bool] = self._loop.create_future()
        self._waiting.add(answer)
        self.items.put((item, answer))
        try:
            return await answer
        finally:
            self._waiting.discard(answer)

    def reply(self, answer: asyncio.Future[bool] | None, value: bool | None) -> None:
        """Answer from the thread: taken (for questions, yes or no), or None: the pipeline has ended."""
        if answer is not None:
            self.told_gone = self.told_gone or value is None
            self._loop.call_soon_threadsafe(_settle, answer, value)

    def close(self) -> None:
        """Take nothing more: the thread wakes up, and whoever waits hears that nobody listens."""
        self.items.put(None)
        self._loop.call_soon_threadsafe(self._end)

    def _end(self) -> None:
        """Close in the loop."""
        self._closed = True
        for answer in self._waiting:
            _settle(answer, None)


def _settle(answer: asyncio.Future[bool], value: bool | None) -> None:
    """Settle an answer in the loop, unless its call was given up."""
    if answer.done():
        return
    if value is None:
        answer.set_exception(Gone())
    else:
        answer.set_result(value)
