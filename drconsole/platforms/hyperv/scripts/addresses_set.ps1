param($Arguments)
$vm = Get-VM -Id $Arguments.vm -ErrorAction Stop
foreach ($wanted in @($Arguments.adapters)) {
    $set = $false
    foreach ($adapter in @(Get-VMNetworkAdapter -VM $vm)) {
        if ("$($adapter.Id)" -eq $wanted.id) {
            Set-VMNetworkAdapterFailoverConfiguration -VMNetworkAdapter $adapter -ClearFailoverIPv4Settings -Confirm:$false -ErrorAction Stop
            Set-VMNetworkAdapterFailoverConfiguration -VMNetworkAdapter $adapter -IPv4Address $wanted.address -IPv4SubnetMask $wanted.mask -Confirm:$false -ErrorAction Stop
            if ($wanted.gateway -ne '') {
                Set-VMNetworkAdapterFailoverConfiguration -VMNetworkAdapter $adapter -IPv4DefaultGateway $wanted.gateway -Confirm:$false -ErrorAction Stop
            }
            if ($wanted.dns -ne '') {
                Set-VMNetworkAdapterFailoverConfiguration -VMNetworkAdapter $adapter -IPv4PreferredDNSServer $wanted.dns -Confirm:$false -ErrorAction Stop
            }
            if ($wanted.dns2 -ne '') {
                Set-VMNetworkAdapterFailoverConfiguration -VMNetworkAdapter $adapter -IPv4AlternateDNSServer $wanted.dns2 -Confirm:$false -ErrorAction Stop
            }
            $set = $true
        }
    }
    if (-not $set) {
        throw 'drconsole:no-such-adapter'
    }
}
[ordered]@{ set = $Arguments.vm }
