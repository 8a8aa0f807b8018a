// .NET runs this before the shell's own Main when DOTNET_STARTUP_HOOKS names this assembly: the client's command line
// stays as it is.
using System;
using System.IO;
using System.Reflection;
using System.Text;
using DrLab;

internal class StartupHook
{
    const int Refused = 70;

    public static void Initialize()
    {
        // children inherit the variable; another .NET program has no PowerShell engine
        if (Assembly.GetEntryAssembly()?.GetName().Name != "pwsh") return;
        try
        {
            // a PowerShell that a script starts: nobody could know that its hook holds
            if (!Settings.Given) throw new LabException("it was not started by the lab");
            Settings.Load();
            Shadows.Install();
            WindowsConsole();
            // the first link says hello: only now does the lab count this process as started
            Link.Give(Link.Take());
            // this machine may keep only eight bits of the code
            AppDomain.CurrentDomain.ProcessExit += (_, _) => Link.TellExit(Environment.ExitCode);
        }
        catch (Exception e)
        {
            Console.Error.WriteLine("lab: this PowerShell cannot stand for a simulated host: " + e.Message);
            Environment.Exit(Refused);
        }
    }

    /// Bytes and line ends as a Windows console of the shell's code page has them.
    static void WindowsConsole()
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        var encoding = Settings.CodePage == 65001 ? new UTF8Encoding(false) : Encoding.GetEncoding(Settings.CodePage);
        Console.InputEncoding = encoding;
        Console.OutputEncoding = encoding;
        Console.SetOut(TextWriter.Synchronized(new WindowsWriter(Console.OpenStandardOutput())));
        Console.SetError(TextWriter.Synchronized(new WindowsWriter(Console.OpenStandardError())));
    }
}
