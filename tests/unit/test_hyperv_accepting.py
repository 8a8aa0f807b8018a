"""What is asked of the side that a reverse sends to: does it accept replication, and the VM's version?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from drconsole.domain.deep import Deep, Receiver
from drconsole.domain.plan import Operation, Readiness
from tests.unit.test_hyperv_procedures import blocks, deep, healthy, moved, plan, texts

NJ_NAME = "nj.lab.example"
ANYONE = Receiver(True, "CertificateAndKerberos", anyone=True)


def old(receiver: Receiver | None = ANYONE, versions: tuple[str, ...] | None = ("9.0", "10.0")) -> Deep:
    """The close look at the old side."""
    return deep(receiver=receiver, versions=versions)


def new(version: str = "10.0", authentication: str = "Kerberos") -> Deep:
    """The close look at the side that serves now."""
    return deep(version=version, authentication=authentication)


def test_both_operations_that_reverse_say_that_it_is_accepted() -> None:
    said = plan(Operation.REVERSE, moved(), here=old(), there=new())
    assert blocks(said) == texts(said, Readiness.UNKNOWN) == ""
    assert f"accepts replication from {NJ_NAME}" in texts(said, Readiness.READY)
    assert "supports the VM's version 10.0" in texts(said, Readiness.READY)
    said = plan(Operation.PLANNED_FAILOVER, healthy(), here=old(), there=new(), reverse="yes")
    assert f"accepts replication from {NJ_NAME}" in texts(said, Readiness.READY)


def test_a_failover_that_is_not_reversed_is_told_and_not_held_up() -> None:
    said = plan(Operation.PLANNED_FAILOVER, healthy(), here=old(Receiver(False)), there=new())
    assert blocks(said) == ""
    warned = texts(said, Readiness.WARNING)
    assert "reverse will be refused: ny does not accept replication (Enable it" in warned
    said = plan(Operation.PLANNED_FAILOVER, healthy(), here=old(None, None), there=new())
    assert blocks(said) == texts(said, Readiness.UNKNOWN) == ""
    assert "reverse may be refused: whether ny accepts replication" in texts(said, Readiness.WARNING)
    said = plan(Operation.PLANNED_FAILOVER, healthy(), here=old(), there=new())
    assert "refused" not in texts(said, Readiness.WARNING)


@pytest.mark.parametrize(
    ("receiver", "said"),
    [
        (Receiver(False, "Kerberos", anyone=True), "does not accept replication (Enable it"),
        (Receiver(True, "Certificate", anyone=True), "accepts Certificate alone, and this replication uses"),
        (Receiver(True, "Kerberos"), f"does not accept replication from {NJ_NAME} (Add {NJ_NAME}"),
        (Receiver(True, "Kerberos", allowed=("other.lab.example",)), f"replication from {NJ_NAME}"),
        (Receiver(True, "Kerberos", allowed=("*.other.example",)), f"replication from {NJ_NAME}"),
        (Receiver(True, "Kerberos", allowed=("*.b.example", "nj.other.example")), f"from {NJ_NAME}"),
    ],
)
def test_what_is_not_accepted_blocks_and_says_what_clears_it(receiver: Receiver, said: str) -> None:
    assert said in blocks(plan(Operation.REVERSE, moved(), here=old(receiver), there=new()))
    told = plan(Operation.PLANNED_FAILOVER, healthy(), here=old(receiver), there=new(), reverse="yes")
    assert said in blocks(told)


@pytest.mark.parametrize("allowed", ["NJ.lab.example", "*.LAB.example", "*", "nj"])
def test_who_is_admitted(allowed: str) -> None:
    receiver = Receiver(True, "Kerberos", allowed=("x.example", allowed))
    said = plan(Operation.REVERSE, moved(), here=old(receiver), there=new())
    assert blocks(said) == texts(said, Readiness.UNKNOWN) == ""


def test_a_short_name_says_nothing_of_its_domain() -> None:
    receiver = Receiver(True, "Kerberos", allowed=("*.lab.example",))
    said = plan(Operation.REVERSE, moved(replica="NJ"), here=old(receiver), there=new())
    assert blocks(said) == ""
    assert "only the short name" in texts(said, Readiness.UNKNOWN)


def test_what_cannot_be_read_is_unknown_with_a_way_on() -> None:
    said = plan(Operation.REVERSE, moved(), here=old(None, None), there=new())
    assert blocks(said) == ""
    unknown = texts(said, Readiness.UNKNOWN)
    assert "whether ny accepts replication could not be read (Plan again with an account" in unknown
    assert "whether ny supports the VM's version could not be read" in unknown
    unread = replace(new(), version="")
    told = plan(Operation.REVERSE, moved(), here=old(), there=unread)
    assert "VM's version could not be read" in texts(told, Readiness.UNKNOWN)


def test_an_old_host_that_cannot_run_the_vm_blocks() -> None:
    said = blocks(plan(Operation.REVERSE, moved(), here=old(), there=new("12.0")))
    assert "ny does not support the VM's version 12.0 (it supports 9.0, 10.0)" in said
    assert "Upgrade that host" in said
