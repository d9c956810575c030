using System.Globalization;
using System.Text;

namespace PolicyDaemon.Bench;

/// <summary>Requests as Postfix 3.7 sends them at RCPT for a logged-in client, about 700 octets, each with an instance of its own.</summary>
/// <param name="login">Who is logged in; where logins are not addresses, not the sender.</param>
internal sealed class PolicyRequests(string login = PolicyRequests.Sender, string sender = PolicyRequests.Sender)
{
    public const string Sender = "alice@truenorth.local";
    public const string Recipient = "bob@truenorth.local";

    private static readonly byte[] Template = Write(Sender, Sender);

    private static readonly int InstanceAt = Template.AsSpan().IndexOf("00000000"u8);
    private static uint last;

    private readonly byte[] bytes = Write(login, sender);
    private readonly int instanceAt = InstanceAt + sender.Length - Sender.Length;

    public static int Length => Template.Length;

    /// <returns>Valid until the next call.</returns>
    public byte[] Next()
    {
        Interlocked.Increment(ref last).TryFormat(bytes.AsSpan(instanceAt, 8), out _, "x8", CultureInfo.InvariantCulture);
        return bytes;
    }

    private static byte[] Write(string login, string sender) => Encoding.ASCII.GetBytes(
        $"""
        request=smtpd_access_policy
        protocol_state=RCPT
        protocol_name=ESMTP
        client_address=198.51.100.17
        client_name=client17.dsl.example.net
        client_port=38738
        reverse_client_name=client17.dsl.example.net
        server_address=192.0.2.25
        server_port=587
        helo_name=client.truenorth.local
        sender={sender}
        recipient={Recipient}
        recipient_count=0
        queue_id=
        instance=5be7.6b0092f8.00000000.0
        size=2432
        etrn_domain=
        stress=
        sasl_method=PLAIN
        sasl_username={login}
        sasl_sender=
        ccert_subject=
        ccert_issuer=
        ccert_fingerprint=
        ccert_pubkey_fingerprint=
        encryption_protocol=TLSv1.3
        encryption_cipher=TLS_AES_256_GCM_SHA384
        encryption_keysize=256
        policy_context=


        """);
}
