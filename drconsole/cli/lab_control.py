"""The remote control of a lab that runs: found by its side file, asked over HTTP on this machine."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drconsole.config import paths
from drconsole.errors import DrConsoleError, UsageError

SIDE_FILE = "control.json"
TEMPORARY = "drconsole-lab-*"
# An advance lets everything happen that falls into the time, and a real PowerShell is slow at it.
ANSWER_S = 120.0
START = "Start one: drconsole lab --serve --write-config lab.yaml"
NAME_ONE = "Name its configuration: drconsole --config FILE lab ctl ..."


@dataclass(frozen=True, slots=True)
class Control:
    """Where a lab's control listens, and the configuration that was written for it."""

    url: str
    token: str
    folder: Path
    config: Path

    def ask(self, name: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """One request: with a body it changes something.

        Raises:
            UsageError: the lab does not run any more, or what is asked makes no sense there.
            DrConsoleError: something else answers at its address.
        """
        import requests

        # Not through a proxy: it is this machine, and the token is nobody else's.
        with requests.Session() as http:
            http.trust_env = False
            http.headers["Authorization"] = f"Bearer {self.token}"
            try:
                if body is None:
                    reply = http.get(f"{self.url}/{name}", timeout=ANSWER_S)
                else:
                    reply = http.post(f"{self.url}/{name}", json=body, timeout=ANSWER_S)
            except requests.ConnectionError:
                message = f"The lab of {self.config} does not run any more."
                raise UsageError(message, hint=START) from None
            except requests.RequestException as error:
                why = f"The lab of {self.config} did not answer: {type(error).__name__}."
                raise DrConsoleError(why, hint="Ask again, or end it and start another one.") from None
            return self._told(reply.status_code, reply.content)

    def _told(self, status: int, content: bytes) -> dict[str, Any]:
        from msgspec import DecodeError

        from drconsole.parsing import parsed

        try:
            told = parsed(content, dict[str, Any])
        except DecodeError:
            told = {}
        if status in (400, 404) and "error" in told:
            raise UsageError(f"The lab refuses it: {told['error']}.", hint="See: drconsole lab ctl --help")
        if status != 200:
            message = f"What answers at {self.url} is not the lab of {self.config} (status {status})."
            raise DrConsoleError(message, hint=START)
        return told


def find(given: Path | None) -> Control:
    """The lab of a configuration, of $DRCONSOLE_CONFIG, or the only one that runs without a name.

    Raises:
        UsageError: there is none, or more than one.
    """
    if given is not None:
        if found := _of(paths.whole(given)):
            return found
        raise UsageError(f"No lab runs with the configuration {given}.", hint=START)
    named = os.environ.get(paths.VARIABLE)
    if named and (found := _of(paths.whole(Path(named)))):
        return found
    folders = sorted(Path(tempfile.gettempdir()).glob(TEMPORARY))
    running = [one for folder in folders if (one := _in(folder, folder / "config.yaml"))]
    if len(running) > 1:
        listed = ", ".join(str(one.config) for one in running)
        raise UsageError(f"{len(running)} labs run: {listed}.", hint=NAME_ONE)
    if not running:
        raise UsageError("No lab runs that was started without a name.", hint=f"{START}\n{NAME_ONE}")
    return running[0]


def _of(config: Path) -> Control | None:
    """The lab that a configuration was written for: its folder stands beside the file, or holds it."""
    beside = config.with_name(f"{config.name}.lab")
    return _in(beside, config) or _in(config.parent, config)


def _in(folder: Path, config: Path) -> Control | None:
    """The lab of a folder, if it runs; a folder of somebody else is none of ours."""
    from msgspec import DecodeError

    from drconsole.parsing import parsed

    try:
        if folder.lstat().st_uid != os.getuid():
            return None
        side = parsed((folder / SIDE_FILE).read_bytes(), dict[str, str])
        return Control(side["url"], side["token"], folder, config)
    except (OSError, DecodeError, KeyError):
        return None
