using PolicyDaemon.Engine.Deliveries;

namespace PolicyDaemon.Wire.Lmtp;

/// <summary>MAIL: the beginning of a transaction with a backend, another time when a connection turns out to be of no use. Nothing has happened yet that could happen twice.</summary>
/// <param name="next">What follows MAIL and can be told together with it.</param>
internal sealed class MailOpening(LmtpBackends backends, ForwardedClient client, LmtpCommand.Mail mail, IReadOnlyList<string> next)
{
    private const int MaxTries = 3;

    private static readonly LmtpReply NotCarried = new(451, "4.3.0 Mail store does not take such a message now");

    /// <summary>The connection that remains; null: none.</summary>
    public BackendConnection? Backend { get; private set; }

    /// <param name="kept">The one that the session has.</param>
    public async ValueTask<ReplyVerdict> TryAsync(BackendConnection? kept)
    {
        Backend = kept;
        if (kept is { IsBound: true }) await DropAsync();
        for (var tries = 1; ; tries++)
        {
            try
            {
                Backend ??= await backends.RentAsync(mustBeNew: tries > 1);
                return await AskAsync(Backend);
            }
            catch (BackendException exception)
            {
                var isAnyLeft = Backend is not null && tries < MaxTries;
                if (Backend is { IsUsed: false } fresh) backends.Failed(fresh.Backend, exception.Message);
                await DropAsync();
                if (!isAnyLeft) return ReplyVerdict.Lost(exception);
            }
        }
    }

    private async ValueTask<ReplyVerdict> AskAsync(BackendConnection backend)
    {
        var offered = backend.Capabilities;

        // It may be another backend than the one whose words Postfix heard at LHLO.
        if ((mail.IsEightBit && !offered.EightBitMime) || (mail.IsUtf8 && !offered.SmtpUtf8)) return new ReplyVerdict(DeliveryOutcome.Deferred, NotCarried, NotCarried.Text);
        await backend.TellClientAsync(client);
        var command = $"MAIL FROM:{mail.Sender.Text}";
        if (mail.Size is { } size && offered.Size is not null) command += $" SIZE={size}";
        if (mail.IsEightBit) command += " BODY=8BITMIME";
        if (mail.IsUtf8) command += " SMTPUTF8";
        if (offered.Pipelining && next.Count > 0) await backend.TellAheadAsync([command, .. next]);
        return ReplyVerdict.OfMail(await backend.AskAsync(command));
    }

    private async ValueTask DropAsync()
    {
        if (Backend is not null) await Backend.DisposeAsync();
        Backend = null;
    }
}
