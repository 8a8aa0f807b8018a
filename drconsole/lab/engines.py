"""Which of the two engines a lab runs on; only the one that is used is loaded."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from drconsole.lab.hyperv.model import HyperVWorld
from drconsole.lab.powershell.process import Engine
from drconsole.lab.server import EngineMaker


class EngineError(Exception):
    """The engine that was asked for cannot be used."""


def maker(pwsh: Path | None) -> EngineMaker:
    """The evaluator, or the real PowerShell at ``pwsh``.

    Raises (when called):
        EngineError: that PowerShell cannot serve as an engine.
    """

    async def real(world: HyperVWorld) -> Engine:
        assert pwsh is not None
        return await _real(world, pwsh)

    return _evaluator if pwsh is None else real


async def _evaluator(world: HyperVWorld) -> Engine:
    from drconsole.lab.powershell.evaluator_engine import EvaluatorEngine

    return EvaluatorEngine(world, asyncio.get_running_loop())


async def _real(world: HyperVWorld, pwsh: Path) -> Engine:
    """Prove the engine before the lab says that it is ready, and tell on stderr what it is."""
    from drconsole.lab.powershell.proxy.build import BuildError
    from drconsole.lab.powershell.real_engine import RealEngine

    engine = RealEngine(world, pwsh)
    try:
        sys.stderr.write(f"{await engine.prove()}\n")
    except BuildError as error:
        await engine.close()
        raise EngineError(str(error)) from None
    return engine
