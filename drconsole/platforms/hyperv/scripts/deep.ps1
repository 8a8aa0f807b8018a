param($Arguments)
function ConvertTo-Stamp {
    param($When)
    if ($null -eq $When) {
        return $null
    }
    $When.ToUniversalTime().ToString('o')
}
$vm = Get-VM -Id $Arguments.vm
$points = @(
    foreach ($point in @(Get-VMSnapshot -VM $vm)) {
        [ordered]@{
            id   = "$($point.Id)"
            type = "$($point.SnapshotType)"
            name = $point.Name
            at   = ConvertTo-Stamp -When $point.CreationTime
        }
    }
)
$adapters = @(
    foreach ($adapter in @(Get-VMNetworkAdapter -VM $vm)) {
        $vlan = $null
        $failover = $null
        try {
            $told = Get-VMNetworkAdapterVlan -VMNetworkAdapter $adapter
            $vlan = [ordered]@{ mode = "$($told.OperationMode)"; id = $told.AccessVlanId }
        } catch {
            $vlan = $null
        }
        try {
            $told = Get-VMNetworkAdapterFailoverConfiguration -VMNetworkAdapter $adapter
            $failover = [ordered]@{
                address    = "$($told.IPv4Address)"
                mask       = "$($told.IPv4SubnetMask)"
                gateway    = "$($told.IPv4DefaultGateway)"
                dns        = "$($told.IPv4PreferredDNSServer)"
                dns2       = "$($told.IPv4AlternateDNSServer)"
                v6         = "$($told.IPv6Address)"
                v6_length  = "$($told.IPv6SubnetPrefixLength)"
                v6_gateway = "$($told.IPv6DefaultGateway)"
                v6_dns     = "$($told.IPv6PreferredDNSServer)"
                v6_dns2    = "$($told.IPv6AlternateDNSServer)"
            }
        } catch {
            $failover = $null
        }
        [ordered]@{
            id          = "$($adapter.Id)"
            name        = $adapter.Name
            connected   = $adapter.Connected
            switch      = $adapter.SwitchName
            test_switch = $adapter.TestReplicaSwitchName
            mac         = $adapter.MacAddress
            addresses   = @(foreach ($address in $adapter.IPAddresses) { "$address" })
            vlan        = $vlan
            failover    = $failover
        }
    }
)
$disks = @(
    foreach ($disk in @(Get-VMHardDiskDrive -VM $vm)) {
        [ordered]@{ id = "$($disk.Id)"; path = "$($disk.Path)" }
    }
)
$replicated = @()
$excluded = @()
$authentication = ''
$relations = @(
    foreach ($r in @(Get-VMReplication)) {
        if ("$($r.VMId)" -eq "$($vm.Id)") {
            $test = $null
            if ($null -ne $r.TestVirtualMachine) {
                $test = "$($r.TestVirtualMachine.Id)"
            }
            if ("$($r.ReplicationRelationshipType)" -eq 'Simple') {
                $authentication = "$($r.AuthenticationType)"
                $replicated = @(
                    foreach ($disk in $r.ReplicatedDisks) {
                        [ordered]@{ id = "$($disk.Id)"; path = "$($disk.Path)" }
                    }
                )
                $excluded = @(
                    foreach ($disk in $r.ExcludedDisks) {
                        [ordered]@{ id = "$($disk.Id)"; path = "$($disk.Path)" }
                    }
                )
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
    }
)
$switches = @(
    foreach ($known in @(Get-VMSwitch)) {
        $known.Name
    }
)
$receiver = $null
try {
    $server = Get-VMReplicationServer
    if ($null -ne $server) {
        $receiver = [ordered]@{
            enabled        = $server.ReplicationEnabled
            authentication = "$($server.AllowedAuthenticationType)"
            anyone         = $server.ReplicationAllowedFromAnyServer
            allowed        = @(
                foreach ($entry in $server.AuthorizationEntries) {
                    "$($entry.AllowedPrimaryServer)"
                }
            )
        }
    }
} catch {
    $receiver = $null
}
$versions = $null
try {
    $versions = @(
        foreach ($version in (Get-VMHost).SupportedVmVersions) {
            "$version"
        }
    )
} catch {
    $versions = $null
}
[ordered]@{
    id             = "$($vm.Id)"
    now            = ConvertTo-Stamp -When (Get-Date)
    auto_start     = "$($vm.AutomaticStartAction)"
    points         = $points
    adapters       = $adapters
    relations      = $relations
    authentication = $authentication
    disks          = $disks
    replicated     = $replicated
    excluded       = $excluded
    switches       = $switches
    version        = "$($vm.Version)"
    versions       = $versions
    receiver       = $receiver
}
