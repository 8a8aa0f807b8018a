"""What the console's screens have done for them, by the functions that the commands use."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from drconsole.cli.reading import WAIT_S
from drconsole.domain.confirmation import Attestation
from drconsole.domain.plan import Operation, Plan
from drconsole.domain.snapshot import EndpointState, Snapshot
from drconsole.errors import UsageError

if TYPE_CHECKING:
    from drconsole.config.model import Config
    from drconsole.config.secrets import Secret
    from drconsole.domain.acknowledged import Acknowledgement
    from drconsole.domain.confirmation import Planned
    from drconsole.domain.open_run import OpenRun
    from drconsole.domain.roles import Alarm
    from drconsole.inventory import Inventory
    from drconsole.runs.following import Following
    from drconsole.runs.journal import Journal
    from drconsole.runs.open_runs import OpenRuns
    from drconsole.runs.past import Past
    from drconsole.runs.store import Watcher
    from drconsole.runs.view import RunView

_BEAT_S = 0.1
_SILENT = (EndpointState.SILENT, EndpointState.NEVER)


class Desk:
    """One console's desk; every method is safe from several threads.

    Args:
        inventory: the console's own: what it reads anyway is not read twice.
    """

    def __init__(self, config: Config, inventory: Inventory) -> None:
        self._config = config
        self._inventory = inventory
        self._opening = threading.Lock()
        self._journal: Journal | None = None
        self._watcher: Watcher | None = None
        self._proven: tuple[int | None, Mapping[str, datetime]] = (None, {})
        self._known: tuple[int | None, Sequence[Acknowledgement]] = (None, ())
        self._past: Past | None = None
        self._open: OpenRuns | None = None
        self._open_version: int | None = None

    @property
    def never(self) -> Mapping[str, str]:
        """Sites on which nothing may be changed, each with what says so."""
        from drconsole.cli.permitted import frozen_sites

        return frozen_sites(self._config.estate)

    def allowed_by(self, plan: Plan) -> str:
        """What in the config allows a plan without a person's word."""
        from drconsole.cli.permitted import armed_by

        return armed_by(plan, self._config.estate)

    def plan(self, operation: Operation, keys: Sequence[str], options: Mapping[str, str]) -> Planned:
        """Plan an operation from a fresh read of the endpoints of these workloads."""
        from drconsole.cli.planning import planned_on

        snapshot = self._fresh(frozenset(keys))
        found = {workload.key: workload for workload in snapshot.workloads}
        if missing := [key for key in keys if key not in found]:
            raise UsageError(
                f"{missing[0]} is no longer seen anywhere.", hint="Read again, then look for it."
            )
        workloads = [found[key] for key in dict.fromkeys(keys)]
        return planned_on(self._config, snapshot, workloads, operation, options, WAIT_S)

    def start(
        self, planned: Planned, said: str, allowed_by: str, attestation: Attestation | None = None
    ) -> str:
        """Order the run of a plan and start its process; the run's id."""
        from drconsole.cli.starting import started
        from drconsole.runs.ordering import Permission

        permission = Permission(allowed_by, said, on_screen=True, attestation=attestation)
        started(self._config, self.journal(), planned, permission)
        return planned.run

    def follow(self, run: str) -> Following:
        """Begin to read a run."""
        from drconsole.runs.following import Following

        following = Following(self.journal, run)
        following.start()
        return following

    def runs(self) -> list[RunView]:
        """All runs, the newest first."""
        from drconsole.runs.view import all_runs

        return all_runs(self.journal())

    def ask(self, run: str, kind: str, step: str = "", body: str = "", *, allowed_by: str = "") -> None:
        """Ask something of a run, as ``drconsole runs`` does."""
        from drconsole.cli import asking

        asking.ask(self._config, self.journal(), run, asking.Wish(kind, step, body), allowed_by)

    def proven(self) -> Mapping[str, datetime]:
        """When the last test of each workload passed, by its key; read again only when something was written.

        By one thread at a time.
        """
        from drconsole.runs.past import Past
        from drconsole.runs.proven import last_passed

        version = self._written()
        if version is not None and version != self._proven[0]:
            self._past = self._past or Past()
            self._proven = version, last_passed(self.journal(), self._past)
        return self._proven[1]

    def open_runs(self) -> Mapping[str, OpenRun]:
        """The open run of each workload that has one, by its key; cheap where nothing was written.

        By one thread at a time, the one that asks for ``proven``.
        """
        from drconsole.runs.open_runs import OpenRuns

        version = self._written()
        if version is None:
            return {}
        self._open = self._open or OpenRuns(self.journal())
        found = self._open.now(written=version != self._open_version)
        self._open_version = version
        return found

    def acknowledged(self) -> Sequence[Acknowledgement]:
        """What was said of alarms, and stands; read again only when something was written.

        By one thread at a time, the one that asks for ``proven``.
        """
        from drconsole.runs.acknowledging import standing

        version = self._written()
        if version is not None and version != self._known[0]:
            self._known = version, standing(self.journal(), datetime.now(UTC))
        return self._known[1]

    def acknowledge(self, subject: str, alarm: Alarm, until: str, reason: str) -> Acknowledgement:
        """Set an alarm aside until a date, as ``drconsole alarms acknowledge`` does."""
        from drconsole.cli.acknowledgements import time_of
        from drconsole.domain.acknowledged import Acknowledgement
        from drconsole.runs.acknowledging import acknowledge
        from drconsole.runs.execute import login

        now = datetime.now(UTC)
        one = Acknowledgement(subject, alarm.code, alarm.severity, login(), now, time_of(until), reason)
        acknowledge(self.journal(), one)
        return one

    def withdraw(self, subject: str, alarm: Alarm) -> None:
        """Let an alarm count again, as ``drconsole alarms withdraw`` does."""
        from drconsole.runs.acknowledging import withdraw
        from drconsole.runs.execute import login

        withdraw(self.journal(), subject, alarm.code, login(), datetime.now(UTC))

    def _written(self) -> int | None:
        """A number that is another one after somebody wrote to the journal; None where there is none."""
        from drconsole.runs.store import FILE

        if not (self._config.state / FILE).exists():
            return None
        if self._watcher is None:
            self._watcher = self.journal().store.watcher()
        return self._watcher()

    def asks_for(self, endpoint: str) -> str:
        """Whose password a person enters for an endpoint; empty where that is not so."""
        secret = self._prompted(endpoint)
        return f"{secret.user} (credential {secret.name})" if secret else ""

    def enter_password(self, endpoint: str, password: str) -> None:
        """Take a password that was typed for an endpoint, and read all that use its credential."""
        secret = self._prompted(endpoint)
        if secret is None:
            raise UsageError(f"The password of {endpoint} is entered by nobody.", hint="See credentials:")
        secret.enter(password)
        for one in self._config.connections:
            if one.secret is secret:
                self._inventory.read_now(one.endpoint.name)

    def _prompted(self, endpoint: str) -> Secret | None:
        found = (one for one in self._config.connections if one.endpoint.name == endpoint)
        return next((one.secret for one in found if one.needs_password and one.secret.interactive), None)

    def journal(self) -> Journal:
        """The journal, opened when it is first needed.

        Raises:
            StateError: it cannot be used.
        """
        from drconsole.runs.journal import Journal
        from drconsole.runs.store import Store

        with self._opening:
            if self._journal is None:
                self._journal = Journal(Store(self._config.state))
            return self._journal

    def close(self) -> None:
        """Close the journal."""
        with self._opening:
            if self._watcher is not None:
                self._watcher.close()
            if self._journal is not None:
                self._journal.store.close()

    def _fresh(self, keys: frozenset[str]) -> Snapshot:
        """A snapshot whose endpoints that have copies of these workloads were read just now.

        Endpoints that are silent already are not waited for: what rests on them is blocked for that.
        """
        asked, end = datetime.now(UTC), time.monotonic() + WAIT_S
        snapshot = self._inventory.newest()
        wanted = {copy.endpoint for w in snapshot.workloads if w.key in keys for copy in w.copies}
        for endpoint in wanted:
            self._inventory.read_now(endpoint)
        quiet = {one.name for one in snapshot.endpoints if one.state in _SILENT and one.error}
        while time.monotonic() < end:
            snapshot = self._inventory.newest()
            late = [
                one
                for one in snapshot.endpoints
                if one.name in wanted - quiet and (one.last_read is None or one.last_read < asked)
            ]
            if not any(one.reading or not one.error for one in late):
                break
            threading.Event().wait(_BEAT_S)
        return snapshot
