param($Arguments)
$vm = Get-VM -Id $Arguments.vm -ErrorAction Stop
Stop-VM -VM $vm -Force -Confirm:$false -ErrorAction Stop
[ordered]@{ stopped = $Arguments.vm }
