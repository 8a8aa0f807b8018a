"""What an endpoint gives, or the error: a defect of ours in one platform must end nobody's thread."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from drconsole.errors import BadReply, EndpointError

log = logging.getLogger(__name__)

T = TypeVar("T")


def guarded(work: Callable[[], T], endpoint: str, doing: str = "Reading it") -> T | EndpointError:
    """Do something with an endpoint and give its errors instead of raising them.

    Args:
        endpoint: its name.
        doing: what fails if it fails, as the beginning of a sentence.
    """
    try:
        return work()
    except EndpointError as error:
        return error
    except Exception as error:
        log.exception("%r: %s failed in an unforeseen way", endpoint, doing)
        return BadReply(
            f"{doing} failed in an unforeseen way ({type(error).__name__}).",
            subject=endpoint,
            hint="The log file has the details; please report them.",
        )
