"""A fake platform in a process of its own: acts take time, answers get lost, every effect is counted."""

from __future__ import annotations

import json
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from typing import Any

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


class World:
    """Objects, tasks, and what was done to them.

    Faults of an act: ``no-effect``, ``refuse``, ``lose-answer``, ``late``: its answer is lost and the effect
    comes beyond the step's limit; ``foreign``: somebody else changes the object; ``once`` in front of one
    makes it happen at the first act of the step only. An act that takes None seconds, or is so late, is held
    until ``let``.
    """

    def __init__(self, speed: float) -> None:
        self.lock = threading.Lock()
        self.let = threading.Event()
        self.objects: dict[str, dict[str, Any]] = {}
        self.tasks: dict[str, dict[str, Any]] = {}
        self.acts: dict[str, int] = {}
        self.looks = 0
        self.offset = 0.0
        self.silent = False
        self._speed = speed
        self._began = time.monotonic()

    def now(self) -> str:
        """The platform's own clock."""
        return (EPOCH + timedelta(seconds=self._seconds())).isoformat()

    def _seconds(self) -> float:
        return (time.monotonic() - self._began) * self._speed + self.offset

    def object(self, name: str) -> dict[str, Any]:
        """One object; it is made when it is first asked for."""
        fresh: dict[str, Any] = {"value": None, "items": 0, "hidden": 0, "foreign": False, "effects": {}}
        return self.objects.setdefault(name, fresh)

    def answer(self, asked: dict[str, Any]) -> dict[str, Any] | None:
        """One request; None: the connection is closed without an answer."""
        match asked["op"]:
            case "observe":
                return self._observed(asked["object"])
            case "begin":
                return self._begun(asked)
            case "go":
                return self._going(asked["task"])
            case "follow":
                return self._followed(asked["task"])
            case "dump":
                begun = [task["step"] for task in self.tasks.values()]
                counted = {"acts": self.acts, "begun": begun, "looks": self.looks}
                return {"objects": self.objects, **counted}
            case "let":
                self.let.set()
            case "advance":
                self.offset += asked["seconds"]
            case "silent":
                self.silent = asked["silent"]
            case "change":
                self.object(asked["object"]).update(asked["fields"])
        return {}

    def _observed(self, name: str) -> dict[str, Any]:
        self.looks += 1
        running = [t for t in self.tasks.values() if t["object"] == name and t["state"] == "running"]
        seen = self.object(name)
        told = {key: seen[key] for key in ("value", "items", "foreign")}
        return {**told, "running": any(not t["hidden"] for t in running), "at": self.now()}

    def _begun(self, asked: dict[str, Any]) -> dict[str, Any]:
        task = f"task-{len(self.tasks) + 1}"
        fault = asked["fault"] or ""
        if fault.startswith("once "):
            fault = "" if self.acts.get(asked["step"]) else fault.removeprefix("once ")
        hidden = asked["action"] == "blind" or fault == "late"
        self.tasks[task] = {**asked, "state": "begun", "hidden": hidden, "fault": fault, "error": ""}
        return {"task": task}

    def _going(self, ident: str) -> dict[str, Any] | None:
        task = self.tasks[ident]
        if task["state"] != "begun":
            return {}
        task["state"] = "running"
        self.acts[task["step"]] = self.acts.get(task["step"], 0) + 1
        threading.Thread(target=self._work, args=(task,), daemon=True).start()
        return None if task["fault"] in ("lose-answer", "late") else {}

    def _followed(self, ident: str) -> dict[str, Any]:
        task = self.tasks.get(ident)
        if task is None or task["fault"] in ("lose-answer", "late"):
            return {"state": "gone", "error": ""}
        return {"state": task["state"], "error": task["error"]}

    def _work(self, task: dict[str, Any]) -> None:
        seconds = task["late_s"] if task["fault"] == "late" else task["takes_s"]
        if seconds is None:
            self.let.wait()
        else:
            time.sleep(seconds)
        with self.lock:
            if task["fault"] == "refuse":
                task["error"] = "it was refused"
            elif task["fault"] == "foreign":
                self.object(task["object"])["foreign"] = True
            elif task["fault"] != "no-effect":
                self._effect(task)
            task["state"] = "ended"

    def _effect(self, task: dict[str, Any]) -> None:
        target = self.object(task["object"])
        target["effects"][task["step"]] = target["effects"].get(task["step"], 0) + 1
        match task["action"]:
            case "set" | "repeat":
                target["value"] = task["value"]
            case "add" | "rest":
                target["items"] += 1
            case "blind":
                target["hidden"] += 1


def serve(told: Connection, speed: float = 1.0) -> None:
    """Serve on a port of the system's choice, which is told first, until the process is ended."""
    world = World(speed)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with world.lock:
                quiet = world.silent and asked["op"] in ("observe", "begin", "go", "follow")
                answer = None if quiet else world.answer(asked)
                body = json.dumps(answer).encode()
            if answer is None:
                self.close_connection = True
                return
            try:
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    told.send(server.server_address[1])
    server.serve_forever()
