"""Names, datastores and paths as vSphere writes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drconsole.platforms.vsphere.naming import decoded, split_vmx, store_id


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("web%2f01", "web/01"),
        ("web%2F01", "web/01"),
        ("a%5cb", "a\\b"),
        ("100%25", "100%"),
        ("%252f", "%2f"),
        ("100%", "100%"),
        ("%20%zz", "%20%zz"),
    ],
)
def test_names_are_read_as_people_write_them(written: str, name: str) -> None:
    assert decoded(written) == name


@given(st.text())
def test_reading_undoes_what_vim_does(name: str) -> None:
    assert decoded(name.replace("%", "%25").replace("/", "%2f").replace("\\", "%5c")) == name


@pytest.mark.parametrize(
    "url",
    ["ds:///vmfs/volumes/5f3e-77/", "/vmfs/volumes/5f3e-77", "sanfs://vmfs_uuid:lun/5f3e-77/"],
)
def test_a_datastore_is_the_same_whoever_looks(url: str) -> None:
    assert store_id(url) == "5f3e-77"


def test_a_datastore_without_a_url_has_no_id() -> None:
    assert store_id("") == ""


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("[ds one] mail/mail.vmx", ("ds one", "", "mail/mail.vmx")),
        ("[a%2fb] mail/mail.vmx", ("a/b", "", "mail/mail.vmx")),
        ("[ds]mail.vmx", ("ds", "", "mail.vmx")),
        ("[ds] a]b/[c].vmx", ("ds", "", "a]b/[c].vmx")),
        ("/vmfs/volumes/5f3e-77/mail/mail.vmx", ("", "5f3e-77", "mail/mail.vmx")),
        ("ds:///vmfs/volumes/5f3e-77/mail/mail.vmx", ("", "5f3e-77", "mail/mail.vmx")),
        ("something else", ("", "", "something else")),
        ("[] ", ("", "", "")),
    ],
)
def test_paths_of_configurations(path: str, parts: tuple[str, str, str]) -> None:
    assert split_vmx(path) == parts
