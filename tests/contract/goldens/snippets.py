"""Makes snippets from what the closed list admits: operators on every kind of value, and programs."""

from __future__ import annotations

from random import Random

VALUES = [
    v.strip()
    for v in """
0 ¦ 1 ¦ -1 ¦ 2 ¦ 5 ¦ 10 ¦ 2147483647 ¦ 2147483648 ¦ 9223372036854775807 ¦ 1l ¦ 1d ¦ 7d ¦ 100kb ¦ '1'
¦ '01' ¦ ' 2 ' ¦ 'a' ¦ 'A' ¦ 'abc' ¦ '' ¦ 'x y' ¦ '0x10' ¦ '1e2' ¦ '1.5' ¦ '-3' ¦ 'True' ¦ 'a*' ¦
'[ab]c' ¦ $null ¦ $true ¦ $false ¦ @() ¦ @(1) ¦ @(1;2;3) ¦ @('a';'B';$null) ¦ (,@(1;2)) ¦ @(@();1) ¦
@{} ¦ @{a=1} ¦ ([ordered]@{a=1;b='x'}) ¦ ([long]5) ¦ ('abc'[0]) ¦ ('7'[0]) ¦
([Text.Encoding]::UTF8.GetBytes('ab')) ¦ ((5).GetType()) ¦ [long] ¦ [scriptblock] ¦
([scriptblock]::Create('1')) ¦ ($h) ¦ ($q) ¦ ($z) ¦ $e ¦ $ErrorActionPreference ¦ (1 -as 'double') ¦
('a b' -split ' ') ¦ $true.GetType() ¦ ('1.2.3' -as 'version') ¦ ('1:00' -as 'timespan') ¦
('2024-03-05' -as 'datetime') ¦ ('0f8fad5b-d9cb-469f-a165-70867728950e' -as 'guid') ¦
(1, 'a') ¦ ('x', @(2;3), $null) ¦ [Text.Encoding]::UTF8 ¦ $no ¦
(& ([scriptblock]::Create(''))) ¦ ('{"a":1,"b":[1,2]}' | ConvertFrom-Json)
""".replace("\n", " ").split("¦")
]
"""Values of all kinds, ``¦`` between them."""
BEFORE = "$h=@{a=@(1;2)};$z=3;$z/=2;$q='q';try{throw 'bad'}catch{$e=$_};$no=&([scriptblock]::Create(''));"
"""Variables that the values use."""
OPERATORS = [
    "-eq",
    "-ne",
    "-gt",
    "-lt",
    "-ge",
    "-le",
    "-ceq",
    "-cne",
    "-clt",
    "-like",
    "-notlike",
    "-clike",
    "-match",
    "-notmatch",
    "-cmatch",
    "-contains",
    "-notcontains",
    "-in",
    "-notin",
    "-is",
    "-isnot",
    "-as",
    "-replace",
    "-creplace",
    "-split",
    "-join",
    "-shl",
    "-shr",
    "-and",
    "-or",
]
UNARY = (
    "-not ",
    "!",
    "-",
    "+",
    "-bnot ",
    "-split ",
    "-join ",
    ",",
    "[long]",
    "[scriptblock]",
    "[Text.Encoding]",
)
ASSIGNING = ("+=", "-=", "*=", "/=", "%=")


def one_expression(random: Random) -> str:
    """Make one expression of one operation on values of any kind."""
    a, b, c = (random.choice(VALUES) for _ in range(3))
    return random.choice(
        [
            *[f"({a} {random.choice(OPERATORS)} {b})"] * 8,
            *[f"({random.choice(UNARY)}{a})"] * 2,
            *[f"$($v={a}; $v {random.choice(ASSIGNING)} {b}; $v)"] * 3,
            *[f"$($v={a}; $v[{b}])"] * 2,
            f"$($v={a}; $v[{b}] = {c}; $v[{b}])",
            f'"[$({a})]"',
            f"$($v={a}; $v.GetType().FullName; $v.Name; $v.ToString())",
            f"$($v={a}; if ($v) {{'t'}}; foreach ($i in $v) {{ \"<$i>\" }})",
            f"(ConvertTo-Json -InputObject {a} -Compress)",
            f"({a} | ConvertTo-Json -Compress)",
        ]
    )


def caught(expression: str) -> str:
    """Wrap an expression so that its error becomes output."""
    return (
        f"try {{ {expression} }} catch {{\n"
        '"E:$($_.FullyQualifiedErrorId)|$($_.CategoryInfo.Category)|$($_.Exception.GetType().FullName)"\n}'
    )


class Program:
    """Makes one program of a few statements: assignments, conditions, loops, functions, errors, scopes."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.functions: list[str] = []

    def pick(self, *options: str) -> str:
        """Choose one."""
        return self.random.choice(options)

    def text(self) -> str:
        """Return the whole program."""
        return "\n".join(self.statement(0) for _ in range(self.random.randrange(2, 8)))

    def variable(self) -> str:
        """Name a variable."""
        return self.pick("$a", "$b", "$c", "$x")

    def literal(self) -> str:
        """Write a constant."""
        return self.pick(
            *(
                "0",
                "1",
                "2",
                "5",
                "7l",
                "3d",
                "10kb",
                "'a'",
                "'B'",
                "'7'",
                "''",
                "'x y'",
                "$null",
                "$true",
                "$false",
            ),
            *("@()", "@(1;2)", "@('p';'q';$null)", "@{ Name = 1 }", "[ordered]@{ Name = 'n'; Id = 2 }"),
        )

    def expression(self, depth: int) -> str:
        """Write an expression."""
        if depth > 2:
            return self.pick(self.literal(), self.variable())
        operator = self.pick(
            "-eq", "-ne", "-gt", "-lt", "-contains", "-in", "-join", "-like", "-split", "-match"
        )
        several = "; ".join(self.expression(depth + 1) for _ in range(self.random.randrange(3)))
        makers = (
            self.literal,
            self.variable,
            self.variable,
            lambda: f"({self.expression(depth + 1)} {operator} {self.expression(depth + 1)})",
            lambda: f"({self.pick('-not ', '!', ',', '-', '+')}{self.pick(self.literal(), self.variable())})",
            self.string,
            lambda: f"@({several})",
            lambda: f"$({several})",
            lambda: f"({self.variable()} = {self.expression(depth + 1)})",
            lambda: self.variable() + self.pick("[0]", "[1]", "[-1]", "['Name']", "[5]"),
            lambda: f"{self.variable()}.{self.pick('Name', 'Id', 'Message', 'State')}",
            lambda: f"[long]{self.pick(self.literal(), self.variable())}",
            lambda: f"({self.command()})",
            lambda: f"{self.variable()}.GetType().{self.pick('Name', 'FullName')}",
        )
        return self.random.choice(makers)()

    def string(self) -> str:
        """Write a double-quoted string."""
        parts = ("a", "-", " ", "`t", "`$", '""', "'", "$(1;2)", "`n", "$($a)", self.variable())
        return '"' + "".join(self.pick(*parts) for _ in range(self.random.randrange(4))) + '"'

    def command(self) -> str:
        """Call a function or a script block."""
        given = " ".join(self.argument() for _ in range(self.random.randrange(3)))
        if not self.functions or self.random.random() < 0.2:
            body = self.pick("$x", "$args", "$x = 3", "return 4; 5", '"<$args>"', "throw 1", "$input", "$_")
            return f"{self.pick('&', '.')} ([scriptblock]::Create('{body}')) {given}"
        source = self.pick("", "", self.literal() + " | ")
        return f"{source}{self.pick(*self.functions)} {given}"

    def argument(self) -> str:
        """Write an argument."""
        return self.pick(
            *("1", "$a", "$b", "'k'", "(1)", "@(1;2)", "-P 1", "-Q $c", "-Z", "-P:2", "@a", "$null", "-1"),
            *('"s$x"', "$c.Name", "@{a=1}", "$a[0]"),
        )

    def assignment(self) -> str:
        """Assign to a variable, property or element."""
        v = self.variable()
        target = self.pick(
            v, v, "$script:a", "$global:b", "$local:c", f"{v}.Name", f"{v}['Name']", f"{v}[0]", "[long]$b"
        )
        value = self.pick(
            self.expression(0),
            self.command(),
            f"if ({self.expression(1)}) {{ {self.expression(1)} }}",
            f"foreach ($i in {self.expression(1)}) {{ $i }}",
            f"$c = {self.expression(1)}",
        )
        return f"{target} {self.pick('=', '=', '=', '+=', '-=', '*=')} {value}"

    def statement(self, depth: int) -> str:
        """Write a statement."""
        kind = self.random.randrange(5 if depth > 2 else 13)
        if kind < 3:
            return self.assignment()
        if kind < 5:
            return self.pick(self.string(), self.expression(0), self.command())
        if kind < 7:
            return f"if ({self.expression(1)}) {{\n{self.block(depth)}\n}}"
        if kind == 7:
            return f"foreach ($i in {self.expression(1)}) {{\n'i'\n{self.block(depth)}\n}}"
        if kind < 10:
            told = '"E $($_.FullyQualifiedErrorId) $($_.InvocationInfo.ScriptLineNumber)"'
            return f"try {{\n{self.block(depth)}\n}} catch {{\n{told}\n{self.block(depth)}\n}}"
        if kind == 10:
            return self.pick(
                "throw", "throw 7", "throw 'oops'", "return", "return $a", "break", "continue", "$?"
            )
        if kind == 11:
            return f"$ErrorActionPreference = '{self.pick('Stop', 'SilentlyContinue', 'Continue')}'"
        return self.function(depth)

    def function(self, depth: int) -> str:
        """Define a function or filter."""
        name = f"f{len(self.functions) + 1}"
        head = self.pick('param($P, $Q)\n"$P|$Q|$args"\n', "param($P)\n", "", '"$args"\n', '"$input"\n')
        body = self.block(depth)
        self.functions.append(name)
        return f"{self.pick('function', 'function', 'filter')} {name} {{\n{head}{body}\n}}"

    def block(self, depth: int) -> str:
        """Write a few statements."""
        return "\n".join(self.statement(depth + 1) for _ in range(self.random.randrange(1, 4)))
