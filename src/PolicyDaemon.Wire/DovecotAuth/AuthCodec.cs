using System.Buffers;
using PolicyDaemon.Wire.Framing;

namespace PolicyDaemon.Wire.DovecotAuth;

/// <summary>What an <see cref="AuthCodec{TCommand}"/> made of its input.</summary>
internal enum AuthReadStatus
{
    /// <summary>All input is taken; more is needed.</summary>
    Incomplete,
    Command,

    /// <summary>See <see cref="AuthCodec{TCommand}.Error"/>. The codec must not be used any further.</summary>
    Malformed,
}

/// <summary>Turns the bytes of one connection into commands, one line each. Pure but for what it keeps of a line that is not complete yet.</summary>
/// <remarks>
/// Fields are separated by TAB, a line ends in LF, and <see cref="AuthEscape"/> says how the two get into a field. Errors never quote the
/// line: it may hold a password.
/// </remarks>
internal abstract class AuthCodec<TCommand>(int maxLineBytes)
    where TCommand : class
{
    private readonly LineReader lines = new(maxLineBytes);

    /// <summary>A line has begun and is not complete.</summary>
    public bool HasPart => lines.HasPart;

    public bool IsMalformed => Error.Length > 0;

    /// <summary>Why the input is malformed, in our own words. Empty as long as it is not.</summary>
    public string Error { get; private set; } = "";

    /// <param name="input">Split and joined anyhow. Set to what lies behind the line; empty when <see cref="AuthReadStatus.Incomplete"/>.</param>
    /// <param name="command">Set when <see cref="AuthReadStatus.Command"/>.</param>
    public AuthReadStatus Read(ref ReadOnlySequence<byte> input, out TCommand? command)
    {
        var status = AuthReadStatus.Incomplete;
        command = null;
        long taken = 0;
        foreach (var memory in input)
        {
            var rest = memory.Span;
            status = Read(ref rest, out command);
            taken += memory.Length - rest.Length;
            if (status != AuthReadStatus.Incomplete) break;
        }

        input = input.Slice(taken);
        return status;
    }

    /// <param name="fields">Behind the command's name.</param>
    /// <param name="command">Set when it is good.</param>
    /// <returns>Null, or what is wrong.</returns>
    protected abstract string? Parse(ReadOnlySpan<byte> name, ref AuthFields fields, out TCommand? command);

    private AuthReadStatus Read(ref ReadOnlySpan<byte> input, out TCommand? command)
    {
        command = null;
        switch (lines.Read(ref input, out var line))
        {
            case LineStatus.Incomplete: return AuthReadStatus.Incomplete;
            case LineStatus.TooLong: return Refuse($"line longer than {maxLineBytes} octets");
        }

        if (line.Contains((byte)0)) return Refuse("NUL in a line");
        if (line.Count((byte)'\t') >= AuthLimits.MaxFields) return Refuse($"more than {AuthLimits.MaxFields} fields");
        var fields = new AuthFields(line);
        fields.TryNext(out var name);
        return Parse(name, ref fields, out command) is { } error ? Refuse(error) : AuthReadStatus.Command;
    }

    private AuthReadStatus Refuse(string error)
    {
        Error = error;
        return AuthReadStatus.Malformed;
    }
}
