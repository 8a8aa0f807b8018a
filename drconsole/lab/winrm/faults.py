"""Faults: what the service says when it will not do what was asked.

Codes are those of the Windows SDK's wsmerror.h; which of them a real host picks in which case is stated in
the lab's FIDELITY.md.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

from drconsole.lab.winrm import names
from drconsole.lab.winrm.soap import element, envelope

ACCESS_DENIED = 5
OPERATION_ABORTED = 995
RESOURCE_NOT_FOUND = 0x80338000
MISSING_HEADER = 0x80338011
ACTION_NOT_SUPPORTED = 0x80338013
OPERATION_TIMED_OUT = 0x80338029  # 2150858793
ENCODING_LIMIT = 0x80338035
SCHEMA_INVALID = 0x80338041
SHELL_NOT_FOUND = 0x8033805B  # 2150858843
TOO_MANY_SHELLS = 0x803381A5  # 2150859173
TOO_MANY_OPERATIONS = 0x803381A6  # 2150859174
FILE_NOT_FOUND = 0x80070002
INVALID_PARAMETER = 0x80070057
PIPE_CLOSING = 0x800700E8

_SERVICE = "The WS-Management service cannot process the request. "


class Fault(Exception):
    """A refusal; ``quota`` faults carry their code as a WMI error and not as a WS-Management one."""

    def __init__(
        self,
        code: int,
        reason: str,
        *,
        subcode: str = "w:InternalError",
        receiver: bool = False,
        quota: bool = False,
    ) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason
        self.subcode = subcode
        self.receiver = receiver
        self.quota = quota

    def envelope(self, relates_to: str, machine: str) -> bytes:
        """The reply that carries it; HTTP status 500 goes with it."""
        detail = self._wmi_error() if self.quota else self._wsman_fault(machine)
        fault = element(
            "s:Fault",
            element(
                "s:Code",
                element("s:Value", "s:Receiver" if self.receiver else "s:Sender"),
                element("s:Subcode", element("s:Value", self.subcode)),
            ),
            element("s:Reason", element("s:Text", self.reason + " ", **{"xml:lang": "en-US"})),
            element("s:Detail", detail),
        )
        return envelope(names.FAULT_ACTION, relates_to, [fault])

    def _wsman_fault(self, machine: str) -> Element:
        attributes = {"xmlns:f": names.FAULT, "Code": str(self.code), "Machine": machine}
        return element("f:WSManFault", element("f:Message", self.reason + " "), **attributes)

    def _wmi_error(self) -> Element:
        return element(
            "p:MSFT_WmiError",
            element("p:CIMStatusCode", "27"),
            element("p:Message", self.reason + " "),
            element("p:MessageID", f"HRESULT {self.code:#x}"),
            element("p:error_Category", "30"),
            element("p:error_Code", str(self.code)),
            element("p:error_Type", "HRESULT"),
            **{"xmlns:p": names.WMI_ERROR},
        )


def invalid_xml(why: str) -> Fault:
    """The request is not an envelope; ``why`` is the parser's word."""
    reason = f"{_SERVICE}The request contains invalid XML: {why}."
    return Fault(SCHEMA_INVALID, reason, subcode="w:SchemaValidationError")


def invalid_body(what: str) -> Fault:
    """An element that the action needs is missing or wrong."""
    return Fault(SCHEMA_INVALID, f"{_SERVICE}{what}", subcode="w:SchemaValidationError")


def missing_header(name: str) -> Fault:
    """A header that every request needs is missing."""
    reason = f"{_SERVICE}The request does not have all the expected SOAP headers: {name}."
    return Fault(MISSING_HEADER, reason, subcode="a:MessageInformationHeaderRequired")


def unknown_resource(uri: str) -> Fault:
    """Nothing here answers for that resource, PowerShell's own remoting included."""
    reason = (
        f"{_SERVICE}The resource URI ({uri}) was not found in the WS-Management catalog. "
        "The catalog contains the metadata that describes resources, or logical endpoints."
    )
    return Fault(RESOURCE_NOT_FOUND, reason, subcode="a:DestinationUnreachable")


def unknown_action(action: str) -> Fault:
    """The resource is known and cannot do that."""
    reason = f"The WS-Management service does not support the action specified in the request: {action}."
    return Fault(ACTION_NOT_SUPPORTED, reason, subcode="a:ActionNotSupported")


def envelope_too_large() -> Fault:
    """The request is larger than MaxEnvelopeSizekb."""
    reason = (
        f"{_SERVICE}The encoding of the request exceeds an internal encoding limit. "
        "Reconfigure the client to send messages which fit the encoding limits of the service."
    )
    return Fault(ENCODING_LIMIT, reason, subcode="w:EncodingLimit")


def timed_out() -> Fault:
    """Nothing to report within the client's OperationTimeout: normal while a command runs."""
    reason = (
        "The WS-Management service cannot complete the operation within the time specified "
        "in OperationTimeout. "
    )
    return Fault(OPERATION_TIMED_OUT, reason, subcode="w:TimedOut", receiver=True)


def aborted() -> Fault:
    """The operation was waiting when its command or the service ended."""
    reason = "The I/O operation has been aborted because of either a thread exit or an application request."
    return Fault(OPERATION_ABORTED, reason, receiver=True)


def shell_not_found(shell_id: str) -> Fault:
    """The shell was deleted, timed out, or never was."""
    reason = (
        f"The request for the Windows Remote Shell with ShellId {shell_id} failed because the shell was not "
        "found on the server. Possible causes are: the specified ShellId is incorrect or the shell no longer "
        "exists on the server. Provide the correct ShellId or create a new shell and retry the operation."
    )
    return Fault(SHELL_NOT_FOUND, reason, subcode="w:InvalidSelectors")


def command_not_found(command_id: str) -> Fault:
    """The shell lives, the command is not one of it."""
    reason = f"{_SERVICE}The request for CommandId {command_id} contained invalid selectors for the resource."
    return Fault(SHELL_NOT_FOUND, reason, subcode="w:InvalidSelectors")


def access_denied() -> Fault:
    """The shell belongs to somebody else."""
    return Fault(ACCESS_DENIED, "Access is denied.", subcode="w:AccessDenied")


def too_many_shells(limit: int) -> Fault:
    """MaxShellsPerUser is reached."""
    reason = (
        f"{_SERVICE}This user is allowed a maximum number of {limit} concurrent shells, which has been "
        "exceeded. Close existing shells or raise the quota for this user."
    )
    return Fault(TOO_MANY_SHELLS, reason, receiver=True, quota=True)


def too_many_operations(limit: int) -> Fault:
    """MaxConcurrentOperationsPerUser is reached: the command was not started."""
    reason = (
        f"{_SERVICE}This user is allowed a maximum number of {limit} concurrent operations, which has "
        "been exceeded. Close existing operations for this user, or raise the quota for this user."
    )
    return Fault(TOO_MANY_OPERATIONS, reason, receiver=True, quota=True)


def file_not_found() -> Fault:
    """Without cmd.exe, the command must be a program."""
    return Fault(FILE_NOT_FOUND, "The system cannot find the file specified.", receiver=True)


def invalid_parameter(what: str) -> Fault:
    """A value is not one that the service takes."""
    return Fault(INVALID_PARAMETER, f"The parameter is incorrect: {what}.", subcode="w:InvalidParameter")


def pipe_closing() -> Fault:
    """The process has ended or its input was closed before."""
    return Fault(PIPE_CLOSING, "The pipe is being closed.", receiver=True)
