param($Arguments)
$owner = ''
try {
    $group = Get-ClusterGroup -VMId $Arguments.vm -ErrorAction Stop
    $owner = "$($group.OwnerNode)"
} catch {
    $owner = ''
}
[ordered]@{ owner = $owner }
