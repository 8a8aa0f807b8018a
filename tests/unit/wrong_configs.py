"""Configurations that are wrong in one way each, and what is said about them."""

from __future__ import annotations

from dataclasses import dataclass

GOOD = """\
environment: Production
state: state
theme: dark
sites:
  New York: {test_networks: [isolated]}
  New Jersey: {}
pairs:
  - {from: New York, to: New Jersey}
credentials:
  ops: {user: 'DOM\\ops', password_command: [pass, ops]}
endpoints:
  gold:
    kind: hyperv
    site: New York
    address: gold.example:5986
    credentials: ops
    transport: basic
    refresh_s: 30
    budget_s: 20
  vc-nj: {kind: vsphere, site: New Jersey, address: vc.example, credentials: ops}
"""


@dataclass(frozen=True)
class Wrong:
    """One edit of the good file that spoils it, and what is said about it."""

    name: str
    old: str
    new: str
    line: int
    key: str
    remedy: str


WRONG = [
    Wrong("misspelt top key", "theme: dark", "them: dark", 3, "them:", "did you mean 'theme'?"),
    Wrong("unknown top key", "theme: dark", "colour: x", 3, "colour:", "known keys here are"),
    Wrong("other case", "state: state", "State: state", 2, "State:", "did you mean 'state'?"),
    Wrong(
        "misspelt endpoint key",
        "    address: gold.example:5986",
        "    adress: gold.example:5986",
        15,
        "endpoints.gold.adress:",
        "did you mean 'address'?",
    ),
    Wrong(
        "misspelt site key",
        "test_networks",
        "test_network",
        5,
        "sites.New York.test_network:",
        "did you mean 'test_networks'?",
    ),
    Wrong("unknown pair key", "to: New Jersey}", "into: New Jersey}", 8, "pairs[1]", "'to'"),
    Wrong(
        "password in the file",
        "password_command: [pass, ops]",
        "password: hunter2",
        10,
        "credentials.ops.password:",
        "no password stands in this file",
    ),
    Wrong("no environment", "environment: Production\n", "", 1, "environment:", "add 'environment:'"),
    Wrong("no site", "    site: New York\n", "", 12, "endpoints.gold.site:", "add 'site:'"),
    Wrong("no kind", "    kind: hyperv\n", "", 12, "endpoints.gold.kind:", "add 'kind:'"),
    Wrong("number as text", "environment: Production", "environment: 7", 1, "environment:", "in quotes"),
    Wrong("truth as text", "environment: Production", "environment: true", 1, "environment:", "in quotes"),
    Wrong("nothing as text", "environment: Production", "environment:", 1, "environment:", "remove the line"),
    Wrong("empty text", "environment: Production", "environment: ''", 1, "environment:", "plain text"),
    Wrong(
        "control in text",
        "environment: Production",
        'environment: "a\\eb"',
        1,
        "environment: the text holds a control character",
        "plain text",
    ),
    Wrong("blank at the end", "Production", "'Production '", 1, "environment:", "plain text"),
    Wrong("list as text", "environment: Production", "environment: [a]", 1, "environment:", "plain text"),
    Wrong("too long a name", "Production", "P" * 65, 1, "environment:", "plain text"),
    Wrong("text as number", "refresh_s: 30", "refresh_s: soon", 18, "endpoints.gold.refresh_s:", "a number"),
    Wrong("too small", "refresh_s: 30", "refresh_s: 0", 18, "endpoints.gold.refresh_s:", "from 1 to 3600"),
    Wrong("too large", "budget_s: 20", "budget_s: 1e9", 19, "endpoints.gold.budget_s:", "from 1 to 600"),
    Wrong("negative", "budget_s: 20", "budget_s: -1", 19, "endpoints.gold.budget_s:", "from 1 to 600"),
    Wrong(
        "yes is no truth",
        "    transport: basic",
        "    insecure: yes",
        17,
        "endpoints.gold.insecure:",
        "true or false",
    ),
    Wrong("kind unknown", "kind: hyperv", "kind: hyper-v", 13, "endpoints.gold.kind:", "'hyperv'"),
    Wrong(
        "transport unknown",
        "transport: basic",
        "transport: kerbeross",
        17,
        "endpoints.gold.transport:",
        "'kerberos'",
    ),
    Wrong(
        "way unknown",
        "transport: basic",
        "way: percall",
        17,
        "endpoints.gold.way:",
        "did you mean 'per-call'?",
    ),
    *(
        Wrong(f"RPO {rpo}", "to: New Jersey}", f"to: New Jersey, rpo: {rpo}}}", 8, "pairs[1].rpo:", "as 90s")
        for rpo in (
            "900",
            "15",
            "0m",
            "15min",
            "1h30m",
            "-5m",
            "1.5h",
            "true",
            "''",
            "[15m]",
            "9999999s",
            '"15m\\n"',
        )
    ),
    Wrong("misspelt RPO", "to: New Jersey}", "to: New Jersey, rpo_s: 900}", 8, "pairs[1].rpo_s:", "'rpo'"),
    Wrong("no node", "transport: basic", "nodes: {}", 17, "endpoints.gold.nodes:", "name at least one"),
    Wrong("nodes as list", "transport: basic", "nodes: [a]", 17, "endpoints.gold.nodes:", "keys and values"),
    Wrong("node as number", "transport: basic", "nodes: {A: 5}", 17, "endpoints.gold.nodes.A:", "plain text"),
    Wrong("node as group", "transport: basic", "nodes: {A: {}}", 17, "endpoints.gold.nodes.A:", "plain text"),
    Wrong("misspelt nodes", "transport: basic", "node: {A: a}", 17, "endpoints.gold.node:", "'nodes'"),
    Wrong("URL as node", "transport: basic", "nodes: {A: 'h://a'}", 17, "endpoints.gold.nodes.A:", "host:"),
    Wrong("basic in clear", "transport: basic", "tls: false", 17, "endpoints.gold.tls:", "transport: ntlm"),
    Wrong(
        "port in clear for what seals",
        "address: gold.example:5986\n    credentials: ops\n    transport: basic",
        "address: gold.example:5985\n    credentials: ops\n    transport: ntlm",
        15,
        "endpoints.gold.address:",
        "tls: false",
    ),
    Wrong(
        "certificate without TLS",
        "transport: basic",
        "transport: ntlm\n    tls: false\n    insecure: true",
        19,
        "endpoints.gold.insecure:",
        "one of the two",
    ),
    Wrong("node in clear", "transport: basic", "nodes: {A: 'a:5985'}", 17, "endpoints.gold.nodes.A:", "5986"),
    Wrong(
        "node twice in other case",
        "transport: basic",
        "nodes: {hv1: a, HV1: b}",
        17,
        "endpoints.gold.nodes.HV1:",
        "once",
    ),
    Wrong(
        "two nodes at one address",
        "transport: basic",
        "nodes: {A: hv.example, B: 'HV.example.:5986'}",
        17,
        "endpoints.gold.nodes.B:",
        "its own address",
    ),
    Wrong(
        "a node as an endpoint too",
        "  vc-nj: {kind: vsphere, site: New Jersey, address: vc.example, credentials: ops}",
        "  two: {kind: hyperv, site: New Jersey, address: gold.example, credentials: ops, nodes: {A: x}}\n"
        "  hv: {kind: hyperv, site: New Jersey, address: X, credentials: ops}",
        21,
        "endpoints.hv.address:",
        "remove this endpoint",
    ),
    Wrong(
        "site unknown", "    site: New York", "    site: New Yrk", 14, "endpoints.gold.site:", "'New York'"
    ),
    Wrong(
        "credential unknown",
        "    credentials: ops",
        "    credentials: opps",
        16,
        "endpoints.gold.credentials:",
        "did you mean 'ops'?",
    ),
    Wrong("pair unknown", "to: New Jersey}", "to: Jersey}", 8, "pairs[1].to:", "did you mean 'New Jersey'?"),
    Wrong("pair with itself", "to: New Jersey}", "to: New York}", 8, "pairs[1]:", "name two sites"),
    Wrong(
        "pair twice",
        "to: New Jersey}\n",
        "to: New Jersey}\n  - {from: New Jersey, to: New York}\n",
        9,
        "pairs[2]:",
        "one pair is enough",
    ),
    Wrong("pairs no list", "  - {from: New York, to: New Jersey}", "  a: b", 8, "pairs:", "write a list"),
    Wrong("theme unknown", "theme: dark", "theme: drak", 3, "theme:", "did you mean 'dark'?"),
    Wrong("theme file missing", "theme: dark", "theme: mine.yaml", 3, "theme:", "shipped theme"),
    Wrong("duplicate endpoint", "  vc-nj:", "  gold:", 20, "endpoints.gold:", "keep one of the two"),
    Wrong("duplicate key", "theme: dark", "state: other", 3, "state:", "first on line 2"),
    Wrong("names alike", "  vc-nj:", "  GOLD:", 20, "endpoints.GOLD:", "rename one"),
    Wrong("no file name", "  vc-nj:", "  ../nj:", 20, 'endpoints."../nj":'.replace('"', "'"), "use letters"),
    Wrong("name too long", "  vc-nj:", f"  {'ü' * 60}:", 20, "endpoints.", "rename it"),
    Wrong("key is a number", "  vc-nj:", "  7:", 20, "endpoints:", "put the key into quotes"),
    Wrong("key is a list", "  vc-nj:", "  ? [a]\n  :", 20, "endpoints:", "put the key into quotes"),
    Wrong(
        "no sites",
        "  New York: {test_networks: [isolated]}\n  New Jersey: {}",
        "  {}",
        5,
        "sites:",
        "at least one",
    ),
    Wrong("site is nothing", "  New Jersey: {}", "  New Jersey:", 6, "sites.New Jersey:", "keys and values"),
    Wrong("networks no list", "[isolated]", "isolated", 5, "sites.New York.test_networks:", "write a list"),
    Wrong(
        "two sources",
        "password_command: [pass, ops]",
        "password_command: [pass, ops], env: PW",
        10,
        "credentials.ops:",
        "give exactly one of",
    ),
    Wrong("no source", ", password_command: [pass, ops]", "", 10, "credentials.ops:", "give exactly one of"),
    Wrong(
        "shell text as command",
        "[pass, ops]",
        "pass ops | head",
        10,
        "credentials.ops.password_command:",
        "write a list: [one, two]",
    ),
    Wrong("empty command", "[pass, ops]", "[]", 10, "credentials.ops.password_command:", "at least one"),
    Wrong(
        "number in command",
        "[pass, ops]",
        "[pass, 12]",
        10,
        "credentials.ops.password_command[2]:",
        "in quotes",
    ),
    Wrong(
        "no variable name",
        "password_command: [pass, ops]",
        "env: $PW",
        10,
        "credentials.ops.env:",
        "write its name alone",
    ),
    Wrong(
        "switched off source",
        "password_command: [pass, ops]",
        "prompt: false",
        10,
        "credentials.ops.prompt:",
        "remove it",
    ),
    Wrong(
        "URL", "gold.example:5986", "https://gold", 15, "endpoints.gold.address:", "write host or host:port"
    ),
    Wrong("user in address", "gold.example:5986", "'ops@gold'", 15, "endpoints.gold.address:", "credentials"),
    Wrong("port too large", "gold.example:5986", "gold:70000", 15, "endpoints.gold.address:", "host:port"),
    Wrong("port no number", "gold.example:5986", "gold:https", 15, "endpoints.gold.address:", "host:port"),
    Wrong("port missing", "gold.example:5986", "'gold:'", 15, "endpoints.gold.address:", "host:port"),
    Wrong("no host", "gold.example:5986", "'a b'", 15, "endpoints.gold.address:", "host:port"),
    Wrong("no IPv6", "gold.example:5986", "'fe80:zz::1'", 15, "endpoints.gold.address:", "brackets"),
    Wrong("open bracket", "gold.example:5986", "'[fe80::1'", 15, "endpoints.gold.address:", "brackets"),
    Wrong("clear HTTP", "gold.example:5986", "gold:5985", 15, "endpoints.gold.address:", "5986"),
    Wrong(
        "vSphere transport",
        "vc-nj: {",
        "vc-nj: {transport: basic, ",
        20,
        "endpoints.vc-nj.transport:",
        "remove the line",
    ),
    Wrong("vSphere way", "vc-nj: {", "vc-nj: {way: loop, ", 20, "endpoints.vc-nj.way:", "remove the line"),
    Wrong("vSphere nodes", "vc-nj: {", "vc-nj: {nodes: {A: a}, ", 20, "endpoints.vc-nj.nodes:", "remove the"),
    Wrong("CA file missing", "vc-nj: {", "vc-nj: {ca_file: no.pem, ", 20, "endpoints.vc-nj.ca_file:", "PEM"),
    Wrong("CA file is a folder", "vc-nj: {", "vc-nj: {ca_file: ., ", 20, "endpoints.vc-nj.ca_file:", "PEM"),
    Wrong(
        "CA file is no PEM", "vc-nj: {", "vc-nj: {ca_file: c.yaml, ", 20, "endpoints.vc-nj.ca_file:", "PEM"
    ),
    Wrong("alias", "site: New Jersey, ", "site: *x, ", 20, "this is not YAML", "quotes on this line"),
    Wrong(
        "tag", "environment: Production", "environment: !!python/name:os.system x", 1, "environment:", "plain"
    ),
    Wrong("merge key", "vc-nj: {", "vc-nj: {<<: {}, ", 20, "endpoints.vc-nj.<<:", "known keys here are"),
    *(
        Wrong(f"merge key with {what}", "vc-nj: {", f"vc-nj: {{<<: {value}, ", 20, key, remedy)
        for what, value, key, remedy in (
            ("a list", "[{}, {}]", "endpoints.vc-nj.<<:", "known keys here are"),
            ("an alias", "*gold", "this is not YAML", "check indentation"),
        )
    ),
    *(
        Wrong(f"a {what} as text", "environment: Production", f"environment: {value}", 1, "environment:", how)
        for what, value, how in (
            ("decimal", "1.5", "in quotes"),
            ("negative number", "-7", "in quotes"),
            ("tilde", "~", "remove the line"),
            ("set", "!!set {a}", "plain text"),
            ("binary value", "!!binary aGk=", "write the plain value"),
            ("time stamp by tag", "!!timestamp 2026-01-01", "write the plain value"),
        )
    ),
    *(
        Wrong(f"a truth value of YAML 1.1: {word}", "transport: basic", f"insecure: {word}", 17, key, remedy)
        for key, remedy in (("endpoints.gold.insecure:", "write true or false"),)
        for word in ("no", "on", "Off", "True", "'true'", "1", "TRUE")
    ),
    Wrong("theme of nobody's home", "theme: dark", "theme: ~no-one/x.yaml", 3, "theme:", "shipped theme"),
    Wrong("theme is a number", "theme: dark", "theme: 2026", 3, "theme:", "in quotes"),
    Wrong("theme in other case", "theme: dark", "theme: Dark", 3, "theme:", "did you mean 'dark'?"),
    Wrong("theme is a folder", "theme: dark", "theme: ./x.yaml/", 3, "theme:", "known themes are"),
    Wrong("mouse is no truth", "theme: dark", "mouse: yes", 3, "mouse:", "write true or false"),
    *(
        Wrong(f"state {what}", "state: state", f"state: {value}", 2, "state:", how)
        for what, value, how in (("is a list", "[a]", "plain text"), ("has a NUL", '"a\\0b"', "plain text"))
    ),
    Wrong("state at nobody's home", "state: state", "state: ~no-one/x", 2, "state:", "write the whole path"),
    Wrong("path too long", "state: state", "state: " + "x" * 1001, 2, "state:", "plain text"),
    *(
        Wrong(
            f"port {port}", "gold.example:5986", f"'gold:{port}'", 15, "endpoints.gold.address:", "host:port"
        )
        for port in ("0", "65536", "-1", "5986x", "٥٩٨٦", " 5986", "5986:1")
    ),
    *(
        Wrong(f"IPv6 {text}", "gold.example:5986", f"'{text}'", 15, "endpoints.gold.address:", "brackets")
        for text in ("[fe80::1]5986", "[fe80::1]:", "[::gggg]", "fe80::1::2", "[]:5986")
    ),
    Wrong("blank address", "gold.example:5986", "' '", 15, "endpoints.gold.address:", "plain text"),
    Wrong("wildcard", "gold.example:5986", "'*.example'", 15, "endpoints.gold.address:", "host:port"),
    Wrong("address is a number", "gold.example:5986", "10", 15, "endpoints.gold.address:", "in quotes"),
    Wrong("host too long", "gold.example:5986", "g" * 254, 15, "endpoints.gold.address:", "host:port"),
    Wrong("pins no list", "vc-nj: {", "vc-nj: {pins: x.pem, ", 20, "endpoints.vc-nj.pins:", "write a list"),
    Wrong("no pin", "vc-nj: {", "vc-nj: {pins: [], ", 20, "endpoints.vc-nj.pins:", "at least one"),
    *(
        Wrong(f"pin {what}", "vc-nj: {", f"vc-nj: {{pins: [{pin}], ", 20, "endpoints.vc-nj.pins[1]:", how)
        for what, pin, how in (
            ("too short", "'sha256:abcd'", "64 hexadecimal digits"),
            ("no digits", f"'sha256:{'x' * 64}'", "64 hexadecimal digits"),
            ("SHA-1", "'sha1:" + "a" * 40 + "'", "64 hexadecimal digits"),
            ("missing", "no.pem", "name a PEM file"),
            ("a folder", ".", "name a PEM file"),
            ("no PEM", "c.yaml", "name a PEM file"),
            ("a number", "7", "in quotes"),
            ("endless", "/dev/zero", "name a PEM file"),
            ("of nobody's home", "~nobody-here/pin.pem", "name a PEM file"),
            ("with a long name", "x" * 300, "name a PEM file"),
        )
    ),
    Wrong(
        "pins beside a CA file",
        "vc-nj: {",
        "vc-nj: {ca_file: c.pem, pins: ['sha256:" + "a" * 64 + "'], ",
        20,
        "endpoints.vc-nj.ca_file: with pins only those certificates are right",
        "remove one of the two lines",
    ),
    Wrong(
        "pins beside insecure",
        "vc-nj: {",
        "vc-nj: {insecure: true, pins: ['sha256:" + "a" * 64 + "'], ",
        20,
        "endpoints.vc-nj.pins: with insecure: true no certificate is looked at",
        "remove one of the two lines",
    ),
    Wrong(
        "pins without TLS",
        "transport: basic",
        "transport: ntlm\n    tls: false\n    pins: ['sha256:" + "a" * 64 + "']",
        19,
        "endpoints.gold.pins:",
        "one of the two",
    ),
    *(
        Wrong(
            f"CA file {what}",
            "vc-nj: {",
            f"vc-nj: {{ca_file: {file}, ",
            20,
            "endpoints.vc-nj.ca_file:",
            "PEM",
        )
        for what, file in (
            ("empty", "empty.pem"),
            ("cut", "cut.pem"),
            ("of a key alone", "key.pem"),
            ("in DER", "der.pem"),
            ("endless", "/dev/zero"),
            ("through a circle", "circle.pem"),
            ("of nobody's home", "~nobody-here/ca.pem"),
            ("with a long name", "x" * 300),
        )
    ),
    Wrong(
        "no source although NTLM needs one",
        ", password_command: [pass, ops]",
        "",
        10,
        "credentials.ops:",
        "give exactly one of",
    ),
    Wrong(
        "token in the file",
        "[pass, ops]",
        "[pass, ops], token: x",
        10,
        "credentials.ops.token:",
        "no password",
    ),
    Wrong("site name with a tab", "pairs:", '  "a\\tb": {}\npairs:', 7, "sites.", "rename it"),
    Wrong("empty name", "  vc-nj:", "  '':", 20, "endpoints.'':", "rename it"),
    Wrong("key is a date-like number", "  vc-nj:", "  2026:", 20, "endpoints:", "put the key into quotes"),
    *(
        Wrong(f"credential is {what}", "credentials:\n", f"credentials:\n  more: {value}\n", 10, key, remedy)
        for key, remedy in (("credentials.more:", "write keys and values"),)
        for what, value in (("text", "hello"), ("a list", "[user, x]"), ("nothing", ""), ("a number", "7"))
    ),
    Wrong(
        "credential by alias",
        "  ops: {user",
        "  more: *one\n  ops: &one {user",
        10,
        "this is not YAML",
        "check indentation",
    ),
    Wrong(
        "credential by alias of an earlier one",
        "password_command: [pass, ops]}",
        "password_command: [pass, ops]}\n  two: &two {user: x, prompt: true}\n  more: *two",
        12,
        "credentials.more:",
        "write the value out",
    ),
    *(
        Wrong(f"endpoint is {what}", "  vc-nj: {kind", f"  more: {value}\n  vc-nj: {{kind", 20, key, remedy)
        for key, remedy in (("endpoints.more:", "write keys and values"),)
        for what, value in (("text", "hello"), ("a list", "[kind]"), ("nothing", ""), ("true", "true"))
    ),
    Wrong("tab", "    site: New York", "\t  site: New York", 14, "a tab indents this line", "use spaces"),
    Wrong("open quote", "environment: Production", "environment: 'Prod", 10, "this is not YAML", "quotes"),
    Wrong("open bracket in YAML", "[isolated]", "[isolated", 5, "this is not YAML", "brackets"),
    Wrong("colon without blank", "state: state", "state:state", 3, "this is not YAML", "colons"),
    Wrong("two documents", "theme: dark", "---\ntheme: dark", 3, "this is not YAML", "check"),
    Wrong("control character", "theme: dark", "theme: da\x07rk", 3, "U+0007", "remove it"),
    Wrong("NUL later on", "theme: dark", "theme: dark\n#" + "x" * 1000 + "\0", 4, "U+0000", "remove it"),
]


BYTES = {
    "byte order mark": (b"\xef\xbb\xbf" + GOOD.encode(), 1, "without BOM"),
    "UTF-16": (GOOD.encode("utf-16"), 1, "save it as UTF-8"),
    "binary": (b"\x7fELF\0\0", 1, "save it as UTF-8"),
    "Latin-1": (GOOD.replace("Production", "Zürich").encode("latin-1"), 1, "save the file as UTF-8"),
    "bad byte later on": (GOOD.encode() + b"# \xff\n", 21, "save the file as UTF-8"),
    "empty": (b"", 1, "drconsole lab"),
    "blanks": (b"  \n\n", 1, "drconsole lab"),
    "comments": (b"# nothing\n", 1, "sites, credentials and endpoints"),
    "a list": (b"- a\n", 1, "write keys and values"),
    "one word": (b"hello\n", 1, "write keys and values"),
    "a circle": (b"environment: &a [*a]\n" + GOOD.partition("\n")[2].encode(), 1, "write plain text"),
    "alias of a group": (
        GOOD.replace("New York: {test", "New York: &s {test").replace("Jersey: {}", "Jersey: *s").encode(),
        6,
        "write the value out",
    ),
    "an alias within itself": (
        GOOD.replace("sites:\n", "sites: &s\n").replace("  New Jersey: {}", "  New Jersey: *s").encode(),
        6,
        "write the value out",
    ),
    "UTF-16 without a mark": (GOOD.encode("utf-16-le"), 1, "save it as UTF-8"),
    "UTF-32": (GOOD.encode("utf-32"), 1, "save it as UTF-8"),
    "CESU surrogates": (b"environment: \xed\xa0\x80\n", 1, "save the file as UTF-8"),
    "NUL at the beginning": (b"\0" + GOOD.encode(), 1, "save it as UTF-8"),
    "JSON that is no mapping": (b"[]\n", 1, "write keys and values"),
    "nothing but a mark": (b"---\n", 1, "sites, credentials and endpoints"),
    "a directive": (b"%YAML 3.0\n" + GOOD.encode(), 1, "check"),
    "deep nesting": (b"[" * 500_000, 1, "check"),
    "ten megabytes": (b"# x\n" * 2_500_000, 0, "check the path"),
}
