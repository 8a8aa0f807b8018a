param($Arguments)
$vm = Get-VM -Id $Arguments.vm -ErrorAction Stop
$meant = $false
foreach ($r in @(Get-VMReplication)) {
    if ("$($r.VMId)" -eq $Arguments.vm) {
        # The same cmdlet would only remove a test copy.
        if ($null -ne $r.TestVirtualMachine) {
            throw 'drconsole:test-exists'
        }
        if ("$($r.ReplicationState)" -eq $Arguments.state) {
            $meant = $true
        }
    }
}
if (-not $meant) {
    throw 'drconsole:other-state'
}
Stop-VMFailover -VM $vm -Confirm:$false -ErrorAction Stop
[ordered]@{ cancelled = $Arguments.vm }
