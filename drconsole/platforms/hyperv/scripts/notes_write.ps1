param($Arguments)
$vm = Get-VM -Id $Arguments.vm -ErrorAction Stop
# Somebody else may have written since they were read.
if ("$($vm.Notes)" -cne $Arguments.before) {
    throw 'drconsole:notes-changed'
}
Set-VM -VM $vm -Notes $Arguments.notes -Confirm:$false -ErrorAction Stop
[ordered]@{ written = $Arguments.vm }
