using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.RegularExpressions;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Authentication;
using PolicyDaemon.Engine.Directories;
using PolicyDaemon.Wire.DovecotAuth;

namespace PolicyDaemon.Tests.Wire.DovecotAuth;

/// <summary>Stands where a login process stands: one connection to a session that runs, and what it answers.</summary>
internal sealed class AuthClientPeer : IDisposable
{
    /// <summary>PLAIN of bob and bob-pw.</summary>
    public const string Right = "AGJvYgBib2ItcHc=";

    private readonly CancellationTokenSource stopping = new();
    private readonly AuthClientSession session;

    /// <param name="pauseBytes">Unread bytes at which the session has to wait.</param>
    /// <param name="endsInput">The session can end what the peer says, as over a unix socket.</param>
    public AuthClientPeer(Authenticate? authenticate = null, int pauseBytes = 1 << 20, AuthInstance? instance = null, bool endsInput = false)
    {
        PipePair pair = new(pauseBytes);
        Connection = pair.Peer;
        Instance = instance ?? new(Clock);
        session = new AuthClientSession(pair.Session, "unix:test", Instance, authenticate ?? DecideByLogin, Log, Clock, endsInput ? EndInput : null);
        Session = session.RunAsync(stopping.Token);
    }

    public IDuplexPipe Connection { get; }

    public ManualClock Clock { get; } = new();

    public AuthInstance Instance { get; }

    public RecordingSessionLog Log { get; } = new();

    /// <summary>Completed when the session is over.</summary>
    public Task Session { get; }

    /// <summary>The session takes nothing more from this peer.</summary>
    public bool IsInputEnded { get; private set; }

    /// <summary>A peer that has said its part of the handshake and read ours.</summary>
    public static async Task<(AuthClientPeer Peer, string Cookie)> GreetAsync(
        Authenticate? authenticate = null, int pauseBytes = 1 << 20, AuthInstance? instance = null, bool endsInput = false)
    {
        AuthClientPeer peer = new(authenticate, pauseBytes, instance, endsInput);
        await peer.SendAsync("VERSION\t1\t2\nCPID\t15074\n");
        var handshake = "";
        while (!handshake.EndsWith("DONE\n", StringComparison.Ordinal)) handshake += peer.Received();
        return (peer, Regex.Match(handshake, "COOKIE\t(?<cookie>[0-9a-f]{32})\n", RegexOptions.ExplicitCapture).Groups["cookie"].Value);
    }

    public async Task SendAsync(string text) => await Connection.Output.WriteAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>What the session has sent since the last call.</summary>
    public string Received()
    {
        if (!Connection.Input.TryRead(out var read)) return "";
        var text = Encoding.UTF8.GetString(read.Buffer.ToArray());
        Connection.Input.AdvanceTo(read.Buffer.End);
        return text;
    }

    /// <summary>The daemon stops.</summary>
    public void Stop() => stopping.Cancel();

    /// <summary>Lets time pass until the session is over.</summary>
    public async Task WaitForEndAsync()
    {
        for (var i = 0; i < 5000 && !Session.IsCompleted; i++)
        {
            Clock.Advance(AuthLimits.QuietTime);
            await Task.Delay(1);
        }

        await Session.WaitAsync(TimeSpan.FromSeconds(10));
    }

    public void Dispose()
    {
        session.Dispose();
        stopping.Dispose();
    }

    /// <summary>bob and carol have passwords, carol may not log in, and of <c>unavailable</c> nothing is known.</summary>
    public static ValueTask<AuthenticationAnswer> DecideByLogin(AuthenticationRequest request, CancellationToken cancellationToken) => ValueTask.FromResult(request switch
    {
        { Login: "unavailable" } => AuthenticationAnswer.TryLater(Reason.DirectoryUnavailable, "down"),
        { AuthorizationIdentity.Length: > 0 } => AuthenticationAnswer.RefusedToActAs(),
        { Login: "bob" } when HasPassword(request, "bob-pw") => AuthenticationAnswer.Accepted(AccountOf("bob")),
        { Login: "carol" } when HasPassword(request, "carol-pw") => AuthenticationAnswer.RefusedTo(
            AccountOf("carol"), new Denial(Reason.AccountStatus, AccountOf("carol").States[0])),
        _ => AuthenticationAnswer.Refused(Reason.PasswordWrong),
    });

    public static Account AccountOf(string name) => new()
    {
        Name = name,
        Logins = [name, $"{name}@truenorth.local"],
        Addresses = [new EmailAddress(name, "truenorth.local")],
        States = [new AccountState("ldap", $"uid={name}")],
    };

    private void EndInput()
    {
        IsInputEnded = true;
        Connection.Output.Complete();
    }

    private static bool HasPassword(AuthenticationRequest request, string password) => request.Password.Octets.SequenceEqual(Encoding.UTF8.GetBytes(password));
}
