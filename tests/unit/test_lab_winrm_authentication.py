"""Local accounts, and what a Basic header proves."""

from __future__ import annotations

from base64 import b64encode

import pytest

from drconsole.lab.winrm.authentication import Accounts, Basic

ACCOUNTS = Accounts("NY-HV1", {"Admin": "pass:wörd", "empty": ""})


@pytest.mark.parametrize("name", ["Admin", "ADMIN", "NY-HV1\\admin", "ny-hv1\\Admin", ".\\admin"])
def test_every_spelling_is_the_same_account(name: str) -> None:
    assert ACCOUNTS.check(name, "pass:wörd") == "admin"


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("admin", "pass:WÖRD"),
        ("admin", ""),
        ("nobody", "pass:wörd"),
        ("OTHER\\admin", "pass:wörd"),
        ("\\admin", "pass:wörd"),
        ("admin@ny-hv1", "pass:wörd"),
    ],
)
def test_anything_else_is_nobody(name: str, password: str) -> None:
    assert ACCOUNTS.check(name, password) is None


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_basic_takes_both_encodings_that_clients_send(encoding: str) -> None:
    header = "Basic " + b64encode("admin:pass:wörd".encode(encoding)).decode()
    assert Basic(ACCOUNTS).user(header, tls=True) == "admin"


def test_basic_proves_nothing_over_clear_http_and_is_not_offered_there() -> None:
    basic = Basic(ACCOUNTS)
    header = "Basic " + b64encode("admin:pass:wörd".encode()).decode()
    assert basic.user(header, tls=False) is None
    assert basic.offers(tls=False) == []
    assert basic.offers(tls=True) == ['Basic realm="WSMAN"']


@pytest.mark.parametrize("header", ["", "Basic", "Basic ?", "Negotiate YWRtaW4=", "Basic YWRtaW4="])
def test_other_headers_prove_nothing(header: str) -> None:
    assert Basic(ACCOUNTS).user(header, tls=True) is None
