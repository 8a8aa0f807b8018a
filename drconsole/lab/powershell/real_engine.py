"""The second engine: a real PowerShell process for every ``powershell.exe`` that a client starts."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drconsole.lab.hyperv.call import World
from drconsole.lab.powershell.command_line import CommandLineError, Invocation, Source, parse
from drconsole.lab.powershell.process import Output, Process, Start
from drconsole.lab.powershell.proxy.build import Build, BuildError, ensure
from drconsole.lab.powershell.proxy.channel import SILENCE_MS, Admission, Channel
from drconsole.lab.powershell.proxy.child import Child, Refusal
from drconsole.lab.powershell.proxy.environment import environment, refused

HOOK_S = 30.0
"""Longest wait for a new process to say that its hook holds, on a very busy machine."""

NOT_IN_7 = ("sta", "mta", "executionpolicy", "windowstyle", "version", "psconsolefile")
"""Parameters of Windows PowerShell that mean nothing to 7 on this machine, or that it does not have."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What a started PowerShell said of its hook: version, built-ins exchanged and built-ins refused."""

    shell: Path
    version: str
    shadowed: int
    refused: int

    def __str__(self) -> str:
        return (
            f"PowerShell {self.version} at {self.shell}: the start-up hook holds,"
            f" {self.shadowed} built-in cmdlets answer for the simulated host, {self.refused} are refused"
        )


class Kept:
    """An ``Output`` that keeps what a process said."""

    def __init__(self) -> None:
        self.said = bytearray()
        self.code: int | None = None

    def write(self, stream: str, data: bytes) -> None:
        """Keep it."""
        self.said += data

    def exited(self, code: int) -> None:
        """Keep the code."""
        self.code = code


class RealEngine:
    """Implements ``process.Engine``. All methods belong to the lab's loop.

    ``open`` compiles and listens, ``prove`` shows that the hook holds; ``start`` opens by itself.

    Args:
        world: the model that all processes call.
        pwsh: a PowerShell 7 program.
        cache: folder of compiled proxies; by default in the user's cache folder.
    """

    def __init__(self, world: World, pwsh: Path, cache: Path | None = None) -> None:
        self.world = world
        self._pwsh = pwsh.resolve()
        self._cache = cache
        self._channel = Channel(world)
        self._children: set[Child] = set()
        self._opening = asyncio.Lock()
        self._build: Build | None = None
        self._home: tempfile.TemporaryDirectory[str] | None = None
        self._closed = False

    async def open(self) -> None:
        """Compile the proxy if need be and listen; ``start`` does it otherwise, in the first request.

        Raises:
            BuildError: the proxy does not compile, or this PowerShell does not run the start-up hook.
        """
        async with self._opening:
            if self._closed:
                raise BuildError("the engine is closed")
            if self._build is not None:
                return
            if self._home is None:
                self._home = tempfile.TemporaryDirectory(prefix="drlab-")
                await self._channel.open()
            self._build = await ensure(self._pwsh, self._prove, self._cache)

    @property
    def address(self) -> str:
        """Where its processes reach the model: host and port, empty before ``open``."""
        return self._channel.address

    @property
    def home(self) -> Path:
        """The folder that its processes may write to; it goes with the engine."""
        assert self._home is not None
        return Path(self._home.name)

    async def prove(self) -> Proof:
        """Start a process that does nothing, and return what its hook says.

        Raises:
            BuildError: the proxy does not compile, or this PowerShell does not run the start-up hook.
        """
        await self.open()
        assert self._build is not None
        return await self._prove(self._build)

    async def _prove(self, build: Build) -> Proof:
        kept = Kept()
        start = Start("", "powershell.exe -NoProfile -NonInteractive -Command 1", 65001, {})
        try:
            child, told = await self._start(build, parse(start.command_line), start, kept)
        except BuildError as error:
            said = kept.said.decode(errors="replace").strip() or "nothing"
            raise BuildError(f"{error}\nit said {said} (exit code {kept.code})") from error
        await child.ended
        return Proof(self._pwsh, str(told["version"]), int(told["shadowed"]), int(told["refused"]))

    async def start(self, start: Start, output: Output) -> Process:
        """Start a process for a command line of ``powershell.exe`` (see ``Engine``).

        One that the shell would not understand is a process that says so and ends.

        Raises:
            BuildError: the process came up without the hook; it was killed.
        """
        await self.open()
        assert self._build is not None
        try:
            asked = parse(start.command_line)
        except CommandLineError as error:
            return Refusal(str(error), output)
        if asked.source is Source.FILE:
            # a simulated host has no script files, and those of this machine are not its own
            self.world.note_unmodelled("powershell.exe -File")
            return Refusal("NotModelled: -File is not part of the simulated host", output)
        child, _ = await self._start(self._build, asked, start, output)
        return child

    async def close(self) -> None:
        """Kill all processes, wait until they are reaped, and end the channel."""
        self._closed = True
        async with self._opening:
            children = list(self._children)
            for child in children:
                child.kill()
            await asyncio.gather(*(child.ended for child in children))
            await self._channel.close()
            if self._home is not None:
                self._home.cleanup()
                self._home = None

    async def _start(
        self, build: Build, asked: Invocation, start: Start, output: Output
    ) -> tuple[Child, Mapping[str, Any]]:
        for name in filter(refused, start.environment):
            self.world.note_unmodelled(f"environment variable {name}")
        admission = self._channel.admit(start.host)
        try:
            command = [str(self._pwsh), *arguments_of_7(asked)]
            variables = self._environment(build, start, admission)
            child = await Child.start(command, variables, output, lambda: admission.exit_code)
        except OSError as error:
            self._channel.dismiss(admission)
            raise BuildError(f"{self._pwsh} cannot be started: {error.strerror}") from error
        self._children.add(child)
        child.ended.add_done_callback(lambda _: self._forget(child, admission))
        try:
            return child, await self._proof(child, admission)
        except BaseException:
            child.kill()
            raise

    def _forget(self, child: Child, admission: Admission) -> None:
        self._children.discard(child)
        self._channel.dismiss(admission)

    async def _proof(self, child: Child, admission: Admission) -> Mapping[str, Any]:
        """Wait for the hook's word; a process without it would answer for this machine."""
        await asyncio.wait(
            (admission.proof, child.ended), timeout=HOOK_S, return_when=asyncio.FIRST_COMPLETED
        )
        if admission.proof.done() and not admission.proof.cancelled():
            return admission.proof.result()
        child.kill()
        await child.ended
        if self._closed:
            raise BuildError("the engine was closed while the process started")
        raise BuildError(f"{self._pwsh} does not run the start-up hook: it would answer for this machine")

    def _environment(self, build: Build, start: Start, admission: Admission) -> dict[str, str]:
        everywhere = Path("/usr/local/share/powershell/Modules")
        settings = {
            "ADDRESS": self._channel.address,
            "TOKEN": admission.token,
            "CODEPAGE": str(start.codepage),
            "SILENCE_MS": str(SILENCE_MS),
        }
        return environment(
            start.host,
            client=start.environment,
            modules=[build.modules, self.home / "powershell" / "Modules", everywhere, build.home / "Modules"],
            home=self.home,
            programs=build.empty,
            assembly=build.assembly,
            settings=settings,
        )


def arguments_of_7(asked: Invocation) -> list[str]:
    """Say the same to PowerShell 7: there, text without ``-Command`` would be a file."""
    out: list[str] = []
    for name, value in asked.switches:
        if name not in NOT_IN_7:
            out += [f"-{name}"] if value is None else [f"-{name}", value]
    if asked.source is Source.INPUT:
        return [*out, "-command", "-"]
    return [*out, f"-{asked.source.value}", *asked.rest]
