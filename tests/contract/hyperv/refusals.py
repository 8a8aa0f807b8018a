"""Reading in vain."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from drconsole.errors import EndpointError
from drconsole.platforms.hyperv.platform import HyperV
from drconsole.platforms.hyperv.shell import FAREWELL_S


@contextmanager
def hasty(platform: HyperV, seconds: float) -> Iterator[None]:
    """One that has read before has only so many seconds for an answer.

    What it keeps back for ending its shell is as long as ever, of a busy machine's seconds too.
    """
    session = platform._session
    assert session is not None
    patient = session._endpoint
    session._endpoint = replace(patient, budget_s=seconds + FAREWELL_S)
    try:
        yield
    finally:
        session._endpoint = patient


def refused(read: Callable[[], object]) -> EndpointError:
    """Read in vain; nothing of the error may hold the password."""
    with pytest.raises(EndpointError) as caught:
        read()
    error = caught.value
    shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert "Canary" not in f"{shown} {error!r} {error.args} {error.__dict__}"
    assert error.__context__ is None
    assert error.subject == "ny-hv1"
    return error
