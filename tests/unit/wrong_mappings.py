"""Pairs, workloads and what may be changed, wrong in one way each, and what is said about them."""

from __future__ import annotations

from tests.unit.wrong_configs import Wrong

VM = "5c1f8c7e-0d0a-4b6e-9a51-1f2e3d4c5be2"
PAIR = "to: New Jersey}"
V6 = "ipv6: {address: 'fd00::5/64'}"
OTHER = "77770000-0d0a-4b6e-9a51-1f2e3d4c5be2"


def networks(text: str) -> str:
    """The pair with these networks, on its one line."""
    return f"to: New Jersey, networks: [{text}]}}"


def addresses(text: str) -> str:
    """The pair with these addresses, on its one line."""
    return f"to: New Jersey, addresses: [{text}]}}"


def adapter(settings: str, key: str = f"hv:{VM}") -> str:
    """One adapter's settings at either end."""
    return addresses(f"{{workload: '{key}', adapter: A, {settings}}}")


def workloads(text: str) -> tuple[str, str]:
    """An edit that adds workloads on line 7."""
    return "pairs:", f"workloads: {text}\npairs:"


WRONG_NETWORKS = [
    Wrong(name, PAIR, networks(text), 8, key, remedy)
    for name, text, key, remedy in (
        ("network without an end", "{from: a}", "pairs[1].networks[1].to:", "add 'to:'"),
        ("network that is text", "a", "pairs[1].networks[1]:", "keys and values"),
        ("network with an unknown key", "{from: a, to: b, tag: 1}", "networks[1].tag:", "known keys"),
        ("VLAN as text", "{from: a, to: b, to_vlan: '7'}", "networks[1].to_vlan:", "a whole number from 0"),
        ("VLAN with decimals", "{from: a, to: b, to_vlan: 1.5}", "networks[1].to_vlan:", "a whole number"),
        ("VLAN as truth", "{from: a, to: b, to_vlan: true}", "networks[1].to_vlan:", "a whole number"),
        ("VLAN too large", "{from: a, to: b, from_vlan: 4095}", "networks[1].from_vlan:", "from 0 to 4094"),
        ("test network as production", "{from: isolated, to: b}", "networks[1].from:", "where people work"),
    )
]
WRONG_ADDRESSES = [
    Wrong(name, PAIR, adapter(text), 8, f"pairs[1].addresses[1]{key}:", remedy)
    for name, text, key, remedy in (
        ("no address", "from: {gateway: 10.0.0.1}", ".from.address", "add 'address:'"),
        ("address without length", "to: {address: 10.0.0.5}", ".to.address", "10.1.10.21/24"),
        ("address with a mask", "to: {address: 10.0.0.5/255.255.255.0}", ".to.address", "10.1.10.21/24"),
        ("address of IPv6", "to: {address: 'fd00::1/64'}", ".to.address", "write it under ipv6:"),
        ("name as address", "to: {address: web/24}", ".to.address", "10.1.10.21/24"),
        ("length beyond reason", "to: {address: 10.0.0.5/32}", ".to.address", "/8 to /30"),
        ("address of the network", "to: {address: 10.0.0.0/24}", ".to.address", "10.1.10.21/24"),
        ("address of all", "to: {address: 10.0.0.255/24}", ".to.address", "10.1.10.21/24"),
        ("address of many", "to: {address: 224.0.0.5/24}", ".to.address", "10.1.10.21/24"),
        ("far gateway", "to: {address: 10.0.0.5/24, gateway: 10.0.1.1}", ".to.gateway", "of 10.0.0.0/24"),
        ("own gateway", "to: {address: 10.0.0.5/24, gateway: 10.0.0.5}", ".to.gateway", "another address"),
        ("gateway by name", "to: {address: 10.0.0.5/24, gateway: gw}", ".to.gateway", "10.1.10.1"),
        ("DNS by name", "to: {address: 10.0.0.5/24, dns: [ns]}", ".to.dns[1]", "10.1.10.1"),
        ("DNS no list", "to: {address: 10.0.0.5/24, dns: 10.0.0.1}", ".to.dns", "write a list"),
        (
            "too many DNS servers",
            "to: {address: 10.0.0.5/24, dns: [10.0.0.1, 10.0.0.2, 10.0.0.3]}",
            ".to.dns",
            "2 at most",
        ),
        ("mask apart", "to: {address: 10.0.0.5/24, mask: 255.0.0.0}", ".to.mask", "known keys here"),
        ("no address beside IPv6", f"to: {{dns: [10.0.0.1], {V6}}}", ".to.address", "'ipv6:' alone"),
        ("nothing at one end", "to: {}", ".to.address", "add 'address:'"),
    )
]
WRONG_ADDRESSES += [
    Wrong(f"IPv6: {name}", PAIR, adapter(f"to: {{ipv6: {text}}}"), 8, f".to.ipv6{key}:", remedy)
    for name, text, key, remedy in (
        ("no address", "{gateway: 'fd00::1'}", ".address", "add 'address:'"),
        ("no settings", "fd00::5/64", "", "keys and values"),
        ("address without length", "{address: 'fd00::5'}", ".address", "fd00:1:10::21/64"),
        ("address of IPv4", "{address: 10.0.0.5/24}", ".address", "fd00:1:10::21/64"),
        ("no address at all", "{address: 'fd00:::5/64'}", ".address", "fd00:1:10::21/64"),
        ("length beyond reason", "{address: 'fd00::5/128'}", ".address", "/16 to /127"),
        ("address of the network", "{address: 'fd00:1::/64'}", ".address", "fd00:1:10::21/64"),
        ("address of the link", "{address: 'fe80::5/64'}", ".address", "fd00:1:10::21/64"),
        ("address of many", "{address: 'ff02::5/64'}", ".address", "fd00:1:10::21/64"),
        ("address of IPv4 within", "{address: '::ffff:10.0.0.5/96'}", ".address", "fd00:1:10::21/64"),
        ("far gateway", "{address: 'fd00:1::5/64', gateway: 'fd00:2::1'}", ".gateway", "of fd00:1::/64"),
        ("own gateway", "{address: 'fd00::5/64', gateway: 'fd00::5'}", ".gateway", "another address"),
        ("gateway of IPv4", "{address: 'fd00::5/64', gateway: 10.0.0.1}", ".gateway", "fd00:1:10::1"),
        ("gateway with a zone", "{address: 'fd00::5/64', gateway: 'fe80::1%3'}", ".gateway", "fd00:1:10::1"),
        ("DNS of IPv4", "{address: 'fd00::5/64', dns: [10.0.0.1]}", ".dns[1]", "fd00:1:10::1"),
        (
            "too many DNS servers",
            "{address: 'fd00::5/64', dns: ['fd00::1', 'fd00::2', 'fd00::3']}",
            ".dns",
            "2 at most",
        ),
        ("misspelt", "{address: 'fd00::5/64', gatway: 'fd00::1'}", ".gatway", "did you mean 'gateway'?"),
    )
]
WRONG_KEYS = [
    *(
        Wrong(f"adapter of {name}", PAIR, adapter("to: {address: 10.0.0.5/24}", key), 8, ".workload:", remedy)
        for name, key, remedy in (
            ("a name", "web-01", "the key that 'drconsole list --all --json' shows"),
            ("an Id in capitals", f"hv:{VM.upper()}", "the key that"),
            ("half an Id", "hv:5c1f8c7e", "the key that"),
            ("vSphere", f"vs:{VM}", "remove it"),
            ("a twin of nowhere", f"hv:Nowhere:{VM}", "the key that"),
        )
    ),
    *(
        Wrong(f"workload {name}", *workloads(text), 7, f"workloads.{key}:", remedy)
        for name, text, key, remedy in (
            ("by name", "{web-01: {priority: 1}}", "web-01", "the key that"),
            ("by no Id", "{'hv:web': {priority: 1}}", "hv:web", "the key that"),
            ("of no vendor", "{'kvm:1': {priority: 1}}", "kvm:1", "the key that"),
            ("of nothing", "{'vs:': {priority: 1}}", "vs:", "the key that"),
            ("without a word", f"{{'hv:{VM}': {{}}}}", f"hv:{VM}", "add priority: or proven_days:"),
            ("in tier 0", f"{{'hv:{VM}': {{priority: 0}}}}", f"hv:{VM}.priority", "from 1 to 5"),
            ("in tier 6", f"{{'hv:{VM}': {{priority: 6}}}}", f"hv:{VM}.priority", "from 1 to 5"),
            ("in a high tier", f"{{'hv:{VM}': {{priority: high}}}}", f"hv:{VM}.priority", "whole number"),
            ("proven for ever", f"{{'hv:{VM}': {{proven_days: 0}}}}", f"hv:{VM}.proven_days", "from 1 to"),
            ("misspelt", f"{{'hv:{VM}': {{prio: 1}}}}", f"hv:{VM}.prio", "did you mean 'priority'?"),
        )
    ),
    Wrong("no workloads", *workloads("{}"), 7, "workloads:", "at least one"),
    Wrong("workloads as a list", *workloads("[a]"), 7, "workloads:", "keys and values"),
]
WRONG_CHANGES = [
    Wrong("changes unknown", "New Jersey: {}", "New Jersey: {changes: nevr}", 6, ".changes:", "'never'"),
    Wrong("changes as truth", "New Jersey: {}", "New Jersey: {changes: false}", 6, ".changes:", "'never'"),
    Wrong("changes for all", "theme: dark", "changes: never", 3, "changes:", "known keys here are"),
    Wrong("proven by a span", "theme: dark", "proven_days: 90d", 3, "proven_days:", "whole number from 1"),
    Wrong("proven for no day", "theme: dark", "proven_days: 0", 3, "proven_days:", "from 1 to 3650"),
]
WRONG_MAPPINGS = [*WRONG_NETWORKS, *WRONG_ADDRESSES, *WRONG_KEYS, *WRONG_CHANGES]

# Two places that do not agree: the place that is told, and what is said there.
CONTRADICTING = {
    "network twice": (
        networks("{from: a, to: b}, {from: a, to: c}"),
        ["pairs[1].networks[1].from", "pairs[1].networks[2].from"],
        "a from_vlan of its own",
    ),
    "way back not told": (
        networks("{from: a, from_vlan: 1, to: c}, {from: a, from_vlan: 2, to: c, to_vlan: 5}"),
        ["pairs[1].networks[1].to"],
        "a to_vlan of its own",
    ),
    "one VLAN twice": (
        networks("{from: a, from_vlan: 1, to: c}, {from: a, from_vlan: 1, to: d}"),
        ["pairs[1].networks[2].from"],
        "a from_vlan of its own",
    ),
    "adapter twice": (
        addresses(
            f"{{workload: 'hv:{VM}', adapter: A, to: {{address: 10.0.0.5/24}}}}, "
            f"\n    {{workload: 'hv:{VM}', adapter: A, from: {{address: 10.0.0.6/24}}}}"
        ),
        ["pairs[1].addresses[2]"],
        "write both ends in one place",
    ),
    "address twice": (
        addresses(
            f"{{workload: 'hv:{VM}', adapter: A, to: {{address: 10.0.0.5/24}}}}, "
            f"\n    {{workload: 'hv:{OTHER}', adapter: A, to: {{address: 10.0.0.5/16}}}}"
        ),
        ["pairs[1].addresses[2].to.address"],
        "an address of its own",
    ),
    "IPv6 address twice": (
        addresses(
            f"{{workload: 'hv:{VM}', adapter: A, to: {{ipv6: {{address: 'fd00::5/64'}}}}}}, "
            f"\n    {{workload: 'hv:{OTHER}', adapter: A, to: {{ipv6: {{address: 'FD00:0::5/64'}}}}}}"
        ),
        ["pairs[1].addresses[2].to.ipv6.address"],
        "an address of its own",
    ),
    "nothing set": (
        addresses(f"{{workload: 'hv:{VM}', adapter: A}}"),
        ["pairs[1].addresses[1]"],
        "add from:, to: or both",
    ),
}
