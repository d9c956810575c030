using System.Buffers.Text;
using System.Net.Sockets;
using System.Text;

namespace PolicyDaemon.Bench.Conversations;

/// <summary>An smtpd that asks about a PLAIN login with the right password, one person after the other.</summary>
/// <param name="number">Of the connection, so that no two have the same CPID.</param>
/// <param name="turn">Whose turn it is, over all connections to one server.</param>
internal sealed class AuthConversation(People people, int number, PersonTurn turn) : IConversation
{
    private readonly byte[] buffer = new byte[1024];
    private bool isBegun;
    private uint id;

    public void Open(Socket socket)
    {
        socket.Send(Encoding.ASCII.GetBytes(FormattableString.Invariant($"VERSION\t1\t2\nCPID\t{(Environment.ProcessId << 12) + number}\n")));
        for (var greeting = 0; !buffer.AsSpan(0, greeting).EndsWith("DONE\n"u8);)
        {
            var length = socket.Receive(buffer.AsSpan(greeting));
            greeting += length > 0 ? length : throw new InvalidDataException("closed within the handshake");
        }
    }

    public ReadOnlySpan<byte> Begin()
    {
        var request = people.RequestFor(turn.Next());
        "AUTH\t"u8.CopyTo(buffer);
        Utf8Formatter.TryFormat(++id, buffer.AsSpan(5), out var digits);
        request.CopyTo(buffer.AsSpan(5 + digits));
        isBegun = true;
        return buffer.AsSpan(0, 5 + digits + request.Length);
    }

    public bool Take(ReadOnlySpan<byte> received, out ReadOnlySpan<byte> next)
    {
        next = default;
        if (isBegun && !received.StartsWith("OK\t"u8)) throw new InvalidDataException($"not accepted: {Encoding.UTF8.GetString(received).Trim()}");
        isBegun = false;
        return received.EndsWith("\n"u8);
    }
}

/// <summary>Who is asked about next, over all connections to one server.</summary>
/// <param name="isOnce">Nobody has a second turn, so that nothing can be remembered.</param>
internal sealed class PersonTurn(int people, bool isOnce = false)
{
    private int next;

    public int Next() => isOnce && next == people
        ? throw new InvalidOperationException($"everybody has had a turn: there are {people}, more are needed (--people)")
        : next++ % people;
}
