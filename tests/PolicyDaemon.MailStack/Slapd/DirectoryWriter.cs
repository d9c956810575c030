using System.Formats.Asn1;
using System.Net.Sockets;
using System.Text;

namespace PolicyDaemon.MailStack.Slapd;

/// <summary>
/// The administrator's connection to a private slapd over its unix socket: one change after the other, each acknowledged, thousands in a second.
/// Blocks while it waits; for one thread.
/// </summary>
public sealed class DirectoryWriter : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly byte[] reply = new byte[4096];
    private int lastId;

    internal DirectoryWriter(string path)
    {
        socket.ReceiveTimeout = (int)Patience.TotalMilliseconds;
        socket.Connect(new UnixDomainSocketEndPoint(path));
        Exchange(WriteBind);
    }

    /// <summary>Makes the change; slapd has acknowledged it when the call returns.</summary>
    /// <exception cref="InvalidOperationException">slapd has refused it; the message says why.</exception>
    /// <exception cref="SocketException">slapd is gone: whether the change was made is unknown.</exception>
    public void Apply(DirectoryChange change)
    {
        try
        {
            Exchange(change.Encode);
        }
        catch (InvalidOperationException refused)
        {
            throw new InvalidOperationException($"{change}: {refused.Message}", refused);
        }
    }

    public void Dispose() => socket.Dispose();

    private static void WriteBind(AsnWriter writer)
    {
        using AsnWriter.Scope operation = writer.PushSequence(new(TagClass.Application, 0, isConstructed: true));
        writer.WriteInteger(3);
        writer.WriteOctetString(Encoding.UTF8.GetBytes(TruenorthDirectory.AdministratorDn));
        writer.WriteOctetString(Encoding.UTF8.GetBytes(TruenorthDirectory.AdministratorPassword), new(TagClass.ContextSpecific, 0));
    }

    private void Exchange(Action<AsnWriter> writeOperation)
    {
        AsnWriter writer = new(AsnEncodingRules.BER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(++lastId);
            writeOperation(writer);
        }

        socket.Send(writer.Encode());
        AsnReader message = new AsnReader(ReceiveMessage(), AsnEncodingRules.BER).ReadSequence();
        message.ReadInteger();
        AsnReader result = message.ReadSequence(message.PeekTag());
        int code = result.ReadEnumeratedBytes().Span[0];
        string matched = Encoding.UTF8.GetString(result.ReadOctetString());
        if (code != 0)
            throw new InvalidOperationException($"result {code}, matched '{matched}', {Encoding.UTF8.GetString(result.ReadOctetString())}");
    }

    /// <summary>A reply to a change is short, and nothing else comes on this connection.</summary>
    private ReadOnlyMemory<byte> ReceiveMessage()
    {
        int length = 0;
        while (true)
        {
            int received = socket.Receive(reply.AsSpan(length));
            if (received == 0)
                throw new SocketException((int)SocketError.ConnectionReset);
            length += received;
            if (AsnDecoder.TryReadEncodedValue(reply.AsSpan(0, length), AsnEncodingRules.BER, out _, out _, out _, out int consumed) && consumed == length)
                return reply.AsMemory(0, length);
        }
    }
}
