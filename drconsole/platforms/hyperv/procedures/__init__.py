"""How operations are done on Hyper-V: the ordered steps of each, with what is asked beforehand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from drconsole.domain.plan import Operation
from drconsole.platforms.acting import Case, Procedure
from drconsole.platforms.hyperv.procedures.base import nothing
from drconsole.platforms.hyperv.procedures.cancel import cancel
from drconsole.platforms.hyperv.procedures.planned import planned_failover
from drconsole.platforms.hyperv.procedures.rehearsal import stop_test, test_failover
from drconsole.platforms.hyperv.procedures.reverse import reverse

PROCEDURES: Mapping[Operation, Callable[[Case], Procedure]] = MappingProxyType(
    {
        Operation.TEST_FAILOVER: test_failover,
        Operation.STOP_TEST: stop_test,
        Operation.PLANNED_FAILOVER: planned_failover,
        Operation.REVERSE: reverse,
        Operation.CANCEL: cancel,
    }
)


class HyperVProcedures:
    """What Hyper-V knows about doing operations; nothing is asked of any host here."""

    def procedure(self, operation: Operation, case: Case) -> Procedure:
        """The steps of one operation with their preflight; a blocked check stands in the subject.

        Raises:
            UsageError: an option is unknown or its value cannot be.
        """
        make = PROCEDURES.get(operation)
        if make is None:
            return nothing(
                case, operation, "it is not built yet", "It comes later; do it on the host by hand."
            )
        return make(case)
