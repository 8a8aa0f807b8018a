param($Arguments)
$vm = Get-VM -Id $Arguments.vm -ErrorAction Stop
$meant = $false
foreach ($r in @(Get-VMReplication)) {
    if ("$($r.VMId)" -eq $Arguments.vm -and $null -ne $r.TestVirtualMachine) {
        $meant = "$($r.TestVirtualMachine.Id)" -eq $Arguments.test
        # The same cmdlet discards a failover where there is no test copy.
        if (@('Replicating', 'Suspended', 'Resynchronizing', 'Error') -notcontains "$($r.ReplicationState)") {
            throw 'drconsole:failed-over'
        }
    }
}
if (-not $meant) {
    throw 'drconsole:no-such-test'
}
Stop-VMFailover -VM $vm -Confirm:$false -ErrorAction Stop
[ordered]@{ stopped = $Arguments.test }
