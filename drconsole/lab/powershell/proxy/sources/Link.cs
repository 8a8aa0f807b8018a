// One connection to the lab's channel. A call owns a link while it runs, idle ones wait in a pool: a call nested in
// another one's pipeline, or made in a second runspace, takes a second link, and nothing has to be untangled.
using System;
using System.Buffers;
using System.Collections.Concurrent;
using System.IO;
using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Threading;

namespace DrLab
{
    public class LabException : Exception
    {
        public LabException(string text) : base(text) { }
    }

    public sealed class LinkBroken : LabException
    {
        public LinkBroken(string text) : base(text) { }
    }

    /// What the lab told this process when it started it. Read and wiped by the hook: scripts see none of it.
    internal static class Settings
    {
        static readonly string[] names = { "ADDRESS", "TOKEN", "CODEPAGE", "SILENCE_MS" };

        public static string Address { get; private set; }
        public static string Token { get; private set; }
        public static int CodePage { get; private set; }
        public static int SilenceMs { get; private set; }

        static string Read(string name) => Environment.GetEnvironmentVariable("DRLAB_" + name);

        public static bool Given => Read("ADDRESS") != null;

        public static void Load()
        {
            Address = Read("ADDRESS");
            Token = Read("TOKEN");
            CodePage = int.Parse(Read("CODEPAGE"));
            SilenceMs = int.Parse(Read("SILENCE_MS"));
            foreach (var name in names) Environment.SetEnvironmentVariable("DRLAB_" + name, null);
        }
    }

    internal sealed class Link
    {
        static readonly ConcurrentBag<Link> idle = new();
        // names travel as UTF-8, not as six bytes a letter
        static readonly JsonWriterOptions plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        readonly Socket socket;
        readonly StreamReader reader;
        readonly object writing = new();
        Timer late;

        public static Link Take()
        {
            while (idle.TryTake(out var link))
            {
                var ended = link.socket.Poll(0, SelectMode.SelectRead) && link.socket.Available == 0;
                if (!ended) return link;
                link.Close();
            }
            return new Link();
        }

        public static void Give(Link link) => idle.Add(link);

        Link()
        {
            if (!Shadows.Installed)
                throw new LinkBroken("the start-up hook did not run in this PowerShell: it would answer for this machine");
            try
            {
                socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                socket.Connect(IPEndPoint.Parse(Settings.Address));
                // a beat comes while a call runs, however long that takes: real silence means that the lab hangs
                socket.ReceiveTimeout = Settings.SilenceMs;
                reader = new StreamReader(new NetworkStream(socket, false), new UTF8Encoding(false), false, 65536);
            }
            catch (SocketException e)
            {
                throw new LinkBroken($"the lab does not answer at {Settings.Address}: {e.Message}");
            }
            Send(w =>
            {
                w.WriteString("do", "hello");
                w.WriteString("token", Settings.Token);
                w.WriteStartObject("hook");
                w.WriteString("version", Shadows.Version);
                w.WriteNumber("shadowed", Shadows.Shadowed);
                w.WriteNumber("refused", Shadows.Refused);
                w.WriteEndObject();
            });
            var hello = Receive();
            if (hello.TryGetProperty("ok", out _)) return;
            Close();
            throw new LinkBroken("the lab refused this process: " + hello);
        }

        /// Sends one object; `fill` writes its members.
        public void Send(Action<Utf8JsonWriter> fill)
        {
            var line = new ArrayBufferWriter<byte>();
            using (var writer = new Utf8JsonWriter(line, plain))
            {
                writer.WriteStartObject();
                fill(writer);
                writer.WriteEndObject();
            }
            line.Write("\n"u8);
            try
            {
                lock (writing)
                    for (var left = line.WrittenSpan; left.Length > 0;) left = left.Slice(socket.Send(left));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                throw new LinkBroken("the lab closed the connection: " + e.Message);
            }
        }

        public JsonElement Receive()
        {
            string line;
            try
            {
                line = reader.ReadLine();
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                var silent = e.InnerException is SocketException { SocketErrorCode: SocketError.TimedOut or SocketError.WouldBlock };
                throw new LinkBroken(silent ? $"the lab is silent for {Settings.SilenceMs} ms" : "the connection to the lab broke: " + e.Message);
            }
            if (line == null) throw new LinkBroken("the lab closed the connection");
            return JsonDocument.Parse(line).RootElement;
        }

        public void Cancel()
        {
            try
            {
                Send(w => w.WriteString("do", "cancel"));
            }
            catch (LinkBroken)
            {
                return;      // whoever waits on this link sees the same end
            }
            // a model that ignores this and sends its beats must not hold the pipeline for ever
            late = new Timer(_ => Close(), null, Settings.SilenceMs, Timeout.Infinite);
        }

        public void Close()
        {
            late?.Dispose();
            try
            {
                socket.Shutdown(SocketShutdown.Both);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;      // closed by the other side, or by the timer
            }
            finally
            {
                socket.Dispose();
            }
        }

        /// Puts what a script used and the lab does not have on the lab's list: a script can hide the error, not this.
        public static void NoteUnmodelled(string what)
        {
            try
            {
                var link = Take();
                link.Send(w =>
                {
                    w.WriteString("do", "unmodelled");
                    w.WriteString("what", what);
                });
                Give(link);
            }
            catch (LinkBroken e)
            {
                throw new PSInvalidOperationException($"{what} is not modelled, and the lab cannot be told: {e.Message}");
            }
        }

        /// Tells the whole exit code, and waits until the lab knows it.
        public static void TellExit(int code)
        {
            try
            {
                var link = Take();
                link.Send(w =>
                {
                    w.WriteString("do", "exit");
                    w.WriteNumber("code", code);
                });
                link.Receive();
            }
            catch (LinkBroken)
            {
                return;      // the lab has ended, and nobody asks for the code
            }
        }
    }
}
