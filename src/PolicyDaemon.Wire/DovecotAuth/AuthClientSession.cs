using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;
using PolicyDaemon.Engine.Authentication;

namespace PolicyDaemon.Wire.DovecotAuth;

/// <summary>Decides one attempt to log in; <see cref="Authenticator.AuthenticateAsync"/> of the moment, so that a reload can replace it between two.</summary>
public delegate ValueTask<AuthenticationAnswer> Authenticate(AuthenticationRequest request, CancellationToken cancellationToken);

/// <summary>
/// One connection of Dovecot's auth client protocol, from a login process of Dovecot's or from Postfix: PLAIN and LOGIN, any number of
/// logins at the same time.
/// </summary>
/// <remarks>
/// When nothing is known about a password, Dovecot is told <c>code=temp_fail</c>. Postfix would make 535 of any FAIL, so for <c>service=smtp</c>
/// the connection is closed instead, which makes it 454. What is malformed ends the connection with one warning. Source: Dovecot
/// doc/auth-protocol.txt; Postfix 3.7 and 3.10 src/xsasl/xsasl_dovecot_server.c.
/// </remarks>
/// <param name="peer">What the log calls the other end.</param>
/// <param name="endInput">
/// For the daemon's stop: makes what the peer writes from then on fail, and what it wrote before come to its end. Postfix then asks over another connection; without it, what
/// it asks at that moment is lost. Null where the transport cannot.
/// </param>
public sealed class AuthClientSession(
    IDuplexPipe transport, string peer, AuthInstance instance, Authenticate authenticate, ISessionLog log, TimeProvider time, Action? endInput = null) : IDisposable
{
    /// <summary>What configuration and log call this protocol.</summary>
    public const string Protocol = "sasl";

    /// <summary>What Postfix and Exim name themselves.</summary>
    private const string Smtp = "smtp";

    private readonly AuthExchange<AuthClientCommand> exchange = new(transport, new AuthClientCodec(), time, endInput);
    private readonly AuthConversations conversations = new();
    private readonly string cookie = AuthInstance.NewCookie();
    private AuthClientCommand.Version? version;
    private uint? process;

    /// <summary>Serves the connection to its end, then completes both directions of the pipe. Does not throw.</summary>
    /// <param name="stopping">The daemon stops: logins in hand are answered within <see cref="AuthLimits.DrainTime"/>, then the session ends.</param>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            var handshake = AuthReplyCodec.ClientHandshake(instance.ServerId, instance.NextConnectionId(), cookie);
            if (await exchange.RunAsync(handshake, TakeAsync, stopping, LeaveAsync) is { } error) log.PeerMalformed(Protocol, peer, error);
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

    private ValueTask<string?> TakeAsync(AuthClientCommand command) => command switch
    {
        AuthClientCommand.Version said => new(Greet(said)),
        AuthClientCommand.ClientProcess said => new(Greet(said)),
        _ when !exchange.IsGreeted => new("request before the handshake"),
        AuthClientCommand.Auth auth => AuthAsync(auth),
        AuthClientCommand.Continue step => ContinueAsync(step),
        AuthClientCommand.Cancel cancel => CancelAsync(cancel.Id),
        _ => throw new ArgumentOutOfRangeException(nameof(command), command.GetType(), "no such command"),
    };

    private string? Greet(AuthClientCommand.Version said)
    {
        if (version is not null) return "VERSION repeated";
        version = said;
        return said.Major == 1 ? null : "VERSION of another major number than 1";
    }

    private string? Greet(AuthClientCommand.ClientProcess said)
    {
        if (version is null) return "CPID before VERSION";
        if (process is not null) return "CPID repeated";
        process = said.Id;
        exchange.IsGreeted = true;
        return null;
    }

    private async ValueTask<string?> AuthAsync(AuthClientCommand.Auth auth)
    {
        if (exchange.IsInHand(auth.Id)) return "id of a request that is in hand";
        var isLogin = string.Equals(auth.Mechanism, "LOGIN", StringComparison.OrdinalIgnoreCase);
        if (!isLogin && !string.Equals(auth.Mechanism, "PLAIN", StringComparison.OrdinalIgnoreCase))
        {
            await exchange.SendAsync(AuthReplyCodec.Unsupported(auth.Id));
            return null;
        }

        var conversation = new AuthConversation(auth.Parameters, isLogin, null);

        // Before 1.2 a client without an initial response could say so by an empty one; LOGIN has no empty name.
        var hasResponse = auth.Response is { } response && !(response.IsEmpty && (isLogin || version!.Minor < 2));
        return hasResponse ? await StepAsync(auth.Id, conversation, auth.Response!) : await AskAsync(auth.Id, conversation);
    }

    /// <summary>A step of a login that is not known is not an error: it may have been forgotten, and the client hears that it failed.</summary>
    private async ValueTask<string?> ContinueAsync(AuthClientCommand.Continue step)
    {
        if (exchange.IsInHand(step.Id)) return "step of a request that is in hand";
        if (conversations.Take(step.Id) is { } conversation) return await StepAsync(step.Id, conversation, step.Response);
        await exchange.SendAsync(AuthReplyCodec.Unreadable(step.Id));
        return null;
    }

    private async ValueTask<string?> CancelAsync(uint id)
    {
        // A request that nobody has must not be answered: the client would not know what that means.
        if (conversations.Take(id) is not null) await exchange.SendAsync(AuthReplyCodec.Failed(id));
        else exchange.TryCancel(id);
        return null;
    }

    private async ValueTask<string?> AskAsync(uint id, AuthConversation conversation)
    {
        conversations.Add(id, conversation);
        var challenge = !conversation.IsLogin ? "" : conversation.Login is null ? AuthReplyCodec.AskUsername : AuthReplyCodec.AskPassword;
        await exchange.SendAsync(AuthReplyCodec.Continue(id, challenge));
        return null;
    }

    private async ValueTask<string?> StepAsync(uint id, AuthConversation conversation, SaslResponse response)
    {
        if (response.Octets is not { } octets)
        {
            await exchange.SendAsync(AuthReplyCodec.Unreadable(id));
            return null;
        }

        if (conversation is { IsLogin: true, Login: null }) return await AskAsync(id, conversation with { Login = ReadLogin(octets) });

        var request = ToRequest(conversation, octets);
        CryptographicOperations.ZeroMemory(octets);
        if (request is not null) return await exchange.TryStartAsync(id, token => DecideAsync(id, conversation.Parameters, request, token)) ? null : "id of a request that is in hand";

        await exchange.SendAsync(AuthReplyCodec.Unreadable(id));
        return null;
    }

    private static string ReadLogin(byte[] octets)
    {
        var login = Encoding.UTF8.GetString(octets);
        return login.Length > AuthLimits.MaxLoginCharacters ? login[..AuthLimits.MaxLoginCharacters] : login;
    }

    /// <returns>Null when it is no message of PLAIN.</returns>
    private static AuthenticationRequest? ToRequest(AuthConversation conversation, byte[] octets)
    {
        var parameters = conversation.Parameters;
        if (conversation.Login is { } login) return Request("", login, octets);
        return SaslPlain.TryRead(octets, out var authorizationIdentity, out var name, out var password) ? Request(authorizationIdentity, name, password) : null;

        AuthenticationRequest Request(string actAs, string who, ReadOnlySpan<byte> password) => new()
        {
            Login = who,
            Password = new Password(password),
            AuthorizationIdentity = actAs,
            Service = parameters.Service,
            ClientAddress = parameters.ClientAddress,
            IsSecured = parameters.IsSecured,
            Session = parameters.Session,
        };
    }

    private async Task DecideAsync(uint id, AuthParameters parameters, AuthenticationRequest request, CancellationToken cancellationToken)
    {
        using var password = request.Password;
        AuthenticationAnswer answer;
        try
        {
            answer = await authenticate(request, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Cancelled by the client, which waits for a last word all the same; or the daemon stops and could not wait for the answer.
            if (exchange.IsAbandoned) await DeferAsync(id, parameters, request.Login);
            else await exchange.SendAsync(AuthReplyCodec.Failed(id));
            return;
        }

        if (answer.Outcome == AuthenticationOutcome.TryLater) await DeferAsync(id, parameters, request.Login);
        else await exchange.SendAsync(ToReply(id, parameters, request.Login, answer));
    }

    /// <summary>Nothing is known about the password.</summary>
    private async ValueTask DeferAsync(uint id, AuthParameters parameters, string login)
    {
        if (parameters.Service == Smtp) exchange.CloseAfterReplies();
        else await exchange.SendAsync(AuthReplyCodec.TryLater(id, login));
    }

    /// <summary>The daemon stops: whose login lacks a step begins again. Postfix sees it by the end of the connection.</summary>
    private async ValueTask LeaveAsync()
    {
        foreach (var (id, conversation) in conversations.All.ToList())
        {
            if (conversation.Parameters.Service != Smtp) await exchange.SendAsync(AuthReplyCodec.TryLater(id, conversation.Login ?? ""));
        }
    }

    private byte[] ToReply(uint id, AuthParameters parameters, string login, AuthenticationAnswer answer)
    {
        switch (answer.Outcome)
        {
            case AuthenticationOutcome.Accepted:
                if (!parameters.IsVerdictOnly) instance.Logins.Remember(new LoginKey(process!.Value, id, cookie), answer.User);
                return AuthReplyCodec.Accepted(id, parameters.Service == Smtp ? answer.SaslUsername : answer.User);
            default:
                return AuthReplyCodec.Refused(id, login, answer);
        }
    }
}
