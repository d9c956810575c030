using System.Text;

namespace PolicyDaemon.Wire.PostfixPolicy;

/// <summary>The attributes that Postfix 2.1 to 3.10 send, in its order; values of the enumeration index <see cref="PolicyAttributes.Names"/>.</summary>
internal enum PolicyAttribute
{
    Request,
    ProtocolState,
    ProtocolName,
    ClientAddress,
    ClientName,
    ClientPort,
    ReverseClientName,
    ServerAddress,
    ServerPort,
    HeloName,
    Sender,
    Recipient,
    RecipientCount,
    QueueId,
    Instance,
    Size,
    EtrnDomain,
    Stress,
    SaslMethod,
    SaslUsername,
    SaslSender,
    CcertSubject,
    CcertIssuer,
    CcertFingerprint,
    CcertPubkeyFingerprint,
    EncryptionProtocol,
    EncryptionCipher,
    EncryptionKeysize,
    PolicyContext,
    CompatibilityLevel,
    MailVersion,
}

/// <summary>Finds an attribute by the name on the wire, byte for byte: names are case-sensitive.</summary>
/// <remarks>Source: Postfix SMTPD_POLICY_README, "Protocol description"; smtpd_check.c of 3.10 for the order.</remarks>
internal static class PolicyAttributes
{
    public static readonly string[] Names =
    [
        "request", "protocol_state", "protocol_name", "client_address", "client_name", "client_port", "reverse_client_name",
        "server_address", "server_port", "helo_name", "sender", "recipient", "recipient_count", "queue_id", "instance", "size",
        "etrn_domain", "stress", "sasl_method", "sasl_username", "sasl_sender", "ccert_subject", "ccert_issuer", "ccert_fingerprint",
        "ccert_pubkey_fingerprint", "encryption_protocol", "encryption_cipher", "encryption_keysize", "policy_context",
        "compatibility_level", "mail_version",
    ];

    /// <summary>Each name with its <c>=</c>.</summary>
    private static readonly byte[][] Prefixes = Array.ConvertAll(Names, name => Encoding.ASCII.GetBytes(name + "="));

    /// <param name="line"><c>name=value</c></param>
    /// <param name="guess">
    /// The attribute behind the one found last. Order must not be relied on, but it has been the same since Postfix 2.1, so this is
    /// nearly always the right one.
    /// </param>
    /// <param name="value">What stands behind the first <c>=</c>.</param>
    /// <returns>False for a name that is not known.</returns>
    public static bool TryFind(ReadOnlySpan<byte> line, PolicyAttribute guess, out PolicyAttribute attribute, out ReadOnlySpan<byte> value)
    {
        attribute = guess;
        if ((int)guess < Prefixes.Length && line.StartsWith(Prefixes[(int)guess]))
        {
            value = line[Prefixes[(int)guess].Length..];
            return true;
        }

        for (var i = 0; i < Prefixes.Length; i++)
        {
            if (!line.StartsWith(Prefixes[i])) continue;
            attribute = (PolicyAttribute)i;
            value = line[Prefixes[i].Length..];
            return true;
        }

        value = default;
        return false;
    }
}
