"""A cluster of two nodes as recorded answers, and nodes that give them, hang or fail."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from typing import Any

from drconsole.errors import EndpointError, Unreachable
from drconsole.platforms.base import Access
from drconsole.platforms.hyperv.peer import Peer
from drconsole.platforms.hyperv.script import Answer
from tests.contract.hyperv.answers import light

NOON_S = 1795694400.0


def facts(**changes: Any) -> dict[str, Any]:
    """What a node of GOLD answers to ``cluster.ps1``."""
    answer = {
        "name": "GOLD",
        "nodes": [{"name": "HV1", "state": "Up"}, {"name": "HV2", "state": "Up"}],
        "brokers": [{"state": "Online", "owner": "HV2", "group": "GOLD-Broker"}],
        "points": [
            {"name": "GOLD-Broker", "group": "GOLD-Broker"},
            {"name": "Cluster Name", "group": "Cluster Group"},
        ],
        "roles": [{"state": "Online", "owner": "HV1"}],
    }
    return answer | changes


def node(name: str, vms: list[dict[str, Any]] | None = None, **changes: Any) -> dict[str, Any]:
    """What one node answers to ``light.ps1``: no relations unless they are given."""
    host = {"name": name, "fqdn": f"{name}.example.com".lower()}
    answer = {"host": host, "now": "2026-11-26T12:00:00.0000000Z"} | changes
    return light(vms or [], answer.pop("relations", []), **answer)


Reply = Any | EndpointError | Callable[[], Any]


class Node:
    """One node: gives the answers it was made with; ``hangs`` names scripts that wait to be broken off."""

    def __init__(self, name: str, replies: Mapping[str, Reply], hangs: tuple[str, ...] = ()) -> None:
        self.peer = Peer(f"gold.{name}", f"{name.lower()}:5986", "reader", True, 20.0)
        self.access = Access(name.lower(), 5986, "reader", lambda: "")
        self.replies = dict(replies)
        self.hangs = hangs
        self.asked: list[str] = []
        self.reached = threading.Event()
        self.closed = threading.Event()

    def ask(self, script: str, arguments: Mapping[str, Any]) -> tuple[Answer, str]:
        """Give the recorded answer."""
        self.asked.append(script)
        if script in self.hangs:
            self.reached.set()
            self.closed.wait()
            raise self.peer.error(Unreachable, "The read was broken off by the console.")
        reply = self.replies[script]
        reply = reply() if callable(reply) else reply
        if isinstance(reply, Exception):
            raise reply
        return Answer(json.dumps(reply).encode(), NOON_S, "TLSv1.3"), "per call"

    def break_off(self) -> None:
        """Break off what hangs."""
        self.closed.set()

    def close(self) -> None:
        """Break off what hangs."""
        self.closed.set()
