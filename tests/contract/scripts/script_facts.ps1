# What a real parser sees in scripts: one base64 line of JSON {name: text, ...} in, one of JSON {name: facts, ...} out.
$texts = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String(@($input)[0])) | ConvertFrom-Json
function Get-Value {
    param($Ast)
    [ordered]@{ kind = $Ast.GetType().Name; text = $(if ($Ast.PSObject.Properties['Value']) { "$($Ast.Value)" }) }
}
function Get-Element {
    param($Ast)
    if ($Ast -is [System.Management.Automation.Language.CommandParameterAst]) {
        $joined = $(if ($null -ne $Ast.Argument) { Get-Value -Ast $Ast.Argument })
        return [ordered]@{ parameter = $Ast.ParameterName; joined = $joined }
    }
    $splat = $Ast -is [System.Management.Automation.Language.VariableExpressionAst] -and $Ast.Splatted
    [ordered]@{ value = Get-Value -Ast $Ast; splat = $splat }
}
function Get-Command-Facts {
    param($Ast)
    $elements = @($Ast.CommandElements)
    [ordered]@{
        line     = $Ast.Extent.StartLineNumber
        name     = $Ast.GetCommandName()
        called   = "$($Ast.InvocationOperator)"
        head     = $elements[0].GetType().Name
        piped    = $Ast.Parent.PipelineElements.IndexOf($Ast) -gt 0
        elements = @($elements | Select-Object -Skip 1 | ForEach-Object { Get-Element -Ast $_ })
    }
}
function Get-Node {
    param($Ast)
    $static = $null
    $member = $null
    $operator = $null
    if ($Ast -is [System.Management.Automation.Language.MemberExpressionAst]) {
        $member = "$($Ast.Member)"
        if ($Ast.Static) { $static = "$($Ast.Expression.TypeName)" }
    }
    if ($Ast.PSObject.Properties['Operator']) { $operator = "$($Ast.Operator)" }
    [ordered]@{
        line     = $Ast.Extent.StartLineNumber
        kind     = $Ast.GetType().Name
        text     = $(if ($Ast.Extent.Text.Length -lt 200) { $Ast.Extent.Text } else { '' })
        operator = $operator
        member   = $member
        static   = $static
        maybe    = [bool]($Ast.PSObject.Properties['NullConditional'] -and $Ast.NullConditional)
        type     = $(if ($Ast.PSObject.Properties['TypeName']) { "$($Ast.TypeName.FullName)" })
        left     = $(if ($Ast.PSObject.Properties['Left']) { $Ast.Left.GetType().Name })
        right    = $(if ($Ast.PSObject.Properties['Right']) { $Ast.Right.GetType().Name })
        later    = [bool]($Ast.PSObject.Properties['CleanBlock'] -and $Ast.CleanBlock) -or
            [bool]($Ast.PSObject.Properties['Background'] -and $Ast.Background)
    }
}
function Get-Token {
    param($Tokens)
    $before = 'NewLine'
    foreach ($token in $Tokens) {
        [ordered]@{
            line  = $token.Extent.StartLineNumber
            kind  = "$($token.Kind)"
            text  = $token.Text
            first = $before -eq 'NewLine'
        }
        if ("$($token.Kind)" -ne 'Comment') { $before = "$($token.Kind)" }
    }
}
# nothing is judged by these
$dull = 'CommandExpressionAst', 'StringConstantExpressionAst', 'NamedBlockAst', 'StatementBlockAst', 'CommandAst',
    'ParamBlockAst', 'ParameterAst', 'CommandParameterAst', 'ParenExpressionAst', 'HashtableAst', 'ScriptBlockExpressionAst'
$answer = [ordered]@{}
foreach ($script in $texts.PSObject.Properties) {
    $tokens = $null
    $errors = $null
    $ast = [System.Management.Automation.Language.Parser]::ParseInput($script.Value, [ref]$tokens, [ref]$errors)
    $all = @($ast.FindAll({ $true }, $true))
    $answer[$script.Name] = [ordered]@{
        errors    = @($errors | ForEach-Object { [ordered]@{ line = $_.Extent.StartLineNumber; text = $_.Message } })
        functions = @($all | Where-Object { $_ -is [System.Management.Automation.Language.FunctionDefinitionAst] } |
            ForEach-Object { [ordered]@{ name = $_.Name; parameters = @(
                $_.Body.ParamBlock.Parameters.Name.VariablePath.UserPath) + @($_.Parameters.Name.VariablePath.UserPath) } })
        commands  = @($all | Where-Object { $_ -is [System.Management.Automation.Language.CommandAst] } |
            ForEach-Object { Get-Command-Facts -Ast $_ })
        nodes     = @($all | Where-Object { $_.GetType().Name -notin $dull } | ForEach-Object { Get-Node -Ast $_ })
        tokens    = @(Get-Token -Tokens $tokens)
    }
}
[Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes((ConvertTo-Json -InputObject $answer -Depth 9 -Compress)))
