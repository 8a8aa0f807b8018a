// Standard output and error as Windows writes them: lines end with CR LF, line feeds inside a text stay as they are, and
// the encoding is whatever [Console]::OutputEncoding says at that moment.
using System;
using System.IO;
using System.Text;

namespace DrLab
{
    internal sealed class WindowsWriter : TextWriter
    {
        const string lineEnd = "\r\n";
        readonly Stream stream;
        Encoder encoder;
        Encoding encoding;

        public WindowsWriter(Stream stream)
        {
            this.stream = stream;
            CoreNewLine = lineEnd.ToCharArray();
        }

        public override Encoding Encoding => Console.OutputEncoding;

        // the shell's host writes a line and its end separately, the end as this machine has it
        public override void Write(string text) => Put(text == Environment.NewLine ? lineEnd : text);

        public override void Write(char letter) => Put(new ReadOnlySpan<char>(in letter));

        public override void Write(char[] buffer, int index, int count) => Put(buffer.AsSpan(index, count));

        public override void Write(ReadOnlySpan<char> text) => Put(text);

        public override void WriteLine(string text)
        {
            Put(text);
            Put(CoreNewLine);
        }

        void Put(ReadOnlySpan<char> text)
        {
            var wanted = Console.OutputEncoding;
            if (!wanted.Equals(encoding)) (encoding, encoder) = (wanted, wanted.GetEncoder());
            // the encoder keeps half a letter until its other half comes
            var bytes = new byte[encoder.GetByteCount(text, false)];
            stream.Write(bytes, 0, encoder.GetBytes(text, bytes, false));
            stream.Flush();
        }
    }
}
