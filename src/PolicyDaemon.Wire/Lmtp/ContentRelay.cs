using System.Buffers;
using System.Security.Cryptography;
using PolicyDaemon.Engine;

namespace PolicyDaemon.Wire.Lmtp;

/// <summary>DATA: the content from Postfix to the backend as it comes, and the backend's answers back, one for each accepted recipient.</summary>
/// <remarks>
/// The backend is told the end only when Postfix has told it and nothing speaks against the message; until then closing the connection undoes all. From then on the
/// backend is heard to the end, also when Postfix is gone. RFC 2033 section 4.2.
/// </remarks>
internal sealed class ContentRelay(LmtpPeer peer, LmtpTransaction transaction, LmtpRules rules, TimeProvider time) : IDisposable
{
    private static readonly LmtpReply GoOn = new(354, "End data with <CR><LF>.<CR><LF>");

    private readonly IncrementalHash digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly BodyDecoder decoder = new(rules.BareNewline, rules.Nul);
    private readonly BackendConnection backend = transaction.Backend;

    /// <summary>Recipients that the backend answers for; without any it is not told of the content.</summary>
    private readonly int asked = transaction.Accepted.Count(recipient => !recipient.IsWithheld);

    /// <summary>The backend is at the end of a transaction, and can begin another.</summary>
    public bool IsBackendFree { get; private set; }

    /// <returns>False: Postfix is gone.</returns>
    public async ValueTask<bool> RunAsync()
    {
        if (asked > 0 && await RefuseAsync() is { } refusal)
        {
            await transaction.Report.TellAsync(SmtpStage.Data, ToAll(refusal));
            peer.Say(refusal.Reply);
            return true;
        }

        peer.Say(GoOn);
        if (!await peer.SendAsync() || !await PumpAsync())
        {
            await transaction.Report.TellAsync(SmtpStage.EndOfMessage, ToAll(ReplyVerdict.Lost(new BackendException("the message did not come to its end"))));
            return false;
        }

        transaction.Report.Size = decoder.Size;
        transaction.Report.Digest = Convert.ToHexStringLower(digest.GetHashAndReset());
        transaction.Report.Start();
        if (decoder.Fault == BodyFault.None && transaction.Lost is null && !backend.IsQuiet) transaction.Lost = new BackendException("said something, or closed, without being asked");
        if (decoder.Fault != BodyFault.None) await TellAsync(ToAll(FaultVerdict.Of(decoder.Fault)));
        else if (transaction.Lost is { } lost) await TellAsync(ToAsked(ReplyVerdict.Lost(lost)));
        else if (!transaction.TryClaim()) await TellAsync(ToAsked(LmtpTransaction.DeferredAsUnderWay));
        else await FinishAsync();
        return await peer.SendAsync();
    }

    /// <returns>Null: the content may come.</returns>
    private async ValueTask<ReplyVerdict?> RefuseAsync()
    {
        transaction.Report.Start();
        if (transaction.Lost is { } lost) return ReplyVerdict.Lost(lost);
        try
        {
            var reply = await backend.AskAsync(BackendConnection.Data);
            return reply.IsIntermediate ? null : ReplyVerdict.OfMail(reply);
        }
        catch (BackendException exception)
        {
            return ReplyVerdict.Lost(exception);
        }
    }

    /// <summary>Hands the content on until its end; the last of it goes out with the end itself. What the backend does not take any more is read and dropped, so that Postfix can be answered.</summary>
    /// <returns>False: Postfix is gone.</returns>
    private async ValueTask<bool> PumpAsync()
    {
        while (!decoder.IsEnded)
        {
            if (await peer.ReadContentAsync() is not { } content) return false;
            peer.Take(Decode(content.Length > LmtpLimits.MaxChunkBytes ? content.Slice(0, LmtpLimits.MaxChunkBytes) : content));
            if (asked == 0 || decoder.IsEnded || transaction.Lost is not null || decoder.Fault != BodyFault.None) continue;
            try
            {
                await backend.FlushAsync();
            }
            catch (BackendException exception)
            {
                transaction.Lost = exception;
            }
        }

        return true;
    }

    private SequencePosition Decode(ReadOnlySequence<byte> content)
    {
        var used = 0L;
        var output = transaction.Lost is null && asked > 0 ? backend.Output : null;
        foreach (var part in content)
        {
            var length = decoder.Decode(part.Span, output);
            digest.AppendData(part.Span[..length]);
            used += length;
            if (decoder.IsEnded) break;
        }

        return content.GetPosition(used);
    }

    private async ValueTask FinishAsync()
    {
        using var limit = new CancellationTokenSource(rules.FinalTimeout, time);
        if (asked > 0) await EndAsync();
        var left = asked;
        for (var answered = 0; answered < transaction.Accepted.Count;)
        {
            var first = transaction.Accepted[answered];
            if (first.IsWithheld)
            {
                await TellAsync([ToOne(first, Judge(first))]);
                answered++;
                continue;
            }

            var together = transaction.Accepted.Skip(answered).TakeWhile(recipient => !recipient.IsWithheld).ToList();
            var verdicts = await ReadVerdictsAsync(together.Count, left, limit.Token);
            await TellAsync(together.Zip(verdicts, ToOne));
            answered += verdicts.Count;
            left -= verdicts.Count;
        }

        // Without anybody to answer for, the backend is in the middle of a transaction.
        IsBackendFree = asked > 0 && transaction.Lost is null;
    }

    private async ValueTask EndAsync()
    {
        try
        {
            await backend.EndContentAsync();
        }
        catch (BackendException exception)
        {
            transaction.Lost = exception;
        }
    }

    /// <summary>The next answers of the backend: one, and those that have come with it.</summary>
    /// <param name="left">Answers that it owes altogether.</param>
    private async ValueTask<List<ReplyVerdict>> ReadVerdictsAsync(int most, int left, CancellationToken cancellationToken)
    {
        List<ReplyVerdict> verdicts = [];
        do
        {
            verdicts.Add(await ReadVerdictAsync(cancellationToken));
        }
        while (verdicts.Count < most && (transaction.Lost is not null || !backend.IsQuiet));

        if (verdicts.Count < left || transaction.Lost is not null || !await backend.HasStrayReplyAsync()) return verdicts;
        transaction.Lost = new BackendException("more answers than recipients");
        return [.. verdicts.Select(_ => ReplyVerdict.Unknown(transaction.Lost))];
    }

    private async ValueTask<ReplyVerdict> ReadVerdictAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (transaction.Lost is not null) return ReplyVerdict.Unknown(transaction.Lost);
            var reply = await backend.ReadFinalReplyAsync(cancellationToken);
            if (!reply.IsIntermediate) return ReplyVerdict.Of(reply);
            transaction.Lost = new BackendException($"answer to the message: {reply.Code}");
        }
        catch (BackendException exception)
        {
            transaction.Lost = exception;
        }

        return ReplyVerdict.Unknown(transaction.Lost);
    }

    private ReplyVerdict Judge(AcceptedRecipient withheld) => transaction.JudgeWithheld(withheld.Path, transaction.Report.Digest);

    private static (LmtpPath? Recipient, ReplyVerdict Verdict) ToOne(AcceptedRecipient recipient, ReplyVerdict verdict) => (recipient.Path, verdict);

    private IEnumerable<(LmtpPath? Recipient, ReplyVerdict Verdict)> ToAll(ReplyVerdict verdict) => transaction.Accepted.Select(recipient => ToOne(recipient, verdict));

    /// <summary>To those whom the backend was told of; of the others it is known what became of them.</summary>
    private IEnumerable<(LmtpPath? Recipient, ReplyVerdict Verdict)> ToAsked(ReplyVerdict verdict) =>
        transaction.Accepted.Select(recipient => ToOne(recipient, recipient.IsWithheld ? Judge(recipient) : verdict));

    /// <summary>What is on record first, Postfix hears then.</summary>
    private async ValueTask TellAsync(IEnumerable<(LmtpPath? Recipient, ReplyVerdict Verdict)> answers)
    {
        var told = answers.ToList();
        await transaction.Report.TellAsync(SmtpStage.EndOfMessage, told);
        foreach (var (_, verdict) in told) peer.Say(verdict.Reply);
        await peer.SendAsync();
    }

    public void Dispose() => digest.Dispose();
}
