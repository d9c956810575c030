using System.IO.Pipelines;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Deliveries;

namespace PolicyDaemon.Wire.Lmtp;

/// <summary>
/// One connection of Postfix's LMTP client, relayed to a backend as it comes: nothing is queued here, and nothing is acknowledged that the backend has not
/// acknowledged.
/// </summary>
/// <remarks>RFC 2033; Postfix XFORWARD_README. What we offer at LHLO is what the backend offers, as far as we can carry it.</remarks>
/// <param name="peer">What the log calls the other end.</param>
/// <param name="backends">Those in force when the connection began.</param>
/// <param name="before">Knows what is in the mail store already; null: nobody does, and all that comes is delivered.</param>
public sealed class LmtpSession(IDuplexPipe transport, string peer, LmtpBackends backends, Decide decide, IDeliveryObserver observer, ISessionLog log, TimeProvider time,
    IDeliveredBefore? before = null)
{
    /// <summary>What configuration and log call this protocol.</summary>
    public const string Protocol = "lmtp";

    /// <summary>In our greeting; a backend that has it there is no mail store.</summary>
    internal const string Product = "PolicyDaemon";

    private static readonly LmtpReply Ok = new(250, "2.0.0 OK");
    private static readonly LmtpReply LhloFirst = new(503, "5.5.1 Say LHLO first");
    private static readonly LmtpReply Nested = new(503, "5.5.1 A transaction is open already");
    private static readonly LmtpReply MailFirst = new(503, "5.5.1 Say MAIL first");
    private static readonly LmtpReply NoRecipients = new(503, "5.5.1 No valid recipients");
    private static readonly LmtpReply BadXforward = new(501, "5.5.4 Syntax error in XFORWARD");
    private static readonly LmtpReply Bye = new(221, "2.0.0 Bye");

    private ForwardedClient client = ForwardedClient.Unknown;
    private BackendConnection? backend;
    private LmtpTransaction? transaction;
    private bool isGreeted;
    private int badCommands;

    /// <summary>Serves the connection to its end, then completes both directions of the pipe. Does not throw.</summary>
    /// <param name="stopping">
    /// The daemon stops: a session without a message ends at once, one whose message is coming within <see cref="LmtpLimits.DrainTime"/>; one whose message the backend
    /// has waits for its answer.
    /// </param>
    public async Task RunAsync(CancellationToken stopping)
    {
        using LmtpPeer postfix = new(transport, time, stopping);
        using var whenStopping = stopping.UnsafeRegister(_ => postfix.Stop(), null);
        try
        {
            if (await ServeAsync(postfix, stopping) is { } error) log.PeerMalformed(Protocol, peer, error);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The daemon could not wait for a decision any longer; Postfix tries again.
        }
        catch (Exception exception)
        {
            log.SessionFault(Protocol, peer, exception);
        }
        finally
        {
            await DropBackendAsync();
            await transport.Input.CompleteAsync();

            // Some transports send only now what still waits, and Postfix may be gone.
            await transport.Output.CompleteAsync().AsTask().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <returns>Null for a normal end, else what the peer did wrong.</returns>
    private async ValueTask<string?> ServeAsync(LmtpPeer postfix, CancellationToken stopping)
    {
        CommandReader commands = new(postfix);
        postfix.Say(new LmtpReply(220, $"{backends.Rules.Node} {Product} LMTP"));
        while (await commands.ReadAsync() is { } command)
        {
            if (command is LmtpCommand.Bad && ++badCommands > LmtpLimits.MaxBadCommands)
            {
                return await SayLastAsync(postfix, new LmtpReply(421, "4.7.0 Too many errors"), "too many bad commands");
            }

            if (command is LmtpCommand.Quit)
            {
                await FreeBackendAsync();
                return await SayLastAsync(postfix, Bye, null);
            }

            if (command is LmtpCommand.Content && transaction is { Accepted.Count: > 0 })
            {
                if (!await DeliverAsync(postfix)) break;
            }
            else
            {
                postfix.Say(await SendMeanwhileAsync(postfix, AnswerAsync(command, commands, stopping)));
            }

            if (postfix.HasMuchUnsent && !await postfix.SendAsync()) break;
        }

        return postfix.End switch
        {
            PeerEnd.Stopping => await SayLastAsync(postfix, new LmtpReply(421, "4.3.2 Going down, try again later"), null),
            PeerEnd.NotInTime => await SayLastAsync(postfix, new LmtpReply(421, "4.4.2 Nothing came for too long"), null),
            PeerEnd.TooLong => await SayLastAsync(postfix, new LmtpReply(500, "5.5.2 Line too long"), "command line too long"),
            _ => null,
        };
    }

    /// <summary>
    /// Replies that are ready go together with the next one, for that costs Postfix and us less; but they do not wait for a backend that is slow: Postfix has a time limit
    /// for each of them.
    /// </summary>
    private async ValueTask<LmtpReply> SendMeanwhileAsync(LmtpPeer postfix, ValueTask<LmtpReply> answering)
    {
        if (answering.IsCompleted || !postfix.HasUnsent) return await answering;
        var answer = answering.AsTask();
        using var answered = new CancellationTokenSource();
        if (await Task.WhenAny(answer, Task.Delay(LmtpLimits.TogetherTime, time, answered.Token)) == answer) await answered.CancelAsync();
        else await postfix.SendAsync();
        return await answer;
    }

    private async ValueTask<LmtpReply> AnswerAsync(LmtpCommand command, CommandReader commands, CancellationToken stopping)
    {
        switch (command)
        {
            case LmtpCommand.Lhlo:
                return await GreetAsync();
            case LmtpCommand.Xforward xforward:
                if (transaction is not null) return Nested;
                if (client.With(xforward.Arguments) is not { } said) return BadXforward;
                client = said;
                return Ok;
            case LmtpCommand.Mail mail:
                return !isGreeted ? LhloFirst : transaction is not null ? Nested : await OpenAsync(mail, commands, stopping);
            case LmtpCommand.Rcpt rcpt:
                return transaction is null ? MailFirst : await transaction.AddAsync(rcpt, commands.LookAhead(), stopping);
            case LmtpCommand.Content:
                if (transaction is null) return MailFirst;
                await transaction.ForgoContentAsync();
                return NoRecipients;
            case LmtpCommand.Rset:
                await ResetAsync();
                return Ok;
            case LmtpCommand.Idle idle:
                return idle.Reply;
            case LmtpCommand.Bad bad:
                return bad.Reply;
            default:
                throw new ArgumentOutOfRangeException(nameof(command), command.GetType(), "no such command");
        }
    }

    private async ValueTask<LmtpReply> GreetAsync()
    {
        await ResetAsync();
        try
        {
            backend ??= await backends.RentAsync();
            isGreeted = true;
            return backend.Capabilities.ToReply(backends.Rules.Node);
        }
        catch (BackendException)
        {
            return ReplyVerdict.Away;
        }
    }

    private async ValueTask<LmtpReply> OpenAsync(LmtpCommand.Mail mail, CommandReader commands, CancellationToken stopping)
    {
        transaction = new LmtpTransaction(mail, client, backends, decide, before);
        MailOpening opening = new(backends, client, mail, transaction.Look(commands.LookAhead(), stopping));
        var reply = await opening.TryAsync(backend);
        backend = opening.Backend;
        DeliveryReport report = new(observer, client.QueueId, mail.Sender.Address, backend?.Backend.Name ?? "", time);
        if (reply.Outcome == DeliveryOutcome.Stored)
        {
            transaction.Begin(backend!, report);
            return reply.Reply;
        }

        await report.TellAsync(SmtpStage.Mail, [(null, reply)]);
        if (backend is { IsOwing: true }) await DropBackendAsync();
        EndTransaction();
        return reply.Reply;
    }

    /// <returns>False: Postfix is gone.</returns>
    private async ValueTask<bool> DeliverAsync(LmtpPeer postfix)
    {
        using ContentRelay relay = new(postfix, transaction!, backends.Rules, time);
        var isPostfixThere = await relay.RunAsync();
        EndTransaction();
        if (!relay.IsBackendFree) await DropBackendAsync();
        return isPostfixThere;
    }

    private async ValueTask ResetAsync()
    {
        var isFree = transaction is null || (transaction.Lost is null && await IsResetAsync(transaction.Backend));
        EndTransaction();
        if (!isFree) await DropBackendAsync();
    }

    private static async ValueTask<bool> IsResetAsync(BackendConnection backend)
    {
        try
        {
            return (await backend.AskAsync("RSET")).IsPositive;
        }
        catch (BackendException)
        {
            return false;
        }
    }

    /// <summary>What XFORWARD said was about this message.</summary>
    private void EndTransaction()
    {
        transaction?.End();
        transaction = null;
        client = ForwardedClient.Unknown;
    }

    private async ValueTask FreeBackendAsync()
    {
        if (transaction is not null || backend is null) return;
        var free = backend;
        backend = null;
        await backends.ReturnAsync(free);
    }

    private async ValueTask DropBackendAsync()
    {
        EndTransaction();
        if (backend is null) return;
        await backend.DisposeAsync();
        backend = null;
    }

    private static async ValueTask<string?> SayLastAsync(LmtpPeer postfix, LmtpReply reply, string? error)
    {
        postfix.Say(reply);
        await postfix.SendAsync();
        return error;
    }
}
