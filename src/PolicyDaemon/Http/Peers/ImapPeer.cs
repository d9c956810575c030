using PolicyDaemon.Configuration;

namespace PolicyDaemon.Http.Peers;

/// <summary>An IMAP server (RFC 9051): greeting, capabilities, TLS where it offers it, farewell. Nobody logs in.</summary>
internal sealed record ImapPeer(string Name, EndpointAddress Endpoint) : IPeer
{
    /// <summary>Where TLS is spoken from the first octet (RFC 8314).</summary>
    private const int ImapsPort = 993;

    public async Task<PeerFinding> TalkAsync(CancellationToken cancellationToken)
    {
        await using var dialog = await PeerDialog.OpenAsync(Endpoint, cancellationToken);
        var isTls = Endpoint is EndpointAddress.Inet { Port: ImapsPort };
        if (isTls) await dialog.StartTlsAsync(cancellationToken);
        var greeting = (await dialog.HearAsync(static _ => true, cancellationToken))[0];
        if (!greeting.StartsWith("* OK", StringComparison.OrdinalIgnoreCase)) throw PeerDialog.Unexpected("the connection", greeting);
        var capabilities = await AskAsync(dialog, "a", "CAPABILITY", cancellationToken);
        if (!isTls && capabilities.Any(static line => line.Contains(" STARTTLS", StringComparison.OrdinalIgnoreCase)))
        {
            await AskAsync(dialog, "b", "STARTTLS", cancellationToken);
            await dialog.StartTlsAsync(cancellationToken);
        }

        await AskAsync(dialog, "c", "LOGOUT", cancellationToken);
        return new PeerFinding(dialog.CertificateEnds);
    }

    private static async Task<IReadOnlyList<string>> AskAsync(PeerDialog dialog, string tag, string command, CancellationToken cancellationToken)
    {
        await dialog.SayAsync($"{tag} {command}", cancellationToken);
        var lines = await dialog.HearAsync(line => line.StartsWith(tag + " ", StringComparison.Ordinal), cancellationToken);
        return lines[^1].StartsWith($"{tag} OK", StringComparison.OrdinalIgnoreCase) ? lines : throw PeerDialog.Unexpected(command, lines[^1]);
    }
}
