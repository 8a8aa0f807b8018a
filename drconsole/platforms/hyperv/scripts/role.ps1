param($Arguments)
$roles = @(
    foreach ($resource in @(Get-ClusterResource)) {
        if ("$($resource.ResourceType)" -eq 'Virtual Machine') {
            foreach ($known in @(Get-ClusterParameter -InputObject $resource -Name 'VmID')) {
                [ordered]@{
                    vm    = "$($known.Value)"
                    group = "$($resource.OwnerGroup)"
                    owner = "$($resource.OwnerNode)"
                    state = "$($resource.State)"
                }
            }
        }
    }
)
[ordered]@{ roles = $roles }
