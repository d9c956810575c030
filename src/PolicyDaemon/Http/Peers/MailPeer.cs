using PolicyDaemon.Configuration;

namespace PolicyDaemon.Http.Peers;

/// <summary>A server of SMTP (RFC 5321) or LMTP (RFC 2033): greeting, capabilities, TLS where it offers it, farewell. No mail is begun.</summary>
/// <param name="Hello">EHLO or LHLO.</param>
internal sealed record MailPeer(string Name, EndpointAddress Endpoint, string Hello) : IPeer
{
    /// <summary>Where TLS is spoken from the first octet (RFC 8314).</summary>
    private const int SubmissionsPort = 465;

    public async Task<PeerFinding> TalkAsync(CancellationToken cancellationToken)
    {
        await using var dialog = await PeerDialog.OpenAsync(Endpoint, cancellationToken);
        var isTls = Endpoint is EndpointAddress.Inet { Port: SubmissionsPort };
        if (isTls) await dialog.StartTlsAsync(cancellationToken);
        await ExpectAsync(dialog, "the greeting", cancellationToken);
        await dialog.SayAsync($"{Hello} localhost", cancellationToken);
        var capabilities = await ExpectAsync(dialog, Hello, cancellationToken);
        if (!isTls && capabilities.Any(static line => line.AsSpan(Math.Min(4, line.Length)).Trim().Equals("STARTTLS", StringComparison.OrdinalIgnoreCase)))
        {
            await dialog.SayAsync("STARTTLS", cancellationToken);
            await ExpectAsync(dialog, "STARTTLS", cancellationToken);
            await dialog.StartTlsAsync(cancellationToken);
        }

        await dialog.SayAsync("QUIT", cancellationToken);
        await ExpectAsync(dialog, "QUIT", cancellationToken);
        return new PeerFinding(dialog.CertificateEnds);
    }

    private static async Task<IReadOnlyList<string>> ExpectAsync(PeerDialog dialog, string what, CancellationToken cancellationToken)
    {
        var lines = await dialog.HearAsync(static line => line.Length < 4 || line[3] != '-', cancellationToken);
        return lines.All(static line => line is ['2', _, _, ' ' or '-', ..] or ['2', _, _]) ? lines : throw PeerDialog.Unexpected(what, lines[^1]);
    }
}
