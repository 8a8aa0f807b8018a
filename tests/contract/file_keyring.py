"""A keyring for processes under test: one file for each entry, in the folder that CANARY_VAULT names."""

from __future__ import annotations

import os
from pathlib import Path

from keyring.backend import KeyringBackend


class FileKeyring(KeyringBackend):
    """Chosen by PYTHON_KEYRING_BACKEND; the entry ``breaks`` fails with the password in its words."""

    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        file = _vault() / f"{service}.{username}"
        if not file.exists():
            return None
        password = file.read_text(encoding="utf-8")
        if username == "breaks":
            raise RuntimeError(f"cannot use {password}")
        return password

    def set_password(self, service: str, username: str, password: str) -> None:
        (_vault() / f"{service}.{username}").write_text(password, encoding="utf-8")

    def delete_password(self, service: str, username: str) -> None:
        (_vault() / f"{service}.{username}").unlink()


def _vault() -> Path:
    return Path(os.environ["CANARY_VAULT"])
