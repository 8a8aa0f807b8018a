"""When an endpoint is read again."""

from __future__ import annotations

from drconsole.domain.endpoint import Endpoint

_LONGEST_S = 300.0
_DURATIONS = 5.0


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
