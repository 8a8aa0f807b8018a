"""Makes snippets at random that use objects of a host, or of a cluster, with every operator."""

from __future__ import annotations

from random import Random

from tests.contract.goldens.snippets import ASSIGNING, BEFORE, OPERATORS, UNARY, VALUES, caught

OF_A_HOST = """
$vm $vm.State $vm.Uptime $vm.Id $vm.CreationTime $vm.Name $vm.Notes $vm.Heartbeat $vm.Version
$vm.ReplicationMode $vm.IsClustered $vms $vms.State $r $r.ReplicationHealth $r.LastReplicationTime
$r.ReplicationFrequencySec $r.ReplicatedDisks $r.TestVirtualMachine $m.PendingReplicationSize
$m.MissedReplicationCount $m.AverageReplicationLatency $m.ReplicationHealthDetails
$s.AuthorizationEntries $a $a.IPAddresses $a.SwitchName $a.Connected $machine.SupportedVmVersions $p
$p.SnapshotType
""".split()  # noqa: SIM905 - a list to read, not to scroll
OF_A_CLUSTER = """
$n $n.State $nodes $nodes.State $g $g.GroupType $g.OwnerNode $c $resource $resource.ResourceType
""".split()  # noqa: SIM905 - a list to read, not to scroll
GOT_OF_A_HOST = """
$vm = Get-VM -Id $testvm
$vms = @(Get-VM)
$r = @(Get-VMReplication)[0]
$m = @(Measure-VMReplication -VM (Get-VM -Id $id))[0]
$s = Get-VMReplicationServer
$a = @(Get-VMNetworkAdapter -VM $vm)[0]
$machine = Get-VMHost
$p = @(Get-VMSnapshot -VM (Get-VM -Id $id))[0]
"""
GOT_OF_A_CLUSTER = """
$n = @(Get-ClusterNode)[0]
$nodes = @(Get-ClusterNode)
$g = @(Get-ClusterGroup)[-1]
$c = Get-Cluster
$resource = @(Get-ClusterResource)[0]
"""
OTHERS = ("'Off'", "'Running'", "'Normal'", "'NJCL01'", "'Online'", "3", "0", *VALUES)


def at_random(of: str, seed: int, count: int) -> list[str]:
    """Return snippets about ``host`` or ``cluster``."""
    random = Random(seed)
    own = OF_A_HOST if of == "host" else OF_A_CLUSTER
    got = GOT_OF_A_HOST if of == "host" else GOT_OF_A_CLUSTER
    made: dict[str, None] = {}
    while len(made) < count:
        made[BEFORE + got + caught(_one(random, own))] = None
    return list(made)


def _one(random: Random, own: list[str]) -> str:
    """Make one expression in which at least one value is the host's."""
    a, b = random.choice(own), random.choice(own if random.random() < 0.5 else OTHERS)
    left, right = (a, b) if random.random() < 0.7 else (b, a)
    return random.choice(
        [
            *[f"({left} {random.choice(OPERATORS)} {right})"] * 8,
            f"({random.choice(UNARY)}{a})",
            f"$($v={left}; $v {random.choice(ASSIGNING)} {right}; $v)",
            f'"[$({a})]"',
            f"$($v={a}; if ($v) {{'t'}}; foreach ($i in $v) {{ \"<$i>\" }})",
            f"(ConvertTo-Json -InputObject @({a}) -Compress)",
            f"$($v={a}; $v.GetType().FullName; $v.ToString())",
            f"$($v={a}; $v[0])",
            f"$($x=@{{}}; $x[{a}]=1; $x[{b}])",
        ]
    )
