"""The reader of property replies: what it reads, what it lets pass, and that it raises BadReply alone."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drconsole.errors import BadReply
from drconsole.platforms.vsphere.reply import MOST_DEPTH, MOST_OBJECT, Page, PropertyReply, items, plain, text

XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<soapenv:Envelope xmlns:soapenv='
    f'"http://schemas.xmlsoap.org/soap/envelope/" {XSI}><soapenv:Body>'
    '<RetrievePropertiesExResponse xmlns="urn:vim25"><returnval>'
)
TAIL = "</returnval></RetrievePropertiesExResponse></soapenv:Body></soapenv:Envelope>"
# A recorded reply, shortened.
MACHINE = (
    '<objects><obj type="VirtualMachine">vm-62</obj>'
    '<propSet><name>name</name><val xsi:type="xsd:string">DC0_H0_VM0</val></propSet>'
    '<propSet><name>runtime.powerState</name><val xsi:type="PowerState">poweredOn</val></propSet>'
    '<propSet><name>config.annotation</name><val xsi:type="xsd:string">ü &lt;b&gt;&#xA;there</val></propSet>'
    '<propSet><name>config.managedBy</name><val xsi:type="ManagedByInfo">'
    "<extensionKey>com.vmware.vcDr-x</extensionKey><type>placeholderVm</type></val></propSet>"
    '<propSet><name>network</name><val xsi:type="ArrayOfManagedObjectReference">'
    '<ManagedObjectReference type="Network">network-6</ManagedObjectReference>'
    '<ManagedObjectReference type="Network">network-7</ManagedObjectReference></val></propSet>'
    '<propSet><name>datastore</name><val xsi:type="ArrayOfManagedObjectReference"></val></propSet>'
    '<missingSet><path>config.repConfig</path><fault><fault xsi:type="NoPermission">'
    '<object type="VirtualMachine">vm-62</object><privilegeId>System.Read</privilegeId></fault>'
    "<localizedMessage>no</localizedMessage></fault></missingSet></objects>"
)
REPLY = (HEAD + "<token>next</token>" + MACHINE + TAIL).encode()


def read(body: bytes, step: int = 1 << 16) -> Page:
    reply = PropertyReply()
    for start in range(0, len(body), step):
        reply.feed(body[start : start + step])
    return reply.finish()


def named(name: str) -> bytes:
    machine = f"<obj type='VirtualMachine'>vm-1</obj><propSet><name>name</name><val>{name}</val></propSet>"
    return (HEAD + f"<objects>{machine}</objects>" + TAIL).encode()


@pytest.mark.parametrize("step", [1, 2, 7, 1 << 16])
def test_a_recorded_reply(step: int) -> None:
    page = read(REPLY, step)
    (machine,) = page.objects
    assert page.token == "next"
    assert (machine.kind, machine.ref) == ("VirtualMachine", "vm-62")
    assert machine.values["name"] == "DC0_H0_VM0"
    assert machine.values["config.annotation"] == "ü <b>\nthere"
    assert text(machine.values["config.managedBy"], "type") == "placeholderVm"
    assert items(machine.values["network"]) == ["network-6", "network-7"]
    assert items(machine.values["datastore"]) == []
    assert machine.missing == {"config.repConfig": "NoPermission"}


def test_no_objects_and_no_returnval() -> None:
    assert read((HEAD + TAIL).encode()) == Page([])
    empty = HEAD.removesuffix("<returnval>") + TAIL.removeprefix("</returnval>")
    assert read(empty.encode()) == Page([])


def test_prefixes_and_later_properties_do_not_matter() -> None:
    body = REPLY.replace(b"</objects>", b"<newer>1</newer></objects>").replace(b"soapenv:", b"S")
    body = re.sub(rb"<(/?)(\w)", rb"<\1v:\2", body).replace(b"v:S", b"S:").replace(b"xmlns=", b"xmlns:v=")
    body = body.replace(b"xmlns:soapenv", b"xmlns:S").replace(b"xsi", b"_XMLSchema-instance")
    assert b"<v:objects>" in body
    assert read(body) == read(REPLY)


@pytest.mark.parametrize("step", [1, 3, 1 << 16])
@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ("a\x1b[31m\x07", "a␛[31m␇"),
        ("a&#27;[31m&#x7;", "a␛[31m␇"),
        ("a&#x1B;b&#x0000;", "a␛b␀"),
        ("tab&#9;line&#xA;", "tab\tline\n"),
        ("&#xD800;&#x110000;", "��"),
        ("&#252;&#x1F600;&amp;#27;", "ü😀&#27;"),
    ],
)
def test_what_xml_may_not_hold_becomes_visible(sent: str, seen: str, step: int) -> None:
    assert read(named(sent), step).objects[0].values["name"] == seen


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "not XML"),
        (b"<html><body><p>hello</p></body></html>", "no SOAP reply"),
        (REPLY[:-30], "in the middle"),
        (REPLY + b"<more/>", "not XML"),
        (REPLY.replace("ü".encode(), b"\xfc"), "UTF-8"),
        (REPLY.decode().encode("utf-16"), "UTF-8"),
        (REPLY.replace(b"RetrievePropertiesEx", b"CurrentTime"), "not to a read of properties"),
        (REPLY.replace(b"<soapenv:Envelope", b"<!DOCTYPE a><soapenv:Envelope"), "document type"),
        (REPLY.replace(b">vm-62</obj>", b"></obj>"), "without a reference"),
        (named("<a>" * (MOST_DEPTH + 1) + "</a>" * (MOST_DEPTH + 1)), "nested deeper"),
        (named("x" * (MOST_OBJECT + (1 << 16))), "larger than any"),
        (named("<a>" * (MOST_OBJECT // 2)), "larger than any"),
        ((HEAD + "<x>" + MACHINE + "</x>" + TAIL).encode(), "where no reply"),
        (REPLY.replace(b"<soapenv:Body>", b"<soapenv:Header/><soapenv:Body><a/>"), "not to a read"),
    ],
)
def test_what_is_no_such_reply_is_refused(body: bytes, words: str) -> None:
    with pytest.raises(BadReply, match=words):
        read(body)


@pytest.mark.parametrize("step", [1, 5, 1 << 16])
def test_a_document_type_is_refused_however_it_is_cut(step: int) -> None:
    with pytest.raises(BadReply, match="document type"):
        read(REPLY.replace(b"<soapenv:Envelope", b"<!DOCTYPE a><soapenv:Envelope", 1), step)


def only_bad_reply(body: bytes) -> None:
    for step in (1 << 16, 11):
        try:
            page = read(body, step)
        except BadReply:
            continue
        assert all(one.ref for one in page.objects)


@given(st.binary(max_size=400))
def test_any_bytes(body: bytes) -> None:
    only_bad_reply(body)


@given(st.integers(0, len(REPLY)), st.integers(0, 60), st.binary(max_size=20))
def test_any_piece_of_a_reply_exchanged(start: int, length: int, new: bytes) -> None:
    only_bad_reply(REPLY[:start] + new + REPLY[start + length :])


TAGS = st.sampled_from(
    ["objects", "obj", "propSet", "name", "val", "missingSet", "path", "fault", "token", "returnval", "x:y"]
)
TREES = st.recursive(
    st.text("ab &<\n", max_size=4).map(lambda t: t.replace("&", "&amp;").replace("<", "&lt;")),
    lambda inner: st.tuples(TAGS, st.lists(inner, max_size=4)).map(
        lambda node: f"<{node[0]} xsi:type='T' type='U'>{''.join(node[1])}</{node[0]}>"
    ),
    max_leaves=25,
)


@given(TREES)
def test_any_tree_of_the_right_names(tree: str) -> None:
    only_bad_reply((HEAD + tree + TAIL).encode())


@given(st.integers(1, 40))
def test_the_size_of_pieces_changes_nothing(step: int) -> None:
    assert read(REPLY, step) == read(REPLY)


def test_small_replies_with_a_document_type_are_refused() -> None:
    assert plain(b"<a/>") == b"<a/>"
    for body in (b"<!DOCTYPE a><a/>", "<a/>".encode("utf-16")):
        with pytest.raises(BadReply):
            plain(body)


def test_paths_into_values() -> None:
    value = read(REPLY).objects[0].values["config.managedBy"]
    assert text(value, "extensionKey") == "com.vmware.vcDr-x"
    assert text(value, "nothing") is None
    assert text(value, "type", "deeper") is None
    assert text(value) is None
    assert text(None, "type") is None
    assert items("x") == items(None) == []
