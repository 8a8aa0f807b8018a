"""Names of the protocol: namespaces, actions, resource URIs, signals (MS-WSMV, DSP0226)."""

from __future__ import annotations

SOAP = "http://www.w3.org/2003/05/soap-envelope"
ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
WSMAN = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
IDENTITY = "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"
SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
FAULT = "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"
WMI_ERROR = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/MSFT_WmiError"

# The prefixes of every reply; elements are built with them.
PREFIXES = {"s": SOAP, "a": ADDRESSING, "x": TRANSFER, "w": WSMAN, "rsp": SHELL}

ANONYMOUS = ADDRESSING + "/role/anonymous"
FAULT_ACTION = "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault"

CREATE = TRANSFER + "/Create"
DELETE = TRANSFER + "/Delete"
COMMAND = SHELL + "/Command"
SEND = SHELL + "/Send"
RECEIVE = SHELL + "/Receive"
SIGNAL = SHELL + "/Signal"

CMD_SHELL = SHELL + "/cmd"
# Clients differ in the letter case of signals, so they are compared in small letters.
TERMINATE = SHELL + "/signal/terminate"
CTRL_C = SHELL + "/signal/ctrl_c"
CTRL_BREAK = SHELL + "/signal/ctrl_break"
STATE = SHELL + "/CommandState/"
