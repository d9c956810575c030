using System.Diagnostics;
using System.Net.Sockets;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>
/// The daemon is restarted while people log in, and somebody holds its sockets, as systemd does: only who was just being answered may have to try
/// again, and nobody is told that the password is wrong.
/// </summary>
public abstract class RestartTests : StackTests
{
    private const int People = 6;

    private const int Restarts = 2;

    protected static DaemonOptions Activated { get; } = new() { IsSocketActivated = true };

    protected abstract DaemonProcess Daemon { get; }

    /// <summary>What the right password is answered with.</summary>
    protected abstract string Welcome { get; }

    /// <summary>What who was in flight may be told; a regular expression.</summary>
    protected abstract string TryLater { get; }

    protected abstract Task<string> LogInAsync(Action onPasswordSent);

    /// <summary>Logs in by the mechanism LOGIN.</summary>
    /// <param name="beforePassword">Is done when the login is told, and the password is asked for.</param>
    protected abstract Task<string> LogInStepByStepAsync(Func<Task> beforePassword);

    [Fact]
    public async Task Restart_costs_no_login_that_was_not_in_flight()
    {
        List<(long Stopping, long Gone, long Started)> restarts = [];
        await using LoginLoad load = LoginLoad.Start(People, LogInAsync);
        for (int restart = 0; restart < Restarts; restart++)
        {
            await load.WaitUntilAnsweredAsync(2 * People);
            long stopping = Stopwatch.GetTimestamp();
            await Daemon.StopAsync();
            Assert.Equal(0, Daemon.ExitCode);
            long gone = Stopwatch.GetTimestamp();

            // They find nobody there, and wait.
            List<Task<string>> late = [.. Enumerable.Range(0, People).Select(_ => LogInAsync(() => { }))];
            await Daemon.StartAsync();
            restarts.Add((stopping, gone, Stopwatch.GetTimestamp()));
            Assert.All(await Task.WhenAll(late), reply => Assert.StartsWith(Welcome, reply, StringComparison.Ordinal));
        }

        await load.WaitUntilAnsweredAsync(2 * People);
        IReadOnlyList<LoginAttempt> attempts = await load.EndAsync();
        List<LoginAttempt> lost = [.. attempts.Where(attempt => !attempt.Reply.StartsWith(Welcome, StringComparison.Ordinal))];
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{attempts.Count} logins, {lost.Count} lost of those in flight, the longest {attempts.Max(attempt => attempt.Took).TotalSeconds:0.0} s; the daemon was away for "
            + string.Join(", ", restarts.Select(restart => $"{Stopwatch.GetElapsedTime(restart.Gone, restart.Started).TotalSeconds:0.00} s after {Stopwatch.GetElapsedTime(restart.Stopping, restart.Gone).TotalSeconds:0.00} s")));

        Assert.All(lost, attempt => Assert.Matches(TryLater, attempt.Reply));
        Assert.All(lost, attempt => Assert.Contains(restarts, restart => attempt.Begun < restart.Gone && attempt.Ended > restart.Stopping));
    }

    [Fact]
    public async Task Restart_between_login_and_password_is_no_wrong_password()
    {
        Assert.StartsWith(Welcome, await LogInStepByStepAsync(() => Task.CompletedTask), StringComparison.Ordinal);
        string reply = await LogInStepByStepAsync(async () =>
        {
            await Daemon.StopAsync();
            await Daemon.StartAsync();
        });

        Assert.Matches(TryLater, reply);
        Assert.StartsWith(Welcome, await LogInAsync(() => { }), StringComparison.Ordinal);
    }

    protected static string Base64(string text) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));
}

/// <summary>Submission through a real Postfix.</summary>
public abstract class PostfixRestartTests(string version) : RestartTests
{
    private PolicedMailSystem mail = null!;

    protected override DaemonProcess Daemon => mail.Daemon;

    protected override string Welcome => "235";

    protected override string TryLater => "^454 4.7.0";

    protected override async ValueTask PrepareAsync() =>
        mail = await PolicedMailSystem.StartAsync(Root, postfix: version, checksPasswords: true, options: Activated);

    protected override async Task<string> LogInAsync(Action onPasswordSent)
    {
        await using SmtpDialog dialog = await SmtpDialog.OpenAsync(mail.Postfix.EndpointOf("submission"));
        onPasswordSent();
        return (await dialog.AuthenticateAsync("alice", PasswordOf("alice"))).Text;
    }

    protected override async Task<string> LogInStepByStepAsync(Func<Task> beforePassword)
    {
        await using SmtpDialog dialog = await SmtpDialog.OpenAsync(mail.Postfix.EndpointOf("submission"));
        await dialog.SendAsync("AUTH LOGIN");
        await dialog.SendAsync(Base64("alice"));
        await beforePassword();
        return (await dialog.SendAsync(Base64(PasswordOf("alice")))).Text;
    }
}

public sealed class Postfix37RestartTests() : PostfixRestartTests("3.7");

public sealed class Postfix310RestartTests() : PostfixRestartTests("3.10");

/// <summary>IMAP through a real Dovecot.</summary>
public abstract class DovecotRestartTests(string version) : RestartTests
{
    private DovecotMailSystem mail = null!;

    protected override DaemonProcess Daemon => mail.Daemon;

    protected override string Welcome => "a OK";

    protected override string TryLater => @"^a NO \[UNAVAILABLE\]";

    protected override async ValueTask PrepareAsync() => mail = await DovecotMailSystem.StartAsync(Root, version, options: Activated);

    protected override async Task<string> LogInAsync(Action onPasswordSent)
    {
        await using LineDialog dialog = await LineDialog.OpenAsync(mail.Dovecot.EndpointOf("imap"));
        await dialog.ReadUntilAsync("* OK");
        onPasswordSent();
        await dialog.SendAsync($"a LOGIN alice {PasswordOf("alice")}");
        return await dialog.ReadUntilAsync("a ");
    }

    /// <summary>Dovecot tells its client at once when the server has gone; what the client sends then is no command any more.</summary>
    protected override async Task<string> LogInStepByStepAsync(Func<Task> beforePassword)
    {
        await using LineDialog dialog = await LineDialog.OpenAsync(mail.Dovecot.EndpointOf("imap"));
        await dialog.ReadUntilAsync("* OK");
        await dialog.SendAsync("a AUTHENTICATE LOGIN");
        await dialog.ReadUntilAsync("+ ");
        await dialog.SendAsync(Base64("alice"));
        await dialog.ReadUntilAsync("+ ");
        await beforePassword();
        await dialog.SendAsync(Base64(PasswordOf("alice")));
        return await dialog.ReadUntilAsync("a ");
    }
}

/// <summary>The protocol itself, as a login process speaks it.</summary>
public sealed class SaslSocketRestartTests : RestartTests
{
    private DovecotMailSystem mail = null!;

    protected override DaemonProcess Daemon => mail.Daemon;

    protected override string Welcome => "OK\t1\t";

    protected override string TryLater => "^(|FAIL\t1\t.*code=temp_fail)$";

    protected override async ValueTask PrepareAsync() => mail = await DovecotMailSystem.StartAsync(Root, "2.3", options: Activated);

    protected override async Task<string> LogInAsync(Action onPasswordSent)
    {
        await using LineDialog dialog = await OpenAsync();
        onPasswordSent();
        return await SendAsync(dialog, $"AUTH\t1\tPLAIN\tservice=imap\tnologin\tresp={Base64($"\0alice\0{PasswordOf("alice")}")}\n");
    }

    protected override async Task<string> LogInStepByStepAsync(Func<Task> beforePassword)
    {
        await using LineDialog dialog = await OpenAsync();
        await dialog.SendRawAsync("AUTH\t1\tLOGIN\tservice=imap\tnologin\n");
        await dialog.ReadUntilAsync("CONT\t1\t");
        await dialog.SendRawAsync($"CONT\t1\t{Base64("alice")}\n");
        await dialog.ReadUntilAsync("CONT\t1\t");
        await beforePassword();
        return await SendAsync(dialog, $"CONT\t1\t{Base64(PasswordOf("alice"))}\n");
    }

    private static async Task<string> SendAsync(LineDialog dialog, string line)
    {
        try
        {
            await dialog.SendRawAsync(line);
        }
        catch (IOException)
        {
            // Who has hung up may have said why.
        }

        try
        {
            return await dialog.ReadLineAsync() ?? "";
        }
        catch (IOException)
        {
            return "";
        }
    }

    private async Task<LineDialog> OpenAsync()
    {
        LineDialog dialog = await LineDialog.OpenAsync(new UnixDomainSocketEndPoint(Root.PathOf("login", "login.sock")));
        await dialog.ReadUntilAsync("DONE");
        await dialog.SendRawAsync("VERSION\t1\t2\nCPID\t77\n");
        return dialog;
    }
}

public sealed class Dovecot23RestartTests() : DovecotRestartTests("2.3");

public sealed class Dovecot24RestartTests() : DovecotRestartTests("2.4");
