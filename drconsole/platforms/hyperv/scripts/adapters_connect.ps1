param($Arguments)
$vm = Get-VM -Id $Arguments.vm -ErrorAction Stop
$switches = @(Get-VMSwitch)
foreach ($adapter in @(Get-VMNetworkAdapter -VM $vm)) {
    Disconnect-VMNetworkAdapter -VMNetworkAdapter $adapter -Confirm:$false -ErrorAction Stop
}
foreach ($wanted in @($Arguments.adapters)) {
    $found = $null
    foreach ($one in $switches) {
        if ($one.Name -ceq $wanted.switch) {
            if ($null -ne $found) {
                throw 'drconsole:two-switches'
            }
            $found = $one
        }
    }
    if ($null -eq $found) {
        throw 'drconsole:no-such-switch'
    }
    $connected = $false
    foreach ($adapter in @(Get-VMNetworkAdapter -VM $vm)) {
        if ("$($adapter.Id)" -eq $wanted.id) {
            if ($null -ne $wanted.vlan -and $wanted.vlan -eq 0) {
                Set-VMNetworkAdapterVlan -VMNetworkAdapter $adapter -Untagged -Confirm:$false -ErrorAction Stop
            }
            if ($null -ne $wanted.vlan -and $wanted.vlan -ne 0) {
                Set-VMNetworkAdapterVlan -VMNetworkAdapter $adapter -Access -VlanId $wanted.vlan -Confirm:$false -ErrorAction Stop
            }
            Connect-VMNetworkAdapter -VMNetworkAdapter $adapter -VMSwitch $found -Confirm:$false -ErrorAction Stop
            $connected = $true
        }
    }
    if (-not $connected) {
        throw 'drconsole:no-such-adapter'
    }
}
[ordered]@{ connected = $Arguments.vm }
