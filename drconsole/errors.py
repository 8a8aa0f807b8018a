"""The one error tree.

DrConsoleError                what happened, to whom, why it matters, what to do next
├── ConfigError               a file, key or value of ours is wrong: nothing was started
│   └── ThemeError            a theme file names an unknown field or a colour that is none
├── UsageError                the command line is wrong
├── StateError                the state folder cannot be used
│   └── Unwritable            a file that was asked for cannot be written
├── NotSeen                   nobody who answers knows it, and not everybody answers
├── Refused                   a rule, another open run or a missing confirmation forbids it: nothing was done
├── KeyringUnusable           there is no keyring, or none that keeps a secret
└── EndpointError             an endpoint did not give what was asked
    ├── Unreachable           no connection, or it was lost
    ├── TimedOut              connected, but no complete answer within the budget
    ├── Lost                  an act may have left, and nobody knows whether it began
    ├── CertificateRejected   TLS: unknown issuer, other name, expired
    ├── LoginRefused          the endpoint answered: not with these credentials
    ├── NoRights              logged in, but not allowed to see or do it
    ├── BadReply              not what the protocol says: malformed, cut, too large, another service
    ├── Constrained           PowerShell there may not run scripts of ours
    ├── ScriptFailed          the script ran on the host and reported an error
    └── Busy                  it does for us already what it can do once at a time
"""

from __future__ import annotations


class DrConsoleError(Exception):
    """Base of all errors a person may see.

    Args:
        message: what happened and why it matters, one or two sentences.
        hint: what to do next.
        subject: the endpoint, file or workload it concerns.
    """

    title = "drconsole failed"

    def __init__(self, message: str, *, hint: str = "", subject: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.subject = subject

    def __str__(self) -> str:
        """One line: subject, message, hint."""
        head = f"{self.subject}: {self.message}" if self.subject else self.message
        return f"{head} {self.hint}" if self.hint else head


class ConfigError(DrConsoleError):
    """A configuration file is wrong; ``message`` may hold several lines, one per mistake."""

    title = "The configuration is wrong"


class ThemeError(ConfigError):
    """A theme file cannot be used; ``subject`` is the file, with its line where it is known."""

    title = "The theme is wrong"


class UsageError(DrConsoleError):
    """The command line asks for something that does not exist or is ambiguous."""

    title = "The command is wrong"


class StateError(DrConsoleError):
    """The state folder cannot be read or written."""

    title = "The state folder cannot be used"


class Unwritable(StateError):
    """A file or folder that a person named cannot be written."""

    title = "It cannot be written"


class NotSeen(DrConsoleError):
    """Nobody who answers shows what was named; whether it is there is not known, because some are silent."""

    title = "It is not known"


class Refused(DrConsoleError):
    """Something was asked that may not be done now; nothing was done."""

    title = "It was not done"


class KeyringUnusable(DrConsoleError):
    """The platform's keyring is missing, refused by name, or failed."""

    title = "The keyring cannot be used"


class EndpointError(DrConsoleError):
    """An endpoint did not give what was asked; ``subject`` is its name in the config."""

    title = "An endpoint did not answer as it should"
    code = "endpoint"


class Unreachable(EndpointError):
    """No connection could be made, or it was lost."""

    title = "No connection"
    code = "unreachable"


class TimedOut(EndpointError):
    """The endpoint is connected but gave no complete answer within its budget."""

    title = "No answer in time"
    code = "timed-out"


class Lost(EndpointError):
    """An act may have left for the endpoint, and no answer tells whether it began."""

    title = "The answer was lost"
    code = "lost"


class CertificateRejected(EndpointError):
    """The endpoint's certificate is not one that the config trusts."""

    title = "Certificate refused"
    code = "certificate"


class LoginRefused(EndpointError):
    """The endpoint refused the credentials."""

    title = "Login refused"
    code = "login"


class NoRights(EndpointError):
    """The account is known but may not see or do what was asked."""

    title = "Rights are missing"
    code = "rights"


class BadReply(EndpointError):
    """The answer is not what the protocol says."""

    title = "Unusable answer"
    code = "bad-reply"


class Constrained(EndpointError):
    """PowerShell on the host runs in a language mode in which no script of ours can work."""

    title = "PowerShell is constrained"
    code = "constrained"


class ScriptFailed(EndpointError):
    """A script of ours ran on the host and reported an error.

    Args:
        error_id: PowerShell's FullyQualifiedErrorId, never localised.
        category: PowerShell's error category.
    """

    title = "A script failed on the host"
    code = "script"

    def __init__(
        self, message: str, *, hint: str = "", subject: str = "", error_id: str = "", category: str = ""
    ) -> None:
        super().__init__(message, hint=hint, subject=subject)
        self.error_id = error_id
        self.category = category


class Busy(EndpointError):
    """The endpoint is doing for us already what it is asked for once at a time."""

    title = "The endpoint is busy"
    code = "busy"
