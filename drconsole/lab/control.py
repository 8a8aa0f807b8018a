"""The lab's own remote control, for tests: JSON over HTTP on 127.0.0.1, with a bearer token.

``GET alive|requests|unmodelled|truth|machines|fingerprints|act_faults`` and ``POST advance {"seconds"}``,
``hurry {}`` (the rest of the timeline happens now), ``fault {"endpoint", "fault"}`` (null heals),
``reset {"scenario"}`` (optional), ``happen {...}`` (``scenario_form.Happening``: a copy changes or moves, a
node goes down ...), ``act_fault {...}`` (``scenario_form.ActFaultForm``: an act goes wrong) and
``chaos {"rate"}`` (so many of all other acts do, by the lab's random seed). ``alive`` also tells what the
lab's own watch saw. A wrong request is answered by 400 (404 where something is not there, 401 without the
token) and ``{"error": text}``.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from aiohttp import web

from drconsole.lab.hyperv.act_faults import ActKind
from drconsole.lab.hyperv.inspection import fingerprints, machines
from drconsole.lab.hyperv.watch import TwoAlive
from drconsole.lab.scenario_form import ActFaultForm, Happening, ScenarioError
from drconsole.lab.server import Lab
from drconsole.lab.wire_faults import WireFault

Answer = dict[str, Any]
ADDRESS = "127.0.0.1"


class Advance(msgspec.Struct, forbid_unknown_fields=True):
    """Move the clock forward."""

    seconds: float


class Hurry(msgspec.Struct, forbid_unknown_fields=True):
    """Let the rest of the timeline happen."""


class Fault(msgspec.Struct, forbid_unknown_fields=True):
    """Make an endpoint dead or lying; null heals it."""

    endpoint: str
    fault: WireFault | None


class Reset(msgspec.Struct, forbid_unknown_fields=True):
    """Start the scenario, or another one, anew."""

    scenario: str | None = None


class Chaos(msgspec.Struct, forbid_unknown_fields=True):
    """Let acts go wrong by chance."""

    rate: Annotated[float, msgspec.Meta(ge=0, le=1)]


FAULTS: dict[type[Any], type[StrEnum]] = {Fault: WireFault, ActFaultForm: ActKind}
"""What the field ``fault`` may say."""


class Control:
    """The remote control of one lab. ``requests`` counts what it was asked."""

    def __init__(self, lab: Lab, token: str) -> None:
        self.port = 0
        self.requests = 0
        self._lab = lab
        self._token = token
        self._runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=1.0)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{ADDRESS}:{self.port}"

    async def open(self) -> None:
        """Listen at a port that the system chooses."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, ADDRESS, 0)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def close(self) -> None:
        """Give up the port."""
        await self._runner.cleanup()

    def _app(self) -> web.Application:
        app = web.Application(middlewares=[self._guard])
        for name in ("alive", "requests", "unmodelled", "truth", "machines", "fingerprints", "act_faults"):
            app.router.add_get(f"/{name}", self._reader(getattr(self, f"_{name}")))
        app.router.add_post("/advance", self._writer(Advance, self._advance))
        app.router.add_post("/hurry", self._writer(Hurry, self._hurry))
        app.router.add_post("/fault", self._writer(Fault, self._fault))
        app.router.add_post("/reset", self._writer(Reset, self._reset))
        app.router.add_post("/happen", self._writer(Happening, self._happen))
        app.router.add_post("/act_fault", self._writer(ActFaultForm, self._act_fault))
        app.router.add_post("/chaos", self._writer(Chaos, self._chaos))
        return app

    @web.middleware
    async def _guard(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        self.requests += 1
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self._token}".encode()):
            return _error(401, "the token is missing or wrong")
        try:
            return await handler(request)
        except (ScenarioError, msgspec.DecodeError) as error:
            return _error(400, str(error))
        except KeyError as error:
            return _error(404, f"there is no {error.args[0]}")
        except web.HTTPException as error:
            return _error(error.status, error.reason)

    def _reader(self, tell: Callable[[], Answer]) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            return web.json_response(tell())

        return handle

    def _writer(
        self, form: type[Any], do: Callable[[Any], Awaitable[Answer]]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            asked = _asked(form, await request.read() or b"{}")
            return web.json_response(await do(asked))

        return handle

    def _alive(self) -> Answer:
        listeners = self._lab.endpoints.listeners.items()
        return {
            "scenario": self._lab.name,
            "now": self._lab.clock.now().isoformat(),
            "endpoints": {name: listener.fault for name, listener in listeners},
            "two_alive": [self._told(one) for one in self._lab.world.watch.seen],
        }

    def _told(self, seen: TwoAlive) -> Answer:
        """What the watch noted; ``expected`` where the scenario itself is so."""
        expected = seen.vm in self._lab.scenario.two_alive
        return {**asdict(seen), "at": seen.at.isoformat(), "expected": expected}

    def _requests(self) -> Answer:
        return {
            name: {
                "connections": listener.connections,
                "requests": listener.service.counters.requests,
                "bytes_in": listener.service.counters.bytes_in,
                "bytes_out": listener.service.counters.bytes_out,
                "refused": listener.service.counters.refused,
                "actions": listener.service.counters.actions,
            }
            for name, listener in self._lab.endpoints.listeners.items()
        }

    def _unmodelled(self) -> Answer:
        return {"unmodelled": self._lab.world.unmodelled}

    def _truth(self) -> Answer:
        told: Answer = msgspec.to_builtins(self._lab.scenario.truth)
        return told

    def _machines(self) -> Answer:
        world = self._lab.world
        return {"machines": machines(world.hosts, world.clock.now())}

    def _fingerprints(self) -> Answer:
        world = self._lab.world
        return {"disks": fingerprints(world.hosts, world.clock.now())}

    def _act_faults(self) -> Answer:
        return {"act_faults": [asdict(fault) for fault in self._lab.world.faults.waiting]}

    async def _act_fault(self, asked: ActFaultForm) -> Answer:
        self._lab.add_act_fault(asked)
        return self._act_faults()

    async def _chaos(self, asked: Chaos) -> Answer:
        self._lab.world.faults.rate = asked.rate
        return {}

    async def _advance(self, asked: Advance) -> Answer:
        if asked.seconds < 0:
            raise ScenarioError("seconds: time does not run backwards")
        await self._lab.advance(asked.seconds)
        return self._alive()

    async def _hurry(self, asked: Hurry) -> Answer:
        await self._lab.hurry()
        return self._alive()

    async def _fault(self, asked: Fault) -> Answer:
        await self._lab.endpoints.set_fault(asked.endpoint, asked.fault)
        return self._alive()

    async def _reset(self, asked: Reset) -> Answer:
        await self._lab.reset(asked.scenario)
        return self._lab.describe()

    async def _happen(self, asked: Happening) -> Answer:
        await self._lab.happen(asked)
        return {}


def _asked(form: type[Any], body: bytes) -> Any:
    """What a request asks.

    Raises:
        ScenarioError: a fault that there is none of; the text names all.
        msgspec.DecodeError: it is not of that form.
    """
    try:
        return msgspec.json.decode(body, type=form)
    except msgspec.ValidationError as error:
        kinds = FAULTS.get(form)
        if kinds is None or "$.fault" not in str(error):
            raise
        raise ScenarioError(f"{error}; there are: {', '.join(kinds)}") from None


def _error(status: int, text: str) -> web.Response:
    return web.json_response({"error": text}, status=status)
