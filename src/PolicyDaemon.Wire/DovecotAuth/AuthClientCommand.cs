using System.Net;

namespace PolicyDaemon.Wire.DovecotAuth;

/// <summary>One line from a login process, from Postfix or from Exim.</summary>
/// <remarks>Source: Dovecot doc/auth-protocol.txt 1.2; src/auth/auth-client-connection.c of 2.3.19 and 2.4.1.</remarks>
internal abstract record AuthClientCommand
{
    private AuthClientCommand()
    {
    }

    /// <param name="Minor">What the client may say: from 2 on an empty <c>resp=</c> is an empty initial response.</param>
    public sealed record Version(uint Major, uint Minor) : AuthClientCommand;

    /// <summary>CPID: the process at the other end, which a REQUEST on the master side names again.</summary>
    public sealed record ClientProcess(uint Id) : AuthClientCommand;

    /// <param name="Mechanism">As sent; names of mechanisms are upper case.</param>
    /// <param name="Response">The initial response; null: there is none.</param>
    public sealed record Auth(uint Id, string Mechanism, AuthParameters Parameters, SaslResponse? Response) : AuthClientCommand;

    public sealed record Continue(uint Id, SaslResponse Response) : AuthClientCommand;

    public sealed record Cancel(uint Id) : AuthClientCommand;
}

/// <summary>What AUTH says besides the password, as far as we use it; what is not said is empty, null or false.</summary>
internal sealed record AuthParameters
{
    /// <summary><c>service=</c> (2.3, Postfix) or <c>protocol=</c> (2.4): <c>smtp</c>, <c>imap</c>, <c>pop3</c>, <c>sieve</c>, …</summary>
    public string Service { get; init; } = "";

    /// <summary><c>rip=</c>; null when not said or no address.</summary>
    public IPAddress? ClientAddress { get; init; }

    /// <summary><c>secured</c>: TLS, or a client on this machine.</summary>
    public bool IsSecured { get; init; }

    /// <summary><c>nologin</c>: nobody will ask for the result by REQUEST.</summary>
    public bool IsVerdictOnly { get; init; }

    public string Session { get; init; } = "";
}

/// <summary>Data of one SASL step.</summary>
/// <param name="Octets">Null when what came was not base64.</param>
internal sealed record SaslResponse(byte[]? Octets)
{
    public bool IsEmpty => Octets is { Length: 0 };

    /// <summary>The octets may be a password.</summary>
    public override string ToString() => nameof(SaslResponse);
}
