"""The acting side of the fake platform, as the contract of platforms wants it."""

from __future__ import annotations

import http.client
import json
from datetime import datetime
from typing import Any

from drconsole.domain.step import Fact, Followed, Json, Observation, Progress, Step, Verdict
from drconsole.errors import Lost, Unreachable
from drconsole.platforms.acting import Keep


def call(port: int, **asked: Any) -> dict[str, Any]:
    """One request to the fake platform.

    Raises:
        OSError, http.client.HTTPException: it gave no answer.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("POST", "/", json.dumps(asked))
        answer: dict[str, Any] = json.loads(connection.getresponse().read())
        return answer
    finally:
        connection.close()


class FakeActor:
    """Speaks to the fake platform.

    Actions: ``set`` a value; ``add`` one more item, seen only against the baseline; ``blind``: nothing can be
    read back; ``repeat``: as ``set``, and may be repeated; ``rest``: as ``add``, but its handle is known only
    when the effect may have begun.
    """

    actions = frozenset({"set", "add", "blind", "repeat", "rest"})
    repeatable = frozenset({"repeat"})

    def __init__(self, port: int) -> None:
        self._port = port
        self.settled: list[Json] = []

    def observe(self, step: Step, baseline: Json | None) -> Observation:
        seen = self._asked(op="observe", object=step.params["object"])
        at = datetime.fromisoformat(seen["at"])
        facts = tuple(Fact(w, str(seen[w]), step.endpoint, at) for w in ("value", "items"))
        kept = {"items": seen["items"]}
        if seen["foreign"]:
            return Observation(Verdict.CONFLICT, at, facts, kept, "somebody else was here")
        if step.action == "blind":
            verdict = Verdict.READY if baseline is None else Verdict.UNKNOWN
            return Observation(verdict, at, facts, kept, "nothing can be read back")
        done = seen["value"] == step.params["value"]
        if step.action in ("add", "rest"):
            done = baseline is not None and seen["items"] > baseline["items"]
        if done:
            return Observation(Verdict.DONE, at, facts, kept)
        verdict = Verdict.BUSY if seen["running"] else Verdict.READY
        return Observation(verdict, at, facts, kept, step.params.get("lacks", ""))

    def act(self, step: Step, baseline: Json, keep: Keep) -> Json:
        wanted = ("object", "value", "fault", "takes_s", "late_s")
        params = {key: step.params.get(key) for key in wanted}
        handle = self._asked(op="begin", step=step.id, action=step.action, **params)
        if step.action != "rest":
            keep(handle)
        self.left(step)
        try:
            call(self._port, op="go", **handle)
        except (OSError, http.client.HTTPException) as error:
            raise Lost(str(error), subject=step.endpoint) from error
        return handle

    def left(self, step: Step) -> None:
        """The act is about to leave; tests look in here."""

    def follow(self, handle: Json) -> Followed:
        told = self._asked(op="follow", **handle)
        states = {"begun": Progress.GONE, "running": Progress.RUNNING, "ended": Progress.ENDED}
        return Followed(states.get(told["state"], Progress.GONE), error=told["error"])

    def settle(self, handle: Json) -> None:
        self.settled.append(handle)

    def close(self) -> None:
        """Nothing is kept open."""

    def _asked(self, **asked: Any) -> dict[str, Any]:
        try:
            return call(self._port, **asked)
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(str(error)) from error
