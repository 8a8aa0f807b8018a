"""When an endpoint is read again."""

from __future__ import annotations

from drconsole.domain.endpoint import Endpoint

_LONGEST_S = 300.0
_DURATIONS = 5.0
_ROTATION_DURATIONS = 20.0


def pause_s(endpoint: Endpoint, failures: int, duration_s: float, refused: bool = False) -> float:
    """Seconds until the next read.

    After a success the refresh interval, never sooner than five times what the read took; after each failure
    in a row twice as long, up to five minutes. After a ``refused`` login five minutes at once: repeated wrong
    passwords lock accounts.
    """
    if refused:
        return max(endpoint.refresh_s, _LONGEST_S)
    calm = max(endpoint.refresh_s, _DURATIONS * duration_s)
    if failures == 0:
        return calm
    doubled = endpoint.refresh_s * float(1 << min(failures - 1, 10))
    return max(endpoint.refresh_s, min(doubled, _LONGEST_S))


def rotation_pause_s(endpoint: Endpoint, duration_s: float) -> float:
    """Seconds from the begin of one deep read until the next that nobody asks for.

    Almost the refresh interval, so that there is one for each light read, and never more than a twentieth of
    the time of the host.
    """
    return max(0.9 * endpoint.refresh_s, _ROTATION_DURATIONS * duration_s)
