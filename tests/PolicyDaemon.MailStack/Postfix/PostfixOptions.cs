namespace PolicyDaemon.MailStack.Postfix;

/// <summary>What a test adds to the minimal Postfix of <see cref="PostfixConfiguration"/>.</summary>
public sealed record PostfixOptions
{
    /// <summary>A single word: directory below the root of the stack, name of the process and in the log.</summary>
    public string Name { get; init; } = "postfix";

    /// <summary>Whose Postfix: 3.7 of this machine, or 3.10 of <see cref="DebianSystem.GetTrixieAsync"/>.</summary>
    public DebianSystem System { get; init; } = DebianSystem.Host;

    /// <summary>
    /// master.cf text. An inet service gets a port of the stack under its own name, see <see cref="PostfixServer.EndpointOf"/>;
    /// without any, <c>smtp</c> is there, and with <see cref="SaslPath"/> <c>submission</c>.
    /// </summary>
    public IReadOnlyList<string> MasterCf { get; init; } = [];

    /// <summary>main.cf texts, in this order; a later value of a parameter replaces an earlier one.</summary>
    public IReadOnlyList<string> MainCf { get; init; } = [];

    /// <summary>Recipients that <c>virtual_mailbox_maps</c> knows.</summary>
    public IReadOnlyList<string> Recipients { get; init; } = [.. Slapd.TruenorthDirectory.Logins.Select(Slapd.TruenorthDirectory.AddressOf)];

    /// <summary>Where mail for our domain goes, for example <c>lmtp:unix:/path</c>; by default it is accepted and dropped.</summary>
    public string VirtualTransport { get; init; } = "discard:";

    /// <summary>Path of a Dovecot auth client socket, relative to the queue directory for a chrooted smtpd. Without it a service with smtpd_sasl_auth_enable cannot start.</summary>
    public string? SaslPath { get; init; }
}
