"""Errors of a script: what it can catch, and the records it sees then."""

from __future__ import annotations

from .values import SMA, EnumValue, Thing, Value

RUNTIME = SMA + "RuntimeException"
METHOD_INVOCATION = SMA + "MethodInvocationException"
BINDING = SMA + "ParameterBindingException"


def exception(type_name: str, message: str) -> Thing:
    """Make an exception object."""
    return Thing(type_name, {"message": message}, f"{type_name}: {message}")


class ScriptError(Exception):
    """An error that a script can catch.

    ``thrown`` marks those of ``throw``, which end a script even where nothing catches them. ``line`` is 0
    until the statement that failed is known.
    """

    def __init__(
        self,
        error_id: str,
        category: str,
        message: str,
        kind: str = RUNTIME,
        *,
        target: Value = None,
        thrown: bool = False,
    ) -> None:
        super().__init__(message)
        self.error_id = error_id
        self.category = category
        self.message = message
        self.exception = exception(kind, message)
        self.target = target
        self.thrown = thrown
        self.fatal = False
        self.line = 0
        self.activity = ""
        self.made: Thing | None = None

    def record(self) -> Thing:
        """Return the ErrorRecord; always the same object."""
        if self.made is None:
            category = EnumValue(SMA + "ErrorCategory", self.category)
            reason = self.exception.type.rpartition(".")[2]
            self.made = Thing(
                SMA + "ErrorRecord",
                {
                    "exception": self.exception,
                    "fullyqualifiederrorid": self.error_id,
                    "categoryinfo": Thing(
                        SMA + "ErrorCategoryInfo",
                        {"category": category},
                        f"{self.category}: (:) [{self.activity}], {reason}",
                    ),
                    "invocationinfo": Thing(
                        SMA + "InvocationInfo",
                        {"scriptlinenumber": self.line},
                        SMA + "InvocationInfo",
                    ),
                },
                self.message,
            )
            self.made.properties["\0error"] = self
        return self.made


def method_error(method: str, count: int, inner: str, message: str, error_id: str = "") -> ScriptError:
    """Make what a method's own exception becomes; ``inner`` is its type."""
    text = f'Exception calling "{method}" with "{count}" argument(s): "{message}"'
    return ScriptError(error_id or inner.rpartition(".")[2], "NotSpecified", text, METHOD_INVOCATION)


def cannot_convert(value_text: str, value_type: str, target: str) -> ScriptError:
    """Make the error of a cast that no rule allows."""
    return ScriptError(
        "ConvertToFinalInvalidCastException",
        "InvalidArgument",
        f'Cannot convert the "{value_text}" value of type "{value_type}" to type "{target}".',
    )
