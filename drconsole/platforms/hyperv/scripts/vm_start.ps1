param($Arguments)
$vm = Get-VM -Id $Arguments.vm -ErrorAction Stop
Start-VM -VM $vm -Confirm:$false -ErrorAction Stop
[ordered]@{ started = $Arguments.vm }
