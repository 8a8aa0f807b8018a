param($Arguments)
$relation = $null
foreach ($r in @(Get-VMReplication)) {
    if ("$($r.VMId)" -eq $Arguments.vm -and "$($r.ReplicationRelationshipType)" -eq 'Simple') {
        $relation = $r
    }
}
if ($null -eq $relation) {
    throw 'drconsole:no-relation'
}
# It is not taken over from the relation that is turned round.
if ("$($relation.AuthenticationType)" -eq 'Certificate') {
    Set-VMReplication -VMReplication $relation -Reverse -CertificateThumbprint $relation.CertificateThumbprint -Confirm:$false -ErrorAction Stop
}
if ("$($relation.AuthenticationType)" -ne 'Certificate') {
    Set-VMReplication -VMReplication $relation -Reverse -Confirm:$false -ErrorAction Stop
}
[ordered]@{ reversed = $Arguments.vm }
