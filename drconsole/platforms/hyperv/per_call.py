"""Running one script per call: a shell, a process and one request (design, section 4)."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from drconsole.errors import EndpointError
from drconsole.platforms.hyperv import script
from drconsole.platforms.hyperv.login import Connection, Login
from drconsole.platforms.hyperv.script import Answer, Output
from drconsole.platforms.hyperv.shell import FAREWELL_S, Intake, Shell
from drconsole.platforms.hyperv.shells import Shells
from drconsole.platforms.hyperv.watch import Watch

# What a killed console or a lost answer leaves open ends by itself; 180 s is the shortest documented default.
IDLE = "PT180S"


class PerCall:
    """Every run connects anew and leaves nothing open, neither here nor on the host."""

    def __init__(self, login: Login, shells: Shells) -> None:
        self._login = login
        self._shells = shells

    def run(self, name: str, arguments: Mapping[str, Any], end: float) -> Answer | EndpointError:
        """Run one script until ``end``; the shell is ended as far as that is possible."""
        connection = Connection(self._login)
        shell = Shell(self._login, connection, self._shells)
        reserve = min(FAREWELL_S, self._login.endpoint.budget_s / 10)
        outcome, why = self._login.guarded(
            connection, end - reserve, lambda watch: self._call(watch, shell, name, arguments)
        )
        connection.close()
        shell.farewell(end, why)
        if isinstance(outcome, EndpointError):
            return outcome
        try:
            value = script.value_of(outcome, self._login.peer)
            return Answer(value, outcome.middle, outcome.tls, outcome.certificate_end)
        except EndpointError as error:
            return error

    def _call(self, watch: Watch, shell: Shell, name: str, arguments: Mapping[str, Any]) -> Output:
        """Create, Command, Send, Receive until done, Signal, Delete."""
        shell.open(watch, IDLE, script.COMMAND_LINE)
        started = time.time()
        watch.doing = "the script to be taken"
        shell.begin(script.request_for(name, arguments), end=True)
        watch.doing = "the script's answer"
        intake = Intake(shell)
        while not intake.done:
            intake.more(watch)
        middle = (started + time.time()) / 2
        safety = (watch.tls, watch.certificate_end)
        output = Output(bytes(intake.out), bytes(intake.err), intake.code, middle, *safety)
        shell.end(watch)
        return output
