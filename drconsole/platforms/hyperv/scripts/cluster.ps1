param($Arguments)
$cluster = Get-Cluster
$nodes = @(
    foreach ($node in @(Get-ClusterNode)) {
        [ordered]@{ name = "$($node.Name)"; state = "$($node.State)" }
    }
)
$resources = @(Get-ClusterResource)
$brokers = @(
    foreach ($resource in $resources) {
        if ("$($resource.ResourceType)" -eq 'Virtual Machine Replication Broker') {
            [ordered]@{
                state = "$($resource.State)"
                owner = "$($resource.OwnerNode)"
                group = "$($resource.OwnerGroup)"
            }
        }
    }
)
$points = @(
    foreach ($resource in $resources) {
        if ("$($resource.ResourceType)" -eq 'Network Name') {
            [ordered]@{ name = "$($resource.Name)"; group = "$($resource.OwnerGroup)" }
        }
    }
)
$roles = @(
    foreach ($group in @(Get-ClusterGroup)) {
        if ("$($group.GroupType)" -eq 'VirtualMachine') {
            [ordered]@{ state = "$($group.State)"; owner = "$($group.OwnerNode)" }
        }
    }
)
[ordered]@{
    name    = "$($cluster.Name)"
    nodes   = $nodes
    brokers = $brokers
    points  = $points
    roles   = $roles
}
