param($Call)
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$WarningPreference = 'SilentlyContinue'
$answer = [ordered]@{ ok = $true; value = $null; error = $null }
try {
    $answer.value = & ([scriptblock]::Create($Call.body)) $Call.arguments
} catch {
    $answer.ok = $false
    $answer.error = [ordered]@{
        id       = "$($_.FullyQualifiedErrorId)"
        category = "$($_.CategoryInfo.Category)"
        type     = $_.Exception.GetType().FullName
        message  = $_.Exception.Message
        line     = $_.InvocationInfo.ScriptLineNumber
    }
}
$text = ConvertTo-Json -InputObject $answer -Depth 8 -Compress
[Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes($text))
'drconsole-end'
