using System.Formats.Asn1;
using System.Text;
using PolicyDaemon.Backends.Ldap;

namespace PolicyDaemon.Tests.Backends.Ldap;

/// <summary>The server's end of one connection: reads requests, sends whatever octets a test wants.</summary>
internal sealed class FakeLdapPeer(Stream stream)
{
    /// <summary>Real time; only a failing test waits for it.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public Stream Stream => stream;

    /// <summary>The next request; null when the client has gone.</summary>
    public async Task<FakeLdapRequest?> ReadAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            var header = new byte[LdapFraming.MaxHeaderBytes];
            var known = 0;
            int length;
            while (!LdapFraming.TryReadLength(header.AsSpan(0, known), out length))
                await stream.ReadExactlyAsync(header.AsMemory(known++, 1), limit.Token);
            var message = new byte[length];
            header.AsSpan(0, known).CopyTo(message);
            await stream.ReadExactlyAsync(message.AsMemory(known), limit.Token);
            return FakeLdapRequest.Parse(message);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>The next request, which must be of this kind.</summary>
    public async Task<FakeLdapRequest> ExpectAsync(int tag)
    {
        var request = await ReadAsync() ?? throw new InvalidOperationException($"the client has gone instead of sending {tag}");
        return request.Tag == tag ? request : throw new InvalidOperationException($"the client sent {request.Tag} instead of {tag}");
    }

    public async Task SendAsync(params byte[][] messages)
    {
        foreach (var message in messages) await stream.WriteAsync(message);
        await stream.FlushAsync();
    }
}

/// <summary>A request, as far as tests look at it.</summary>
/// <param name="Tag">Application tag of the operation.</param>
/// <param name="Octets">The whole message.</param>
internal sealed record FakeLdapRequest(int Id, int Tag, byte[] Octets)
{
    /// <summary>Whether this text stands somewhere in the request.</summary>
    public bool Contains(string text) => Octets.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0;

    /// <summary>The attributes that a search asks for.</summary>
    public IReadOnlyList<string> SearchAttributes()
    {
        var search = Body();
        for (var field = 0; field < 7; field++) search.ReadEncodedValue();
        var list = search.ReadSequence();
        var names = new List<string>();
        while (list.HasData) names.Add(Encoding.UTF8.GetString(list.ReadOctetString()));
        return names;
    }

    public string BindPassword()
    {
        var bind = Body();
        bind.ReadEncodedValue();
        bind.ReadEncodedValue();
        return Encoding.UTF8.GetString(bind.ReadOctetString(LdapTags.Context(0)));
    }

    /// <summary>The message id that an abandon request names.</summary>
    public int AbandonedId()
    {
        var message = new AsnReader(Octets, AsnEncodingRules.BER).ReadSequence();
        message.ReadInteger();
        return (int)message.ReadInteger(LdapTags.Application(LdapTags.AbandonRequest));
    }

    internal static FakeLdapRequest Parse(byte[] octets)
    {
        var message = new AsnReader(octets, AsnEncodingRules.BER).ReadSequence();
        return new((int)message.ReadInteger(), message.PeekTag().TagValue, octets);
    }

    private AsnReader Body()
    {
        var message = new AsnReader(Octets, AsnEncodingRules.BER).ReadSequence();
        message.ReadInteger();
        return message.ReadSequence(LdapTags.Application(Tag));
    }
}
