"""Management addresses as people write them: host or host:port."""

from __future__ import annotations

import re
from ipaddress import IPv6Address

# WinRM over HTTPS; vim25 over HTTPS.
PORTS = {"hyperv": 5986, "vsphere": 443}
PLAIN_WINRM = 5985
_HOST = re.compile(r"[^\W_]([\w-]*[^\W_])?(\.[^\W_]([\w-]*[^\W_])?)*\.?")


def split_address(address: str, kind: str, *, tls: bool = True) -> tuple[str, int]:
    """Host and port of ``host``, ``host:port``, ``[v6]``, ``[v6]:port`` or a bare IPv6 address.

    Without a port it is the usual one of the kind, with TLS or without.

    Raises:
        ValueError: it is none of these; its text is the problem, ``; ``, and the remedy.
    """
    if "://" in address or "/" in address:
        raise ValueError("this is a URL or has a path; write host or host:port alone")
    if "@" in address:
        raise ValueError("a user stands in the address; write it under credentials")
    host, port = _parted(address)
    if port and not (port.isascii() and port.isdigit() and 0 < int(port[:6]) <= 65535):
        raise ValueError("the port is not a number from 1 to 65535; write host:port")
    return host, int(port) if port else PORTS.get(kind, 443) if tls else PLAIN_WINRM


def _parted(address: str) -> tuple[str, str]:
    if address.startswith("["):
        host, bracket, rest = address[1:].partition("]")
        if not bracket or (rest and not (rest.startswith(":") and rest[1:])) or not _is_v6(host):
            raise ValueError("this is not an IPv6 address in brackets; write [address] or [address]:port")
        return host, rest[1:]
    if address.count(":") > 1:
        if not _is_v6(address):
            raise ValueError("this has too many colons; write host:port, or an IPv6 address in brackets")
        return address, ""
    host, colon, port = address.partition(":")
    if colon and not port:
        raise ValueError("the port is missing after the colon; write host:port")
    if not _HOST.fullmatch(host) or len(host) > 253:
        raise ValueError("this is no host name or IP address; write host or host:port")
    return host, port


def _is_v6(text: str) -> bool:
    try:
        IPv6Address(text)
    except ValueError:
        return False
    return True
