param($Arguments)
$vm = Get-VM -Id $Arguments.vm -ErrorAction Stop
# A test copy connects by itself where its replica names a switch for tests.
foreach ($adapter in @(Get-VMNetworkAdapter -VM $vm)) {
    $named = "$($adapter.TestReplicaSwitchName)"
    if ($named -ne '' -and @($Arguments.allowed) -cnotcontains $named) {
        throw 'drconsole:test-switch-not-allowed'
    }
}
if ($null -eq $Arguments.point) {
    $test = Start-VMFailover -VM $vm -AsTest -Passthru -Confirm:$false -ErrorAction Stop
}
if ($null -ne $Arguments.point) {
    $found = $null
    foreach ($point in @(Get-VMSnapshot -VM $vm)) {
        if ("$($point.Id)" -eq $Arguments.point) {
            $found = $point
        }
    }
    # Without a point the cmdlet would take the latest state, and say that all is well.
    if ($null -eq $found) {
        throw 'drconsole:no-such-point'
    }
    $test = Start-VMFailover -VMRecoverySnapshot $found -AsTest -Passthru -Confirm:$false -ErrorAction Stop
}
[ordered]@{ test = "$($test.Id)" }
