param($Arguments)
function Set-Address {
    param($Adapter, $Wanted)
    Set-VMNetworkAdapterFailoverConfiguration -VMNetworkAdapter $Adapter -ClearFailoverIPv4Settings -Confirm:$false -ErrorAction Stop
    Set-VMNetworkAdapterFailoverConfiguration -VMNetworkAdapter $Adapter -IPv4Address $Wanted.address -IPv4SubnetMask $Wanted.mask -Confirm:$false -ErrorAction Stop
    if ($Wanted.gateway -ne '') {
        Set-VMNetworkAdapterFailoverConfiguration -VMNetworkAdapter $Adapter -IPv4DefaultGateway $Wanted.gateway -Confirm:$false -ErrorAction Stop
    }
    if ($Wanted.dns -ne '') {
        Set-VMNetworkAdapterFailoverConfiguration -VMNetworkAdapter $Adapter -IPv4PreferredDNSServer $Wanted.dns -Confirm:$false -ErrorAction Stop
    }
    if ($Wanted.dns2 -ne '') {
        Set-VMNetworkAdapterFailoverConfiguration -VMNetworkAdapter $Adapter -IPv4AlternateDNSServer $Wanted.dns2 -Confirm:$false -ErrorAction Stop
    }
}
function Set-AddressV6 {
    param($Adapter, $Wanted)
    Set-VMNetworkAdapterFailoverConfiguration -VMNetworkAdapter $Adapter -ClearFailoverIPv6Settings -Confirm:$false -ErrorAction Stop
    Set-VMNetworkAdapterFailoverConfiguration -VMNetworkAdapter $Adapter -IPv6Address $Wanted.v6 -IPv6SubnetPrefixLength $Wanted.v6_length -Confirm:$false -ErrorAction Stop
    if ($Wanted.v6_gateway -ne '') {
        Set-VMNetworkAdapterFailoverConfiguration -VMNetworkAdapter $Adapter -IPv6DefaultGateway $Wanted.v6_gateway -Confirm:$false -ErrorAction Stop
    }
    if ($Wanted.v6_dns -ne '') {
        Set-VMNetworkAdapterFailoverConfiguration -VMNetworkAdapter $Adapter -IPv6PreferredDNSServer $Wanted.v6_dns -Confirm:$false -ErrorAction Stop
    }
    if ($Wanted.v6_dns2 -ne '') {
        Set-VMNetworkAdapterFailoverConfiguration -VMNetworkAdapter $Adapter -IPv6AlternateDNSServer $Wanted.v6_dns2 -Confirm:$false -ErrorAction Stop
    }
}
$vm = Get-VM -Id $Arguments.vm -ErrorAction Stop
foreach ($wanted in @($Arguments.adapters)) {
    $set = $false
    foreach ($adapter in @(Get-VMNetworkAdapter -VM $vm)) {
        if ("$($adapter.Id)" -eq $wanted.id) {
            # A family that nothing is said of stays as it is.
            if ($wanted.address -ne '') {
                Set-Address -Adapter $adapter -Wanted $wanted
            }
            if ($wanted.v6 -ne '') {
                Set-AddressV6 -Adapter $adapter -Wanted $wanted
            }
            $set = $true
        }
    }
    if (-not $set) {
        throw 'drconsole:no-such-adapter'
    }
}
[ordered]@{ set = $Arguments.vm }
