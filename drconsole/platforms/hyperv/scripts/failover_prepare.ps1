param($Arguments)
$vm = Get-VM -Id $Arguments.vm -ErrorAction Stop
Start-VMFailover -VM $vm -Prepare -Confirm:$false -ErrorAction Stop
[ordered]@{ prepared = $Arguments.vm }
