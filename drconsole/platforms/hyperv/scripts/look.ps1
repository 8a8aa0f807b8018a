param($Arguments)
function ConvertTo-Stamp {
    param($When)
    if ($null -eq $When) {
        return $null
    }
    $When.ToUniversalTime().ToString('o')
}
function Find-Machine {
    param($Id)
    try {
        return Get-VM -Id $Id -ErrorAction Stop
    } catch {
        return $null
    }
}
function Read-Adapter {
    param($Adapter)
    $vlan = $null
    $failover = $null
    try {
        $told = Get-VMNetworkAdapterVlan -VMNetworkAdapter $Adapter
        $vlan = [ordered]@{ mode = "$($told.OperationMode)"; id = $told.AccessVlanId }
    } catch {
        $vlan = $null
    }
    # A test copy, or a VM that is not replicated, may have none.
    try {
        $told = Get-VMNetworkAdapterFailoverConfiguration -VMNetworkAdapter $Adapter
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
        id          = "$($Adapter.Id)"
        name        = $Adapter.Name
        connected   = $Adapter.Connected
        switch      = $Adapter.SwitchName
        test_switch = $Adapter.TestReplicaSwitchName
        mac         = $Adapter.MacAddress
        addresses   = @(foreach ($address in $Adapter.IPAddresses) { "$address" })
        vlan        = $vlan
        failover    = $failover
    }
}
function Read-Machine {
    param($Machine)
    if ($null -eq $Machine) {
        return $null
    }
    [ordered]@{
        id        = "$($Machine.Id)"
        name      = $Machine.Name
        power     = "$($Machine.State)"
        uptime_s  = [long]$Machine.Uptime.TotalSeconds
        created   = ConvertTo-Stamp -When $Machine.CreationTime
        notes     = $Machine.Notes
        heartbeat = "$($Machine.Heartbeat)"
        mode      = "$($Machine.ReplicationMode)"
        clustered = $Machine.IsClustered
        adapters  = @(
            foreach ($adapter in @(Get-VMNetworkAdapter -VM $Machine)) {
                Read-Adapter -Adapter $adapter
            }
        )
        disks     = @(
            foreach ($disk in @(Get-VMHardDiskDrive -VM $Machine)) {
                "$($disk.Path)"
            }
        )
    }
}
$vm = Find-Machine -Id $Arguments.vm
# When it was started is the clock less its uptime: nothing slow may come between the two.
$now = ConvertTo-Stamp -When (Get-Date)
$machine = Read-Machine -Machine $vm
$listed = @()
$points = @()
if ($null -eq $vm -or $null -ne $Arguments.other) {
    # Only a whole list that lacks a VM says that it is not there.
    $listed = @(
        foreach ($one in @(Get-VM)) {
            "$($one.Id)"
        }
    )
}
if ($null -ne $vm) {
    $points = @(
        foreach ($point in @(Get-VMSnapshot -VM $vm)) {
            [ordered]@{ id = "$($point.Id)"; type = "$($point.SnapshotType)"; name = $point.Name }
        }
    )
}
$relations = @(
    foreach ($r in @(Get-VMReplication)) {
        if ("$($r.VMId)" -eq $Arguments.vm) {
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
$copy = $null
foreach ($r in $relations) {
    if ($null -ne $r.test_vm) {
        $copy = Find-Machine -Id $r.test_vm
    }
}
$files = @(
    foreach ($path in $Arguments.files) {
        [ordered]@{ path = $path; exists = (Test-Path -LiteralPath $path) }
    }
)
[ordered]@{
    now       = $now
    vm        = $machine
    listed    = $listed
    relations = $relations
    points    = $points
    test      = Read-Machine -Machine $copy
    files     = $files
}
