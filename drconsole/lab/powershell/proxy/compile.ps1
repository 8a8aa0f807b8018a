# Compiles C# files into one assembly with the compiler that PowerShell carries: no SDK, no reference folder.
param(
    [Parameter(Mandatory = $true)][string]$Out,
    [Parameter(Mandatory = $true, ValueFromRemainingArguments = $true)][string[]]$Source
)
$ErrorActionPreference = 'Stop'
# without this line the compiler's types are found only if something else happened to load them
Add-Type -AssemblyName Microsoft.CodeAnalysis, Microsoft.CodeAnalysis.CSharp
# exactly the assemblies of the running PowerShell
$references = [Collections.Generic.List[Microsoft.CodeAnalysis.MetadataReference]]::new()
foreach ($path in [AppContext]::GetData('TRUSTED_PLATFORM_ASSEMBLIES') -split [IO.Path]::PathSeparator) {
    if ($path) {
        $references.Add([Microsoft.CodeAnalysis.MetadataReference]::CreateFromFile($path))
    }
}
$trees = [Microsoft.CodeAnalysis.SyntaxTree[]]@(
    foreach ($file in $Source) {
        $text = [IO.File]::ReadAllText($file)
        [Microsoft.CodeAnalysis.CSharp.CSharpSyntaxTree]::ParseText($text, $null, [IO.Path]::GetFileName($file))
    }
)
$options = [Microsoft.CodeAnalysis.CSharp.CSharpCompilationOptions]::new(
    [Microsoft.CodeAnalysis.OutputKind]::DynamicallyLinkedLibrary
).WithOptimizationLevel([Microsoft.CodeAnalysis.OptimizationLevel]::Release)
$name = [IO.Path]::GetFileNameWithoutExtension($Out)
$bytes = [IO.MemoryStream]::new()
$made = [Microsoft.CodeAnalysis.CSharp.CSharpCompilation]::Create($name, $trees, $references, $options).Emit($bytes)
if (-not $made.Success) {
    $made.Diagnostics | Where-Object -Property Severity -EQ -Value 'Error' | ForEach-Object { "$_" }
    exit 1
}
[IO.File]::WriteAllBytes($Out, $bytes.ToArray())
@{ version = "$($PSVersionTable.PSVersion)"; home = $PSHOME } | ConvertTo-Json -Compress
