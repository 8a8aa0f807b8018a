// The shadowed cmdlets. They keep the original class names, so that error ids are the original ones
// (PathNotFound,Microsoft.PowerShell.Commands.GetItemCommand); their parameters are those of 5.1.
using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using DrLab;

namespace Microsoft.PowerShell.Commands
{
    [Cmdlet("Get", "Date", DefaultParameterSetName = "net")]
    [OutputType(typeof(DateTime), typeof(string))]
    public sealed class GetDateCommand : ProxyCmdlet
    {
        [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
        [Alias("LastWriteTime")] public DateTime Date { get; set; }
        [Parameter] [ValidateRange(1, 9999)] public int Year { get; set; }
        [Parameter] [ValidateRange(1, 12)] public int Month { get; set; }
        [Parameter] [ValidateRange(1, 31)] public int Day { get; set; }
        [Parameter] [ValidateRange(0, 23)] public int Hour { get; set; }
        [Parameter] [ValidateRange(0, 59)] public int Minute { get; set; }
        [Parameter] [ValidateRange(0, 59)] public int Second { get; set; }
        [Parameter] [ValidateRange(0, 999)] public int Millisecond { get; set; }
        [Parameter] public DisplayHintType DisplayHint { get; set; } = DisplayHintType.DateTime;
        [Parameter(ParameterSetName = "net")] public string Format { get; set; }

        protected override void ProcessRecord()
        {
            var at = Date;
            if (!Given(nameof(Date))) Forward("Get-Date", new(), now => at = (DateTime)now);
            at = Adjusted(at);
            if (Given(nameof(Format)))
            {
                WriteObject(at.ToString(Format));
                return;
            }
            var shown = new PSObject(at);
            shown.Properties.Add(new PSNoteProperty("DisplayHint", DisplayHint));
            WriteObject(shown);
        }

        bool Given(string name) => MyInvocation.BoundParameters.ContainsKey(name);

        DateTime Adjusted(DateTime at)
        {
            if (Given(nameof(Year))) at = at.AddYears(Year - at.Year);
            if (Given(nameof(Month))) at = at.AddMonths(Month - at.Month);
            if (Given(nameof(Day))) at = at.AddDays(Day - at.Day);
            if (Given(nameof(Hour))) at = at.AddHours(Hour - at.Hour);
            if (Given(nameof(Minute))) at = at.AddMinutes(Minute - at.Minute);
            if (Given(nameof(Second))) at = at.AddSeconds(Second - at.Second);
            if (Given(nameof(Millisecond))) at = at.AddMilliseconds(Millisecond - at.Millisecond);
            return at;
        }
    }

    [Cmdlet("Start", "Sleep", DefaultParameterSetName = "Seconds")]
    public sealed class StartSleepCommand : ProxyCmdlet
    {
        [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Seconds", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
        [ValidateRange(0, 2147483)] public int Seconds { get; set; }
        [Parameter(Mandatory = true, ParameterSetName = "Milliseconds", ValueFromPipelineByPropertyName = true)]
        [ValidateRange(0, int.MaxValue)] public int Milliseconds { get; set; }
    }

    /// Windows paths go to the model; the drives that live in the session (Env:, Variable:, ...) stay with PowerShell.
    public abstract class PathCmdlet : ProxyCmdlet
    {
        static readonly string[] session = { "env:", "variable:", "function:", "alias:" };

        [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Path", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
        public string[] Path { get; set; }
        [Parameter(Mandatory = true, ParameterSetName = "LiteralPath", ValueFromPipelineByPropertyName = true)]
        [Alias("PSPath", "LP")] public string[] LiteralPath { get; set; }
        [Parameter] public SwitchParameter Force { get; set; }

        protected bool Literal => ParameterSetName == "LiteralPath";
        protected string[] Paths => Literal ? LiteralPath : Path;

        protected abstract void InSession(string[] paths);

        protected override void ProcessRecord()
        {
            if (Paths.Length > 0 && Paths.All(p => session.Any(d => p.StartsWith(d, StringComparison.OrdinalIgnoreCase))))
                InSession(Paths);
            else
                base.ProcessRecord();
        }

        protected void WriteAll<T>(IEnumerable<T> found)
        {
            foreach (var one in found) WriteObject(one);
        }
    }

    [Cmdlet("Test", "Path", DefaultParameterSetName = "Path")]
    [OutputType(typeof(bool))]
    public sealed class TestPathCommand : PathCmdlet
    {
        [Parameter] public TestPathType PathType { get; set; }

        protected override void InSession(string[] paths) => WriteAll(paths.Select(p => InvokeProvider.Item.Exists(p, Force, Literal)));
    }

    [Cmdlet("Get", "Item", DefaultParameterSetName = "Path")]
    public sealed class GetItemCommand : PathCmdlet
    {
        protected override void InSession(string[] paths) => WriteAll(InvokeProvider.Item.Get(paths, Force, Literal));
    }

    [Cmdlet("Get", "ChildItem", DefaultParameterSetName = "Path")]
    public sealed class GetChildItemCommand : PathCmdlet
    {
        [Parameter] public string Filter { get; set; }
        [Parameter] public SwitchParameter Recurse { get; set; }
        [Parameter] public SwitchParameter File { get; set; }
        [Parameter] public SwitchParameter Directory { get; set; }

        protected override void InSession(string[] paths) =>
            WriteAll(InvokeProvider.ChildItem.Get(paths, Recurse, uint.MaxValue, Force, Literal));
    }

    [Cmdlet("Remove", "Item", DefaultParameterSetName = "Path", SupportsShouldProcess = true)]
    public sealed class RemoveItemCommand : PathCmdlet
    {
        [Parameter] public SwitchParameter Recurse { get; set; }

        protected override void InSession(string[] paths)
        {
            if (paths.All(p => ShouldProcess(p))) InvokeProvider.Item.Remove(paths, Recurse, Force, Literal);
        }
    }

    // these two are no built-ins here: modules of their own offer them, as on a host
    [Cmdlet("Get", "WinEvent", DefaultParameterSetName = "GetLogSet")]
    public sealed class GetWinEventCommand : ProxyCmdlet
    {
        [Parameter(Position = 0, ParameterSetName = "GetLogSet", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
        public string[] LogName { get; set; }
        [Parameter(Mandatory = true, Position = 0, ParameterSetName = "HashQuerySet")]
        public Hashtable[] FilterHashtable { get; set; }
        [Parameter] [ValidateRange(1, long.MaxValue)] public long MaxEvents { get; set; }
        [Parameter] public SwitchParameter Oldest { get; set; }
    }

    [Cmdlet("Get", "Volume")]
    public sealed class GetVolumeCommand : ProxyCmdlet
    {
        [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)] public char[] DriveLetter { get; set; }
    }
}
