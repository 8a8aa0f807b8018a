"""Where passwords come from; they live in memory only and never show."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

from drconsole.errors import LoginRefused
from drconsole.log import conceal, logger

Source = Callable[[], str]

# A source that failed is asked again only after this time: 64 hosts may share one credential.
RETRY_AFTER_S = 60.0
# Sources that can know another password later, without a person.
_RENEWED = ("password_command", "keyring")


class Secret:
    """The password of one credential, fetched once, when it is first needed.

    Safe to call from many threads: one asks the source, the others wait for its answer. ``kind`` is the key
    of its source in the config, ``place`` the environment variable or the program that it names.
    """

    def __init__(
        self,
        name: str,
        user: str,
        kind: str,
        source: Source,
        clock: Callable[[], float] = time.monotonic,
        place: str = "",
    ) -> None:
        self.name = name
        self.user = user
        self.kind = kind
        self.place = place
        self._source = source
        self._clock = clock
        self._lock = threading.Lock()
        self._value: str | None = None
        self._fetched = 0.0
        self._failed: tuple[float, LoginRefused] | None = None
        self._asked = False

    def __repr__(self) -> str:
        """Name and kind of the source; never the password."""
        return f"Secret({self.name!r}, from {self.kind})"

    @property
    def interactive(self) -> bool:
        """Whether a person is asked, so that it must be fetched before the screen opens."""
        return self.kind == "prompt"

    def awaited(self) -> LoginRefused | None:
        """What to tell of an endpoint that has to wait because the source has not answered yet."""
        if not self._asked:
            return None
        program, hint = "", "It may wait for somebody who unlocks it."
        if self.kind == "password_command":
            program, hint = f" {os.path.basename(self.place)!r}", "Run it by hand to see what it waits for."
        return LoginRefused(
            f"The password of credential {self.name!r} is being waited for: "
            f"its {self.kind}{program} has not answered yet.",
            hint=hint,
            subject=self.name,
        )

    def __call__(self) -> str:
        """Give the password.

        Raises:
            LoginRefused: the source gave none; it names the credential, never what the source answered.
        """
        with self._lock:
            if self._value is None:
                self._value = self._fetch()
                self._fetched = self._clock()
            return self._value

    def refused(self) -> None:
        """An endpoint did not take it: ask a source that may know a newer one again, but not at once.

        The 64 hosts of one domain refuse it all, and each of them says so.
        """
        with self._lock:
            if self.kind in _RENEWED and self._clock() - self._fetched >= RETRY_AFTER_S:
                self._value = None

    def enter(self, value: str) -> None:
        """Take a password that a person typed again; it counts from the next login on."""
        conceal(value, user=self.user)
        with self._lock:
            self._value, self._fetched, self._failed = value, self._clock(), None

    def _fetch(self) -> str:
        if self._failed and self._clock() - self._failed[0] < RETRY_AFTER_S:
            known = self._failed[1]
            raise LoginRefused(known.message, hint=known.hint, subject=known.subject)
        started = self._clock()
        self._asked = True
        try:
            value = self._source()
            if not value:
                raise LoginRefused("it gave no password.", hint="Its answer was empty.")
        except LoginRefused as error:
            told = LoginRefused(
                f"There is no password for credential {self.name!r}: {error.message}",
                hint=error.hint,
                subject=self.name,
            )
            self._failed = (self._clock(), told)
            raise told from None
        finally:
            self._asked = False
        conceal(value, user=self.user)
        logger(__name__).debug(
            "credential %s: password from %s in %.3f s", self.name, self.kind, self._clock() - started
        )
        return value


def ask_people(secrets: Iterable[Secret]) -> None:
    """Ask for the passwords that a person enters, before a screen opens; who enters none is left out."""
    for secret in secrets:
        if secret.interactive:
            with suppress(LoginRefused):
                secret()


def take_from_environment(secrets: Iterable[Secret]) -> None:
    """Fetch the passwords that stand in the environment, and take them out of it.

    What this process starts from now on does not inherit them.
    """
    found = [secret for secret in secrets if secret.kind == "env"]
    for secret in found:
        with suppress(LoginRefused):
            secret()
    for secret in found:
        os.environ.pop(secret.place, None)
