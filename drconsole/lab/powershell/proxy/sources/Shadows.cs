// Built-in cmdlets that the simulated host answers instead of this machine.
//
// A module that exports Get-Date does not hold: a runspace that a script creates has the built-ins from the beginning,
// importing Microsoft.PowerShell.Utility takes ours away, and Microsoft.PowerShell.Utility\Get-Date is always the real
// one. But PowerShell keeps the cmdlets of its own assemblies in one table per process, from which every runspace and
// every module import copies. Entries are exchanged there, before the shell's Main runs: no runspace, import order or
// qualified name finds the original any more. The table is private, so the result is tested at once by public means.
using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;
using Microsoft.PowerShell.Commands;
using Shown = System.Management.Automation.Runspaces.SessionStateCmdletEntry;
using Table = System.Collections.Generic.Dictionary<string, System.Tuple<System.Management.Automation.Runspaces.SessionStateCmdletEntry, System.Collections.Generic.List<System.Management.Automation.Runspaces.SessionStateAliasEntry>>>;

namespace DrLab
{
    internal static class Shadows
    {
        static readonly Type[] ours =
        {
            typeof(GetDateCommand), typeof(StartSleepCommand), typeof(TestPathCommand), typeof(GetItemCommand),
            typeof(GetChildItemCommand), typeof(RemoveItemCommand),
        };

        // what concerns the session alone; whatever is neither here nor ours is refused, also when a newer shell adds it
        static readonly HashSet<string> kept = new(StringComparer.OrdinalIgnoreCase)
        {
            "Get-Location", "Set-Location", "Push-Location", "Pop-Location", "Get-PSDrive",
            "Add-Member", "Clear-Variable", "Compare-Object", "ConvertFrom-CliXml", "ConvertFrom-Csv", "ConvertFrom-Json",
            "ConvertFrom-StringData", "ConvertTo-CliXml", "ConvertTo-Csv", "ConvertTo-Html", "ConvertTo-Json", "ConvertTo-Xml",
            "Format-Custom", "Format-Hex", "Format-List", "Format-Table", "Format-Wide", "Get-Alias", "Get-Culture", "Get-Error",
            "Get-Event", "Get-EventSubscriber", "Get-FormatData", "Get-Host", "Get-Member", "Get-PSCallStack", "Get-Random",
            "Get-Runspace", "Get-SecureRandom", "Get-TypeData", "Get-UICulture", "Get-Unique", "Get-Variable", "Get-Verb",
            "Group-Object", "Invoke-Expression", "Join-String", "Measure-Command", "Measure-Object", "New-Alias", "New-Event",
            "New-Guid", "New-Object", "New-TimeSpan", "New-Variable", "Out-String", "Read-Host", "Register-EngineEvent",
            "Register-ObjectEvent", "Remove-Alias", "Remove-Event", "Remove-Variable", "Select-Object", "Select-Xml", "Set-Alias",
            "Set-Variable", "Sort-Object", "Trace-Command", "Unregister-Event", "Update-List", "Wait-Event", "Write-Debug",
            "Write-Error", "Write-Host", "Write-Information", "Write-Output", "Write-Progress", "Write-Verbose", "Write-Warning",
            "ConvertFrom-SecureString", "ConvertTo-SecureString", "Get-Credential", "Get-ExecutionPolicy",
            "Add-History", "Clear-History", "Export-ModuleMember", "ForEach-Object", "Format-Default", "Get-Command",
            "Get-History", "Get-Job", "Get-Module", "Import-Module", "New-Module", "Out-Default", "Out-Host", "Out-LineOutput",
            "Out-Null", "Receive-Job", "Remove-Job", "Remove-Module", "Set-PSDebug", "Set-StrictMode", "Stop-Job", "Wait-Job",
            "Where-Object",
        };

        public static bool Installed { get; private set; }
        public static int Shadowed { get; private set; }
        public static int Refused { get; private set; }

        public static string Version =>
            typeof(PSObject).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>().InformationalVersion.Split(' ')[0];

        static string NameOf(Type type) =>
            type.GetCustomAttribute<CmdletAttribute>() is var mark ? $"{mark.VerbName}-{mark.NounName}" : null;

        static ICollection<Table> Tables()
        {
            InitialSessionState.CreateDefault();      // fills them
            const string owner = "System.Management.Automation.Runspaces.PSSnapInHelpers";
            var field = typeof(PSObject).Assembly.GetType(owner)?.GetField("s_cmdletCache", BindingFlags.NonPublic | BindingFlags.Static);
            return field?.GetValue(null) is Lazy<ConcurrentDictionary<Assembly, Table>> found
                ? found.Value.Values
                : throw new LabException("its table of built-in cmdlets is not where it was in PowerShell 7.6");
        }

        static Type Instead(string name, IReadOnlyDictionary<string, Type> shadows) =>
            shadows.TryGetValue(name, out var ourType) ? ourType : kept.Contains(name) ? null : typeof(NotSimulated);

        public static void Install()
        {
            var shadows = ours.ToDictionary(NameOf, StringComparer.OrdinalIgnoreCase);
            foreach (var table in Tables())
                foreach (var name in table.Keys.ToList())
                    if (Instead(name, shadows) is { } type)
                        table[name] = Tuple.Create(new Shown(name, type, null), table[name].Item2);
            Prove(shadows);
            Installed = true;
        }

        static void Prove(IReadOnlyDictionary<string, Type> shadows)
        {
            var found = InitialSessionState.CreateDefault().Commands.OfType<Shown>().ToList();
            foreach (var one in found)
                if (Instead(one.Name, shadows) is { } type && one.ImplementingType != type)
                    throw new LabException("a built-in cmdlet is still the original: " + one.Name);
            Shadowed = found.Count(c => ours.Contains(c.ImplementingType));
            Refused = found.Count(c => c.ImplementingType == typeof(NotSimulated));
            if (Shadowed != ours.Length) throw new LabException($"{Shadowed} of {ours.Length} built-in cmdlets were found");
        }
    }
}
