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
                address = "$($told.IPv4Address)"
                mask    = "$($told.IPv4SubnetMask)"
                gateway = "$($told.IPv4DefaultGateway)"
                dns     = "$($told.IPv4PreferredDNSServer)"
                dns2    = "$($told.IPv4AlternateDNSServer)"
                v6      = "$($told.IPv6Address)"
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
$relations = @(
    foreach ($r in @(Get-VMReplication)) {
        if ("$($r.VMId)" -eq "$($vm.Id)") {
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
    }
)
$switches = @(
    foreach ($known in @(Get-VMSwitch)) {
        $known.Name
    }
)
[ordered]@{
    id         = "$($vm.Id)"
    now        = ConvertTo-Stamp -When (Get-Date)
    auto_start = "$($vm.AutomaticStartAction)"
    points     = $points
    adapters   = $adapters
    relations  = $relations
    switches   = $switches
}
