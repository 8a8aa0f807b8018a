"""What an endpoint's TLS rests on: a CA file, pinned certificates, the system's store, or nothing by name."""

from __future__ import annotations

import re
import ssl
import stat
from pathlib import Path
from typing import Any

from drconsole.config import paths
from drconsole.config.form import Form
from drconsole.config.mistakes import quoted
from drconsole.domain.endpoint import Insecurity

# What needs no TLS to keep a password.
SEALS = ("ntlm", "kerberos")
PIN = "sha256:"
MAX_BYTES = 10_000_000
_DIGEST = re.compile(r"[0-9a-f]{64}")
_PIN_REMEDY = "write sha256: and 64 hexadecimal digits, or name a PEM file"
_CA_REMEDY = "name a PEM file with the CA's certificate"


def digests(pin: str, source: Path) -> frozenset[bytes]:
    """The SHA-256 digests that one pin of the configuration ``source`` means.

    Raises:
        ValueError: it is no fingerprint, or names no file of certificates; its text is the problem.
    """
    if pin.casefold().startswith(PIN):
        # As OpenSSL and browsers show it: in pairs with colons, in either case.
        text = pin[len(PIN) :].replace(":", "").strip().casefold()
        if not _DIGEST.fullmatch(text):
            raise ValueError("this is no SHA-256 fingerprint")
        return frozenset((bytes.fromhex(text),))
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.x509 import load_pem_x509_certificates

    path = paths.beside(source, pin)
    try:
        shown = load_pem_x509_certificates(_plain_file(path).read_bytes())
    except OSError as error:
        raise ValueError(f"{quoted(str(path), 200)} cannot be read ({error.strerror})") from None
    except ValueError:
        raise ValueError(f"{quoted(str(path), 200)} holds no certificate that can be read") from None
    return frozenset(one.fingerprint(SHA256()) for one in shown)


def insecurity(*, insecure: bool, tls: bool) -> Insecurity | None:
    """What ``insecure: true`` accepts at an endpoint whose other keys are right."""
    if not insecure:
        return None
    return Insecurity.UNVERIFIED if tls else Insecurity.CLEAR_PASSWORD


def check_trust(name: str, endpoint: dict[str, Any], form: Form) -> None:
    """Note what is contradictory, dangerous without being called so, or cannot be used."""
    keys = ("endpoints", name)
    given = [key for key in ("ca_file", "pins", "insecure") if endpoint.get(key)]
    if endpoint.get("kind") == "hyperv" and not endpoint.get("tls", True):
        sealed = endpoint.get("transport") in SEALS
        if not sealed and "insecure" not in given:
            problem = "without TLS, passwords can be read on the wire"
            remedy = "remove the line, or use transport: ntlm, which seals every message"
            form.mistakes.add(form.line(*keys, "tls"), (*keys, "tls"), problem, remedy)
        for key in given:
            if sealed or key != "insecure":
                problem = "with tls: false there is no certificate"
                form.mistakes.add(form.line(*keys, key), (*keys, key), problem, "remove one of the two lines")
    elif len(given) > 1:
        last = "no certificate is looked at" if "insecure" in given else "only those certificates are right"
        problem = f"with {'insecure: true' if 'insecure' in given else 'pins'} {last}"
        form.mistakes.add(
            form.line(*keys, given[0]), (*keys, given[0]), problem, "remove one of the two lines"
        )
    if "ca_file" in given:
        _ca_file((*keys, "ca_file"), endpoint["ca_file"], form)
    for at, pin in enumerate(endpoint.get("pins") or ()):
        # What is no text leaves a gap, which was told already.
        if isinstance(pin, str):
            _pin((*keys, "pins", at), pin, form)


def _ca_file(keys: tuple[str | int, ...], named: str, form: Form) -> None:
    path = paths.beside(form.mistakes.file, named)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=_plain_file(path))
    except ssl.SSLError:
        problem = f"{quoted(str(path), 200)} holds no certificate that can be read"
    except OSError as error:
        problem = f"{quoted(str(path), 200)} cannot be read ({error.strerror})"
    else:
        return
    form.mistakes.add(form.line(*keys), keys, problem, _CA_REMEDY)


def _pin(keys: tuple[str | int, ...], pin: str, form: Form) -> None:
    try:
        digests(pin, form.mistakes.file)
    except ValueError as error:
        form.mistakes.add(form.line(*keys), keys, str(error), _PIN_REMEDY)


def _plain_file(path: Path) -> Path:
    """The path, once it is known that reading it comes to an end.

    Raises:
        OSError: it is not there, a folder, a pipe, a device, or far too large.
    """
    about = path.stat()
    if stat.S_ISDIR(about.st_mode):
        raise OSError(0, "it is a directory")
    if not stat.S_ISREG(about.st_mode):
        raise OSError(0, "it is not a plain file")
    if about.st_size > MAX_BYTES:
        raise OSError(0, f"it has {about.st_size} bytes, at most {MAX_BYTES} are read")
    return path
