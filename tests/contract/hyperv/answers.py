"""What a host answers to the light read, as the scripts write it."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

VM_A = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
VM_B = "11111111-2222-3333-4444-555555555555"


def vm(ident: str = VM_A, **facts: Any) -> dict[str, Any]:
    """One row of Get-VM."""
    row = {
        "id": ident.upper(),
        "name": "erp01",
        "power": "Running",
        "uptime_s": 3600,
        "notes": None,
        "mode": "Primary",
        "state": "Replicating",
        "auto_start": "StartIfRunning",
        "created": None,
        "networks": None,
    }
    return row | facts


def relation(ident: str = VM_A, **facts: Any) -> dict[str, Any]:
    """One row of Get-VMReplication."""
    row = {
        "vm": ident.upper(),
        "mode": "Primary",
        "state": "Replicating",
        "health": "Normal",
        "relationship": "Simple",
        "primary": "HV-NY1.example.com",
        "replica": "hv-nj1.example.com",
        "receiver": "hv-nj1.example.com",
        "last_sync": "2026-11-26T13:44:59.7654321Z",
        "frequency_s": 300,
        "test_vm": None,
    }
    return row | facts


def light(
    vms: list[dict[str, Any]] | None = None, relations: list[dict[str, Any]] | None = None, **facts: Any
) -> dict[str, Any]:
    """The value of a light read; by default one running primary."""
    answer = {
        "host": {"name": "HV-NY1", "fqdn": "HV-NY1.Example.com"},
        "now": "2026-11-26T13:45:42.1234567Z",
        "version": "5.1.20348.2849",
        "language": "FullLanguage",
        "vms": [vm()] if vms is None else vms,
        "relations": [relation()] if relations is None else relations,
    }
    return answer | facts


def looped(ident: str, value: Any = None, state: str = "done", **facts: Any) -> bytes:
    """What the read loop writes as an answer."""
    reply = {"id": ident, "state": state, "value": value, "error": None, "errors": [], "warnings": []}
    text = json.dumps(reply | facts, ensure_ascii=False)
    return b"\n" + base64.b64encode(gzip.compress(text.encode(), mtime=0)) + b"\n"


def framed(value: Any, error: dict[str, Any] | None = None) -> bytes:
    """What the frame writes around a value, as Windows ends lines."""
    text = json.dumps({"ok": error is None, "value": value, "error": error}, ensure_ascii=False)
    return b"FullLanguage\r\n" + base64.b64encode(text.encode()) + b"\r\ndrconsole-end\r\n"
