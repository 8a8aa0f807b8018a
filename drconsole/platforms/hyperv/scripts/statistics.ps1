param($Arguments)
function ConvertTo-Stamp {
    param($When)
    if ($null -eq $When) {
        return $null
    }
    $When.ToUniversalTime().ToString('o')
}
function ConvertTo-Seconds {
    param($Span)
    if ($null -eq $Span) {
        return $null
    }
    [long]$Span.TotalSeconds
}
$vm = Get-VM -Id $Arguments.vm
$relations = @(
    foreach ($m in @(Measure-VMReplication -VM $vm)) {
        [ordered]@{
            relationship     = "$($m.ReplicationRelationshipType)"
            since            = ConvertTo-Stamp -When $m.MonitoringStartTime
            pending          = $m.PendingReplicationSize
            average          = $m.AverageReplicationSize
            maximum          = $m.MaximumReplicationSize
            latency_s        = ConvertTo-Seconds -Span $m.AverageReplicationLatency
            latency_max_s    = ConvertTo-Seconds -Span $m.MaximumReplicationLatency
            errors           = $m.ReplicationErrors
            done             = $m.SuccessfulReplicationCount
            missed           = $m.MissedReplicationCount
            failed_over_type = "$($m.FailedOverReplicationType)"
            last_test        = ConvertTo-Stamp -When $m.LastTestFailoverInitiatedTime
            details          = @(foreach ($detail in $m.ReplicationHealthDetails) { "$detail" })
        }
    }
)
[ordered]@{
    now       = ConvertTo-Stamp -When (Get-Date)
    relations = $relations
}
