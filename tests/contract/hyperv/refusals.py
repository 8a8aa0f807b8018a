"""Reading in vain."""

from __future__ import annotations

import traceback
from collections.abc import Callable

import pytest

from drconsole.errors import EndpointError


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
