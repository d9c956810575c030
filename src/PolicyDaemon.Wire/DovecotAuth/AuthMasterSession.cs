using System.IO.Pipelines;
using PolicyDaemon.Engine.Authentication;

namespace PolicyDaemon.Wire.DovecotAuth;

/// <summary>
/// One connection of Dovecot's auth master protocol: imap and pop3 ask who logged in, lmtp, lda and doveadm where a mailbox is.
/// </summary>
/// <remarks>
/// NOTFOUND makes LMTP refuse the mail, so it is said only when it is known that there is no mailbox; FAIL makes it try again later. Source:
/// Dovecot doc/auth-protocol.txt, "Server &lt;-&gt; Master"; src/lib-auth/auth-master.c of 2.3.19 and 2.4.1.
/// </remarks>
/// <param name="peer">What the log calls the other end.</param>
/// <param name="userdb">Of the moment, so that a reload can replace it between two requests.</param>
/// <param name="forget">CACHE-FLUSH: forgets the remembered credentials of these logins, or all when there are none; says how many.</param>
public sealed class AuthMasterSession(
    IDuplexPipe transport,
    string peer,
    AuthInstance instance,
    Func<IUserdb> userdb,
    Func<IReadOnlyList<string>, int> forget,
    ISessionLog log,
    TimeProvider time) : IDisposable
{
    /// <summary>What configuration and log call this protocol.</summary>
    public const string Protocol = "userdb";

    private readonly AuthExchange<AuthMasterCommand> exchange = new(transport, new AuthMasterCodec(), time);
    private AuthMasterCommand.Version? version;

    /// <summary>Dovecot 2.3 says 1.0 or 1.1, 2.4 says 1.3: their settings have other names.</summary>
    private bool IsOld => version is { Minor: < 2 };

    /// <summary>Serves the connection to its end, then completes both directions of the pipe. Does not throw.</summary>
    /// <param name="stopping">The daemon stops: requests in hand are answered within <see cref="AuthLimits.DrainTime"/>, then the session ends.</param>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            if (await exchange.RunAsync(AuthReplyCodec.MasterHandshake(instance.ServerId), TakeAsync, stopping) is { } error) log.PeerMalformed(Protocol, peer, error);
        }
        catch (Exception exception)
        {
            log.SessionFault(Protocol, peer, exception is AuthWorkException { InnerException: { } own } ? own : exception);
        }
        finally
        {
            await transport.Input.CompleteAsync();
            await transport.Output.CompleteAsync();
        }
    }

    public void Dispose() => exchange.Dispose();

    private ValueTask<string?> TakeAsync(AuthMasterCommand command) => command switch
    {
        AuthMasterCommand.Version said => new(Greet(said)),
        _ when !exchange.IsGreeted => new("request before the handshake"),
        AuthMasterCommand.User user => StartAsync(user.Id, token => FindAsync(user.Id, user.Name, token)),
        AuthMasterCommand.Pass pass => StartAsync(pass.Id, token => PassAsync(pass, token)),
        AuthMasterCommand.List list => StartAsync(list.Id, token => ListAsync(list, token)),
        AuthMasterCommand.Request request => StartAsync(request.Id, token => TellAsync(request, token)),
        AuthMasterCommand.CacheFlush flush => FlushAsync(flush),
        _ => throw new ArgumentOutOfRangeException(nameof(command), command.GetType(), "no such command"),
    };

    private string? Greet(AuthMasterCommand.Version said)
    {
        if (version is not null) return "VERSION repeated";
        version = said;
        exchange.IsGreeted = true;
        return said.Major == 1 ? null : "VERSION of another major number than 1";
    }

    private async ValueTask<string?> StartAsync(uint id, Func<CancellationToken, Task> work) =>
        await exchange.TryStartAsync(id, work) ? null : "id of a request that is in hand";

    private async ValueTask<string?> FlushAsync(AuthMasterCommand.CacheFlush flush)
    {
        await exchange.SendAsync(AuthReplyCodec.Flushed(flush.Id, forget(flush.Users)));
        return null;
    }

    private async Task FindAsync(uint id, string name, CancellationToken cancellationToken)
    {
        var mailbox = await userdb().FindAsync(name, cancellationToken);
        await exchange.SendAsync(
            mailbox.IsFound ? AuthReplyCodec.User(id, mailbox.Value, IsOld)
            : mailbox.IsNotFound ? AuthReplyCodec.NotFound(id)
            : AuthReplyCodec.Failed(id));
    }

    private async Task PassAsync(AuthMasterCommand.Pass pass, CancellationToken cancellationToken)
    {
        var mailbox = await userdb().FindAsync(pass.Name, cancellationToken);
        await exchange.SendAsync(
            mailbox.IsFound ? AuthReplyCodec.Pass(pass.Id, mailbox.Value.User)
            : mailbox.IsNotFound ? AuthReplyCodec.NotFound(pass.Id)
            : AuthReplyCodec.Failed(pass.Id));
    }

    /// <summary>A login that nobody remembers is no NOTFOUND, which would be about the user.</summary>
    private async Task TellAsync(AuthMasterCommand.Request request, CancellationToken cancellationToken)
    {
        var user = instance.Logins.Take(new LoginKey(request.ClientProcess, request.AuthId, request.Cookie));
        if (user is null) await exchange.SendAsync(AuthReplyCodec.Failed(request.Id));
        else await FindAsync(request.Id, user, cancellationToken);
    }

    private async Task ListAsync(AuthMasterCommand.List list, CancellationToken cancellationToken)
    {
        var mask = new UserMask(list.Mask);
        var isComplete = true;
        await foreach (var user in userdb().ListAsync(cancellationToken))
        {
            isComplete = user.IsFound;
            if (!isComplete) break;
            if (mask.Matches(user.Value!)) await exchange.SendAsync(AuthReplyCodec.Listed(list.Id, user.Value!));
        }

        await exchange.SendAsync(AuthReplyCodec.ListEnd(list.Id, isComplete));
    }
}
