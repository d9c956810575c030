using System.Formats.Asn1;
using System.Text;

namespace PolicyDaemon.Backends.Ldap;

/// <summary>The operations we send, RFC 4511 sections 4.2 to 4.12.</summary>
internal abstract record LdapRequest
{
    /// <summary>Octets to begin with; the buffer grows with what is written.</summary>
    private protected virtual int Capacity => 0;

    /// <summary>The whole LDAPMessage. It may hold a password: who has sent it clears it.</summary>
    internal byte[] Encode(int messageId, IReadOnlyList<LdapControl>? controls = null)
    {
        var writer = new AsnWriter(AsnEncodingRules.BER, Capacity);
        using (writer.PushSequence())
        {
            writer.WriteInteger(messageId);
            EncodeBody(writer);
            EncodeControls(writer, controls ?? []);
        }

        var message = writer.Encode();
        writer.Reset(); // with zeros
        return message;
    }

    private protected abstract void EncodeBody(AsnWriter writer);

    private static void EncodeControls(AsnWriter writer, IReadOnlyList<LdapControl> controls)
    {
        if (controls.Count == 0) return;
        using var list = writer.PushSequence(LdapTags.Context(0));
        foreach (var control in controls)
        {
            using var sequence = writer.PushSequence();
            writer.WriteLdapString(control.Oid);
            if (control.IsCritical) writer.WriteBoolean(true);
            if (control.Value is { } value) writer.WriteOctetString(value);
        }
    }
}

/// <summary>A simple bind with a name and a password.</summary>
/// <remarks>
/// An empty password would make the bind "unauthenticated" (RFC 4513 section 5.1.2), which many servers answer with success:
/// it is refused here, before anything is sent. Anonymous access needs no bind at all.
/// </remarks>
internal sealed record LdapBindRequest : LdapRequest
{
    private readonly string dn;
    private readonly ReadOnlyMemory<byte> password;

    /// <exception cref="ArgumentException">The name or the password is empty.</exception>
    internal LdapBindRequest(string dn, ReadOnlyMemory<byte> password)
    {
        if (dn.Length == 0 || password.Length == 0) throw new ArgumentException("a simple bind needs a DN and a password");
        this.dn = dn;
        this.password = password;
    }

    /// <summary>Enough from the start: a buffer that grows leaves what was in it behind, uncleared.</summary>
    private protected override int Capacity => 64 + Encoding.UTF8.GetMaxByteCount(dn.Length) + password.Length;

    /// <summary>Without the password, which a record would print.</summary>
    public override string ToString() => $"bind {dn}";

    private protected override void EncodeBody(AsnWriter writer)
    {
        using var _ = writer.PushSequence(LdapTags.Application(LdapTags.BindRequest));
        writer.WriteInteger(3);
        writer.WriteLdapString(dn);
        writer.WriteOctetString(password.Span, LdapTags.Context(0));
    }
}

internal sealed record LdapUnbindRequest : LdapRequest
{
    private protected override void EncodeBody(AsnWriter writer) => writer.WriteNull(LdapTags.Application(LdapTags.UnbindRequest));
}

/// <param name="Id">The message id of the operation whose answer nobody waits for any more.</param>
internal sealed record LdapAbandonRequest(int Id) : LdapRequest
{
    private protected override void EncodeBody(AsnWriter writer) => writer.WriteInteger(Id, LdapTags.Application(LdapTags.AbandonRequest));
}

/// <param name="Oid">Names the operation.</param>
internal sealed record LdapExtendedRequest(string Oid) : LdapRequest
{
    /// <summary>RFC 4511 section 4.14.</summary>
    internal const string StartTls = "1.3.6.1.4.1.1466.20037";

    private protected override void EncodeBody(AsnWriter writer)
    {
        using var _ = writer.PushSequence(LdapTags.Application(LdapTags.ExtendedRequest));
        writer.WriteOctetString(Encoding.ASCII.GetBytes(Oid), LdapTags.Context(0));
    }
}
