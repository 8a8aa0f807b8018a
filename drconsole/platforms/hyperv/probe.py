"""The certificate that a host shows to anybody, whether it is to be trusted or not."""

from __future__ import annotations

import ssl

from drconsole.platforms.base import Access
from drconsole.platforms.hyperv.dial import dial
from drconsole.platforms.hyperv.watch import Watch


def shown_certificate(access: Access, seconds: float) -> bytes | None:
    """The certificate in DER form; None where none came in time. Nothing is sent, and nobody logs in."""
    if not access.tls:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with Watch(seconds) as watch:
            plain = dial(access.host, access.port, watch)
            with plain, context.wrap_socket(plain, server_hostname=access.host) as secured:
                return secured.getpeercert(binary_form=True)
    except Exception:
        # Whatever it was: a read of the same host meets it too, and says it in words.
        return None
