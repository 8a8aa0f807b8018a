param($Library)
# Reads one request a line from standard input and answers each with one line. A read runs in a runspace of its own,
# so nothing it does (exit, break, prompts, stray output, endless loops) can end or confuse the conversation.
# Request: base64 of JSON {id, name, arguments, seconds}; name is a function of the library.
# Answer: base64 of gzip of JSON {id, state, value, error, errors, warnings, ms}, between two line feeds;
# state is ready, done, failed, timeout, flood, stuck or refused.
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$mostObjects = 200000
$mostCharacters = 16777216
$utf8 = New-Object -TypeName System.Text.UTF8Encoding -ArgumentList $false
# The reader that took the first line: it may hold more of what was sent.
$requests = [Console]::In
$answers = [Console]::OpenStandardOutput()
[Console]::SetIn([System.IO.TextReader]::Null)
[Console]::SetOut([System.IO.TextWriter]::Null)

$state = [System.Management.Automation.Runspaces.InitialSessionState]::CreateDefault()
$preferences = @{
    ErrorActionPreference = 'Stop'
    ProgressPreference    = 'SilentlyContinue'
    WarningPreference     = 'Continue'
    ConfirmPreference     = 'None'
}
foreach ($name in $preferences.Keys) {
    $type = 'System.Management.Automation.Runspaces.SessionStateVariableEntry'
    $state.Variables.Add((New-Object -TypeName $type -ArgumentList $name, $preferences[$name], ''))
}
$functions = @{ 'drconsole-echo' = 'param($Arguments) $Arguments.word' }
foreach ($one in $Library.PSObject.Properties) {
    $functions[$one.Name] = $one.Value
}
foreach ($name in $functions.Keys) {
    $type = 'System.Management.Automation.Runspaces.SessionStateFunctionEntry'
    $state.Commands.Add((New-Object -TypeName $type -ArgumentList $name, $functions[$name]))
}
$runspace = [runspacefactory]::CreateRunspace($state)
$runspace.Open()

function Get-Problem {
    param($Record)
    [ordered]@{
        id       = "$($Record.FullyQualifiedErrorId)"
        category = "$($Record.CategoryInfo.Category)"
        type     = $Record.Exception.GetType().FullName
        message  = $Record.Exception.Message
        line     = $Record.InvocationInfo.ScriptLineNumber
    }
}

function Write-Answer {
    param($Answer)
    $json = ConvertTo-Json -InputObject $Answer -Depth 8 -Compress
    if ($json.Length -gt $mostCharacters) {
        $Answer.state = 'flood'
        $Answer.value = $null
        $json = ConvertTo-Json -InputObject $Answer -Depth 8 -Compress
    }
    $bytes = $utf8.GetBytes($json)
    $packed = New-Object -TypeName System.IO.MemoryStream
    $mode = [System.IO.Compression.CompressionMode]::Compress
    $gzip = New-Object -TypeName System.IO.Compression.GZipStream -ArgumentList $packed, $mode
    $gzip.Write($bytes, 0, $bytes.Length)
    $gzip.Dispose()
    # A line feed before it too: where a piece of the answer before was lost, this one still stands alone.
    $line = "`n" + [Convert]::ToBase64String($packed.ToArray()) + "`n"
    $bytes = $utf8.GetBytes($line)
    $answers.Write($bytes, 0, $bytes.Length)
    $answers.Flush()
    $line
}

function Wait-Read {
    param($Shell, $Running, $Got, $Clock, $Seconds)
    while (-not $Running.AsyncWaitHandle.WaitOne(50)) {
        if ($Got.Count -gt $mostObjects) {
            $state = 'flood'
        } elseif ($Clock.Elapsed.TotalSeconds -gt $Seconds) {
            $state = 'timeout'
        } else {
            continue
        }
        $stopping = $Shell.BeginStop($null, $null)
        if (-not $stopping.AsyncWaitHandle.WaitOne(5000)) {
            $state = 'stuck'
        }
        return $state
    }
    'done'
}

function Complete-Read {
    param($Shell, $Running, $Got, $Answer)
    try {
        [void]$Shell.EndInvoke($Running)
    } catch {
        $cause = $_.Exception
        if ($cause -is [System.Management.Automation.MethodInvocationException]) {
            $cause = $cause.InnerException
        }
        $record = $_
        if ($cause.ErrorRecord) {
            $record = $cause.ErrorRecord
        }
        $Answer.state = 'failed'
        $Answer.error = Get-Problem -Record $record
    }
    if ($Got.Count -gt $mostObjects) {
        $Answer.state = 'flood'
    } elseif ($Got.Count -eq 1) {
        $Answer.value = $Got[0]
    } elseif ($Got.Count -gt 1) {
        $Answer.value = @($Got)
    }
}

function Invoke-Read {
    param($Request)
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    $answer = [ordered]@{
        id       = $Request.id
        state    = 'done'
        value    = $null
        error    = $null
        errors   = @()
        warnings = @()
        ms       = 0
    }
    $shell = [powershell]::Create()
    $shell.Runspace = $runspace
    [void]$shell.AddCommand($Request.name, $true).AddParameter('Arguments', $Request.arguments)
    $none = New-Object -TypeName 'System.Management.Automation.PSDataCollection[psobject]'
    $none.Complete()
    $got = New-Object -TypeName 'System.Management.Automation.PSDataCollection[psobject]'
    $running = $shell.BeginInvoke($none, $got)
    $answer.state = Wait-Read -Shell $shell -Running $running -Got $got -Clock $clock -Seconds $Request.seconds
    if ($answer.state -eq 'done') {
        Complete-Read -Shell $shell -Running $running -Got $got -Answer $answer
    }
    if ($answer.state -ne 'stuck') {
        $answer.errors = @(foreach ($record in $shell.Streams.Error) { Get-Problem -Record $record })
        $answer.warnings = @(foreach ($warning in $shell.Streams.Warning) { $warning.Message })
        $shell.Dispose()
    }
    $answer.ms = [long]$clock.Elapsed.TotalMilliseconds
    $answer
}

$lastId = ''
$lastLine = ''
[void](Write-Answer -Answer ([ordered]@{ id = ''; state = 'ready'; version = "$($PSVersionTable.PSVersion)" }))
while ($null -ne ($line = $requests.ReadLine())) {
    if (-not $line.Trim()) {
        continue
    }
    $id = ''
    try {
        $request = $utf8.GetString([Convert]::FromBase64String($line.Trim())) | ConvertFrom-Json
        $id = "$($request.id)"
        if (-not $id) {
            throw 'a request has an id'
        }
        if ($id -eq $lastId) {
            $bytes = $utf8.GetBytes($lastLine)
            $answers.Write($bytes, 0, $bytes.Length)
            $answers.Flush()
            continue
        }
        $answer = Invoke-Read -Request $request
    } catch {
        $answer = [ordered]@{ id = $id; state = 'refused'; value = $null; error = Get-Problem -Record $_ }
    }
    $lastLine = Write-Answer -Answer $answer
    $lastId = $id
    if ($answer.state -eq 'stuck') {
        [Environment]::Exit(75)
    }
}
[Environment]::Exit(0)
