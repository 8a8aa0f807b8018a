param($Arguments)
$vm = Get-VM -Id $Arguments.vm -ErrorAction Stop
foreach ($r in @(Get-VMReplication)) {
    if ("$($r.VMId)" -eq $Arguments.vm -and $null -ne $r.TestVirtualMachine) {
        throw 'drconsole:test-exists'
    }
}
Start-VMFailover -VM $vm -Confirm:$false -ErrorAction Stop
[ordered]@{ failed_over = $Arguments.vm }
