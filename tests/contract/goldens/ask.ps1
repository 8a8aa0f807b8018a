# Answers snippets as the golden files record them: one base64 line of JSON [text, ...] in, one out.
$texts = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String(@($input)[0])) | ConvertFrom-Json
$answers = foreach ($text in $texts) {
    $space = [runspacefactory]::CreateRunspace()
    $space.Open()
    $shell = [powershell]::Create()
    $shell.Runspace = $space
    [void]$shell.AddScript($text)
    $items = [System.Management.Automation.PSDataCollection[psobject]]::new()
    $ended = $null
    try { [void]$shell.Invoke($null, $items) } catch { $ended = $_.Exception.InnerException.ErrorRecord }
    $records = @($shell.Streams.Error)
    if ($null -ne $ended) { $records += $ended }
    [ordered]@{
        terminated = $null -ne $ended
        output     = @(foreach ($item in $items) {
            if ($null -eq $item) { [ordered]@{ type = $null; text = ''; json = 'null' }; continue }
            $type = $item.psobject.BaseObject.GetType().FullName
            $plain = $type -match '^System\.(String|Char|Boolean|Byte|U?Int(16|32|64)|Double|Decimal|Object\[\]|Byte\[\]|String\[\])$'
            [ordered]@{ type = $type; text = "$item"; json = $(if ($plain) { ConvertTo-Json -InputObject $item -Compress -Depth 6 }) }
        })
        errors     = @(foreach ($record in $records) {
            [ordered]@{ type = $record.Exception.GetType().FullName; fqid = $record.FullyQualifiedErrorId; category = "$($record.CategoryInfo.Category)"; message = "$record" }
        })
    }
    $shell.Dispose()
    $space.Dispose()
}
$json = ConvertTo-Json -InputObject @($answers) -Depth 8 -Compress
[Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes($json))
