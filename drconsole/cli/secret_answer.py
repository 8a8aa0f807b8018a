"""What ``drconsole secret list`` answers to machines: JSON, schema 1."""

from __future__ import annotations

from msgspec import Struct


class SecretAnswer(Struct):
    """One credential; ``set`` is null where that is only known when it is needed, ``told`` is it in words.

    ``problem`` is why the keyring cannot be used.
    """

    name: str
    user: str
    source: str
    set: bool | None
    told: str
    problem: str | None
    used_by: list[str]


class SecretsAnswer(Struct):
    """All credentials of the configuration, in its order."""

    schema: int
    credentials: list[SecretAnswer]
