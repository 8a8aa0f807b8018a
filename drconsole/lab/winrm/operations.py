"""What the actions do: Create, Command, Send, Receive, Signal and Delete of text shells."""

from __future__ import annotations

import base64
import binascii
import codecs
from collections.abc import Callable
from xml.etree.ElementTree import Element

from drconsole.lab.powershell.process import Engine, Start
from drconsole.lab.winrm import cmd_exe, faults, names
from drconsole.lab.winrm.command import Batch, Command
from drconsole.lab.winrm.shells import IDLE_S, Shell, Shells
from drconsole.lab.winrm.soap import Request, attribute, child_text, element, new_id, qualified, seconds

DEFAULT_CODEPAGE = 437
ENVELOPE_ROOM = 4096
"""Bytes of a Receive's reply that are not output."""


class Operations:
    """The actions on the shells of one host."""

    def __init__(self, host: str, shells: Shells, engine: Engine, unmodelled: Callable[[str], None]) -> None:
        self._host = host
        self._shells = shells
        self._engine = engine
        self._unmodelled = unmodelled

    async def run(self, request: Request, user: str, listening: Callable[[], bool]) -> list[Element]:
        """Do what a request asks, for an authenticated user; returns the body of the reply.

        Raises:
            Fault: it is refused, or there is nothing to report in time.
        """
        if request.resource_uri.rstrip("/") != names.CMD_SHELL:
            raise faults.unknown_resource(request.resource_uri)
        if request.action == names.CREATE:
            return self._create(request, user)
        with self._shells.using(request.selectors.get("SHELLID", ""), user) as shell:
            return await self._in_shell(request, shell, listening)

    async def _in_shell(self, request: Request, shell: Shell, listening: Callable[[], bool]) -> list[Element]:
        match request.action:
            case names.DELETE:
                self._shells.remove(shell)
                return []
            case names.COMMAND:
                return [await self._command(request, shell)]
            case names.SEND:
                return [self._send(request, shell)]
            case names.RECEIVE:
                return [await self._receive(request, shell, listening)]
            case names.SIGNAL:
                return [self._signal(request, shell)]
        raise faults.unknown_action(request.action)

    def _create(self, request: Request, user: str) -> list[Element]:
        asked = _expect(request, "Shell")
        variables = asked.iterfind(
            f"{qualified(names.SHELL, 'Environment')}/{qualified(names.SHELL, 'Variable')}"
        )
        shell = Shell(
            id=(attribute(asked, "ShellId") or new_id()).upper(),
            owner=user,
            codepage=_codepage(request.options.get("WINRS_CODEPAGE")),
            environment={attribute(item, "Name") or "": item.text or "" for item in variables},
            idle_s=seconds(idle) if (idle := child_text(asked, "IdleTimeOut")) else IDLE_S,
        )
        self._shells.add(shell)
        reference = element(
            "a:ReferenceParameters",
            element("w:ResourceURI", names.CMD_SHELL),
            element("w:SelectorSet", element("w:Selector", shell.id, Name="ShellId")),
        )
        described = element(
            "rsp:Shell",
            element("rsp:ShellId", shell.id),
            element("rsp:ResourceUri", names.CMD_SHELL),
            element("rsp:Owner", f"{self._host}\\{user}"),
            element("rsp:ClientIP", "127.0.0.1"),
            element("rsp:IdleTimeOut", f"PT{shell.idle_s:.3f}S"),
            element("rsp:InputStreams", "stdin"),
            element("rsp:OutputStreams", "stdout stderr"),
        )
        return [element("x:ResourceCreated", element("a:Address", names.ANONYMOUS), reference), described]

    async def _command(self, request: Request, shell: Shell) -> Element:
        asked = _expect(request, "CommandLine")
        words = [child_text(asked, "Command") or ""]
        words += [item.text or "" for item in asked.iterfind(qualified(names.SHELL, "Arguments"))]
        line = " ".join(words)
        if not line.strip():
            raise faults.invalid_parameter("the command line is empty")
        command_id = (attribute(asked, "CommandId") or new_id()).upper()
        if command_id in shell.commands:
            raise faults.invalid_parameter("CommandId is in use")
        skip_cmd = request.options.get("WINRS_SKIP_CMD_SHELL", "").upper() in ("TRUE", "1")
        if skip_cmd and not self._starts(line):
            raise faults.file_not_found()
        self._shells.count_operation(shell)
        command = shell.commands[command_id] = Command(command_id)
        await self._start(line, command, shell, skip_cmd=skip_cmd)
        return element("rsp:CommandResponse", element("rsp:CommandId", command_id))

    async def _start(self, line: str, command: Command, shell: Shell, *, skip_cmd: bool) -> None:
        if cmd_exe.too_long(line, skip_cmd=skip_cmd):
            answer = cmd_exe.Answer(stderr="The command line is too long.\r\n", exit_code=1)
        elif not skip_cmd and (what := cmd_exe.meddles(line)):
            self._unmodelled(f"cmd.exe: {what} in a command line")
            answer = cmd_exe.Answer(stderr=f"The simulated cmd.exe refuses {what}.\r\n", exit_code=1)
        elif cmd_exe.program(line) == "powershell":
            start = Start(self._host, line, shell.codepage, dict(shell.environment))
            command.attach(await self._engine.start(start, command))
            return
        else:
            answer = cmd_exe.run(line, self._host, shell.owner)
        encoding = _encoding(shell.codepage)
        command.write("stdout", answer.stdout.encode(encoding, "replace"))
        command.write("stderr", answer.stderr.encode(encoding, "replace"))
        command.exited(answer.exit_code)

    def _send(self, request: Request, shell: Shell) -> Element:
        asked = _expect(request, "Send")
        for stream in asked.iterfind(qualified(names.SHELL, "Stream")):
            if attribute(stream, "Name") != "stdin":
                raise faults.invalid_parameter("the only input stream is stdin")
            try:
                data = base64.b64decode("".join((stream.text or "").split()), validate=True)
            except binascii.Error:
                raise faults.invalid_body("A stream is not base64.") from None
            end = (attribute(stream, "End") or "").lower() in ("true", "1")
            shell.command(_command_id(asked, stream)).feed(data, end=end)
        return element("rsp:SendResponse")

    async def _receive(self, request: Request, shell: Shell, listening: Callable[[], bool]) -> Element:
        asked = _expect(request, "Receive")
        desired = asked.find(qualified(names.SHELL, "DesiredStream"))
        if desired is None:
            raise faults.invalid_body("DesiredStream is missing.")
        command = shell.command(_command_id(asked, desired))
        quotas = self._shells.quotas
        # Base64 makes four characters of three bytes.
        room = max(1024, (request.envelope_limit - ENVELOPE_ROOM) * 3 // 4)
        batch = await command.receive(
            min(quotas.chunk_bytes, room), min(request.timeout_s, quotas.timeout_s), listening
        )
        return _received(command.id, batch)

    def _signal(self, request: Request, shell: Shell) -> Element:
        asked = _expect(request, "Signal")
        command = shell.command(_command_id(asked))
        code = (child_text(asked, "Code") or "").strip().lower()
        if code == names.TERMINATE:
            command.end()
            del shell.commands[command.id]
        elif code in (names.CTRL_C, names.CTRL_BREAK):
            command.interrupt()
        else:
            raise faults.invalid_parameter(f"signal {code}")
        return element("rsp:SignalResponse")

    @staticmethod
    def _starts(line: str) -> bool:
        return cmd_exe.program(line) in {"powershell", *cmd_exe.IS_PROGRAM}


def _received(command_id: str, batch: Batch) -> Element:
    reply = element("rsp:ReceiveResponse")
    for stream, data in batch.pieces:
        text = base64.b64encode(data).decode("ascii")
        reply.append(element("rsp:Stream", text, Name=stream, CommandId=command_id))
    if batch.exit_code is None:
        reply.append(element("rsp:CommandState", CommandId=command_id, State=names.STATE + "Running"))
        return reply
    for stream in ("stdout", "stderr"):
        reply.append(element("rsp:Stream", Name=stream, CommandId=command_id, End="true"))
    code = element("rsp:ExitCode", str(batch.exit_code))
    reply.append(element("rsp:CommandState", code, CommandId=command_id, State=names.STATE + "Done"))
    return reply


def _expect(request: Request, name: str) -> Element:
    if request.body is None or request.body.tag != qualified(names.SHELL, name):
        raise faults.invalid_body(f"The body has no {name}.")
    return request.body


def _command_id(*places: Element) -> str:
    """The command that a request is about: clients write it on the action's element or on its child."""
    for place in places:
        if found := attribute(place, "CommandId"):
            return found
    raise faults.invalid_body("CommandId is missing.")


def _codepage(option: str | None) -> int:
    if option is None:
        return DEFAULT_CODEPAGE
    if not option.isdecimal() or not _known(int(option)):
        raise faults.invalid_parameter(f"WINRS_CODEPAGE {option}")
    return int(option)


def _known(codepage: int) -> bool:
    try:
        codecs.lookup(_encoding(codepage))
    except LookupError:
        return False
    return True


def _encoding(codepage: int) -> str:
    return "utf-8" if codepage == 65001 else f"cp{codepage}"
