param($Arguments)
function ConvertTo-Stamp {
    param($When)
    if ($null -eq $When) {
        return $null
    }
    $When.ToUniversalTime().ToString('o')
}
$machine = Get-VMHost
$vms = @(
    foreach ($vm in @(Get-VM)) {
        $created = $null
        $networks = $null
        if ("$($vm.ReplicationMode)" -eq 'TestReplica') {
            $created = ConvertTo-Stamp -When $vm.CreationTime
            # The cmdlet says when it fails; a property that fails reads as nothing, as if no adapter were there.
            try {
                $networks = @(
                    foreach ($adapter in @(Get-VMNetworkAdapter -VM $vm)) {
                        if ($adapter.Connected) {
                            "$($adapter.SwitchName)"
                        }
                    }
                )
            } catch {
                $networks = $null
            }
        }
        [ordered]@{
            id         = "$($vm.Id)"
            name       = $vm.Name
            power      = "$($vm.State)"
            uptime_s   = [long]$vm.Uptime.TotalSeconds
            notes      = $vm.Notes
            mode       = "$($vm.ReplicationMode)"
            state      = "$($vm.ReplicationState)"
            auto_start = "$($vm.AutomaticStartAction)"
            created    = $created
            networks   = $networks
        }
    }
)
$relations = @(
    foreach ($r in @(Get-VMReplication)) {
        $test = $null
        if ($null -ne $r.TestVirtualMachine) {
            $test = "$($r.TestVirtualMachine.Id)"
        }
        [ordered]@{
            vm           = "$($r.VMId)"
            mode         = "$($r.ReplicationMode)"
            state        = "$($r.ReplicationState)"
            health       = "$($r.ReplicationHealth)"
            relationship = "$($r.ReplicationRelationshipType)"
            primary      = $r.PrimaryServerName
            replica      = $r.ReplicaServerName
            receiver     = $r.CurrentReplicaServerName
            last_sync    = ConvertTo-Stamp -When $r.LastReplicationTime
            frequency_s  = $r.ReplicationFrequencySec
            test_vm      = $test
        }
    }
)
[ordered]@{
    host      = [ordered]@{ name = $machine.Name; fqdn = $machine.FullyQualifiedDomainName }
    now       = ConvertTo-Stamp -When (Get-Date)
    version   = "$($PSVersionTable.PSVersion)"
    language  = "$($ExecutionContext.SessionState.LanguageMode)"
    vms       = $vms
    relations = $relations
}
