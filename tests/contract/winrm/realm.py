"""A Kerberos realm of the test's own: a key distribution centre, an account, and the keys of a host."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.conftest import missing

REALM = "LAB.TEST"
PROGRAMS = ("krb5kdc", "kdb5_util", "kadmin.local", "kinit")
MODULES = ("kerberos", "gssapi", "krb5")
PATIENCE_S = 30.0

CLIENT = """\
[libdefaults]
 default_realm = {realm}
 dns_lookup_kdc = false
 dns_lookup_realm = false
 dns_canonicalize_hostname = false
 rdns = false
 udp_preference_limit = 1
[realms]
 {realm} = {{
  kdc = 127.0.0.1:{port}
 }}
{modules}
"""
CENTRE = """\
[kdcdefaults]
 kdc_listen = 127.0.0.1:{port}
 kdc_tcp_listen = 127.0.0.1:{port}
[realms]
 {realm} = {{
  database_name = {folder}/principal
  key_stash_file = {folder}/stash
 }}
"""


def lacking() -> list[str]:
    """What of MIT Kerberos is not installed here."""
    return [name for name in PROGRAMS if shutil.which(name) is None] + [
        name for name in MODULES if find_spec(name) is None
    ]


def needed() -> None:
    """Skip a test where MIT Kerberos is not installed, or fail it where nothing may be missing (CI=true)."""
    if names := lacking():
        missing(f"MIT Kerberos is not installed: {', '.join(names)}")


@dataclass(frozen=True, slots=True)
class Realm:
    """A realm that runs, and to which this process's environment points.

    ``keytab`` has the keys of HTTP/127.0.0.1.
    """

    folder: Path
    keytab: Path

    def add(self, user: str, password: str) -> None:
        """Add an account."""
        _run("kadmin.local", "-q", f'addprinc -pw "{password}" {user}')

    def log_in(self, user: str, password: str) -> None:
        """Get a ticket, which replaces the one that was there."""
        _run("kinit", f"{user}@{REALM}", stdin=password + "\n")


@contextmanager
def realm(folder: Path) -> Iterator[Realm]:
    """Run a realm in an empty folder, where MIT Kerberos is installed."""
    needed()
    # Held until the centre takes it: on a busy machine somebody else would have it by then.
    held = socket.create_server(("127.0.0.1", 0))
    port = held.getsockname()[1]
    modules = _plugins()
    words = {"realm": REALM, "port": port, "folder": folder, "modules": modules}
    (folder / "krb5.conf").write_text(CLIENT.format(**words), encoding="utf-8")
    (folder / "kdc.conf").write_text(CENTRE.format(**words), encoding="utf-8")
    keytab = folder / "host.keytab"
    with closing(held), pytest.MonkeyPatch.context() as patch:
        patch.setenv("KRB5_CONFIG", str(folder / "krb5.conf"))
        patch.setenv("KRB5_KDC_PROFILE", str(folder / "kdc.conf"))
        patch.setenv("KRB5CCNAME", f"FILE:{folder / 'tickets'}")
        _run("kdb5_util", "create", "-s", "-P", "master", "-r", REALM)
        _run("kadmin.local", "-q", "addprinc -randkey HTTP/127.0.0.1")
        _run("kadmin.local", "-q", f"ktadd -k {keytab} HTTP/127.0.0.1")
        held.close()
        centre = subprocess.Popen(["krb5kdc", "-n"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _wait_for(port)
            yield Realm(folder, keytab)
        finally:
            centre.terminate()
            centre.wait()


def _plugins() -> str:
    """Where the database of the centre is, when it is not where it was built for."""
    centre = shutil.which("krb5kdc")
    assert centre is not None
    for found in Path(centre).parents[1].glob("lib/*/krb5/plugins/kdb"):
        return f"[dbmodules]\n db_module_dir = {found}"
    return ""


def _run(*command: str, stdin: str = "") -> None:
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=PATIENCE_S)
    assert done.returncode == 0, (command, done.stdout, done.stderr)


def _wait_for(port: int) -> None:
    """Return when somebody takes connections there."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
            return
    pytest.fail("the key distribution centre did not start")
