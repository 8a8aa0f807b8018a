"""Answers that are faults, as vSphere writes them."""

from __future__ import annotations

from tests.peers.impostor import Answer, Change


def fault(name: str, inside: str = "") -> Change:
    """Answer with a fault of this type, whatever was asked."""
    body = (
        '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv='
        '"http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        "<soapenv:Body><soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>no</faultstring>"
        f'<detail><{name}Fault xmlns="urn:vim25" xsi:type="{name}">{inside}</{name}Fault></detail>'
        "</soapenv:Fault></soapenv:Body></soapenv:Envelope>"
    )
    return lambda answer: Answer(500, answer.headers, body.encode())


no_permission = fault(
    "NoPermission", '<object type="Folder">group-d1</object><privilegeId>System.View</privilegeId>'
)
