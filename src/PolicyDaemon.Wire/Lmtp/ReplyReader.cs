using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using PolicyDaemon.Wire.Framing;

namespace PolicyDaemon.Wire.Lmtp;

/// <summary>Reads the replies of a backend, one at a time.</summary>
/// <remarks>A reply that is not waited for would be taken for the answer to the next command, so it can be told that one is there.</remarks>
internal sealed class ReplyReader(PipeReader input)
{
    private Task<ReadResult>? reading;

    /// <summary>The backend has said something that is not yet read, or has closed. Between two commands it must not.</summary>
    public bool HasInput => Reading.IsCompleted;

    private Task<ReadResult> Reading => reading ??= input.ReadAsync(CancellationToken.None).AsTask();

    /// <exception cref="BackendException">The connection ended, or what came is no reply.</exception>
    /// <exception cref="OperationCanceledException">Nothing may be read any further then.</exception>
    public async ValueTask<LmtpReply> ReadAsync(CancellationToken cancellationToken)
    {
        List<string> lines = [];
        while (true)
        {
            var line = await ReadLineAsync(cancellationToken);
            if (line is not [>= '2' and <= '5', >= '0' and <= '9', >= '0' and <= '9', ..] || line is [_, _, _, not (' ' or '-'), ..]) throw Malformed(line);
            var code = ((line[0] - '0') * 100) + ((line[1] - '0') * 10) + (line[2] - '0');
            if (lines.Count > 0 && !lines[0].StartsWith(line[..3], StringComparison.Ordinal)) throw Malformed(line);
            lines.Add(line);
            if (line is not [_, _, _, '-', ..]) return new LmtpReply(code, [.. lines.Select(TextOf)]);
            if (lines.Count == LmtpLimits.MaxReplyLines) throw new BackendException("reply of too many lines");
        }
    }

    /// <summary>A reply is there that nothing was asked for. That the backend closes, or says so, is none.</summary>
    public async ValueTask<bool> HasStrayReplyAsync()
    {
        if (!HasInput) return false;
        try
        {
            return IsStray((await Reading).Buffer);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static bool IsStray(ReadOnlySequence<byte> said)
    {
        Span<byte> code = stackalloc byte[3];
        if (said.Length < code.Length) return !said.IsEmpty;
        said.Slice(0, code.Length).CopyTo(code);
        return !code.SequenceEqual("421"u8);
    }

    private static string TextOf(string line) => line.Length > 4 ? line[4..] : "";

    private async ValueTask<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await Reading.WaitAsync(cancellationToken);
            reading = null;
            var buffer = read.Buffer;
            if (buffer.PositionOf((byte)'\n') is { } end && buffer.Slice(0, end).Length < LmtpLimits.MaxReplyLineBytes)
            {
                var line = Encoding.Latin1.GetString(buffer.Slice(0, end)).TrimEnd('\r');
                input.AdvanceTo(buffer.GetPosition(1, end));
                return line.Any(IsControl) ? throw Malformed(line) : line;
            }

            if (buffer.Length >= LmtpLimits.MaxReplyLineBytes) throw new BackendException("reply with too long a line");
            if (read.IsCompleted) throw new BackendException("connection closed by the backend");
            input.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    private static bool IsControl(char character) => character is < ' ' and not '\t' or '\x7f';

    private static BackendException Malformed(string line) => new($"no reply: {PeerText.Escape(Encoding.Latin1.GetBytes(line))}");
}
