// What the simulated host's own cmdlets emit: the members that scripts use. Not System.IO.FileInfo, which is sealed and
// would look at this machine's disk. The class names are what "$type" says.
using System;

namespace DrLab.Items
{
    public abstract class FileSystemInfo : ModelObject
    {
        public string Name => Get<string>();
        public string FullName => Get<string>();
        // Get-ChildItem | Remove-Item binds this to -LiteralPath
        public string PSPath => Get<string>("FullName");
        public bool PSIsContainer => this is DirectoryInfo;
        public bool Exists => true;
        public DateTime LastWriteTime => Get<DateTime>();
        public DateTime LastWriteTimeUtc => LastWriteTime.ToUniversalTime();

        public override string ToString() => FullName;
    }

    public sealed class DirectoryInfo : FileSystemInfo
    {
        internal DirectoryInfo() { }
    }

    public sealed class FileInfo : FileSystemInfo
    {
        internal FileInfo() { }

        public long Length => Get<long>();
        public string DirectoryName => Get<string>();
        public string Extension => Name.Contains('.') ? Name.Substring(Name.LastIndexOf('.')) : "";
        public string BaseName => Name.Substring(0, Name.Length - Extension.Length);
    }

    public sealed class EventLogRecord : ModelObject
    {
        internal EventLogRecord() { }

        public int Id => Get<int>();
        public long? RecordId => Get<long?>();
        public string LogName => Get<string>();
        public string ProviderName => Get<string>();
        public string LevelDisplayName => Get<string>();
        public DateTime? TimeCreated => Get<DateTime?>();
        public string MachineName => Get<string>();
        public string Message => Get<string>();
    }

    public sealed class Volume : ModelObject
    {
        internal Volume() { }

        public char? DriveLetter => Get<string>()?[0];
        public string FileSystemLabel => Get<string>();
        public string FileSystem => Get<string>();
        public ulong Size => Get<ulong>();
        public ulong SizeRemaining => Get<ulong>();
    }
}
