using System.Text.Json.Nodes;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Processes;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>IMAP, POP3 and ManageSieve logins of a real Dovecot that asks the daemon, by the shipped snippet; passwords are slapd's.</summary>
public abstract class DovecotLoginTests(string version, DovecotRoute route) : StackTests
{
    private DovecotMailSystem mail = null!;

    /// <summary>Here many wrong passwords are tried that are no guesses.</summary>
    protected override async ValueTask PrepareAsync()
    {
        string programs = Directory.CreateDirectory(Root.PathOf("bin")).FullName;
        mail = await DovecotMailSystem.StartAsync(
            Root,
            version,
            configuration => configuration["guard"] = new JsonObject { ["distinctPasswords"] = 1000 },
            new() { Environment = new Dictionary<string, string> { ["PATH"] = $"{programs}:{Environment.GetEnvironmentVariable("PATH")}" } },
            route: route);
        mail.Dovecot.WriteDoveadm(Path.Combine(programs, "doveadm"));
    }

    [Fact]
    public async Task Right_password_lets_in_by_login_and_by_address_over_every_protocol_and_to_one_mailbox()
    {
        await mail.DeliverAsync(AddressOf("bob"), "hello");
        foreach (string protocol in MailLogins.Protocols)
        {
            foreach (string login in (string[])["bob", AddressOf("bob"), "BOB@TrueNorth.Local"])
                Assert.True(MailLogins.IsIn(await LogInAsync(protocol, login, PasswordOf("bob"))), $"{protocol} {login}");
        }

        Assert.Contains("Subject: hello", await ReadInboxAsync("bob", PasswordOf("bob")), StringComparison.Ordinal);
        Assert.Contains("login_accepted reason=\"\" service=pop3", mail.Daemon.Log.Tail(200), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mechanisms_plain_and_login_both_let_in()
    {
        Assert.StartsWith("OK", await MailLogins.OverImapAsync(Imap, $"AUTHENTICATE PLAIN {MailLogins.PlainMessage("bob", PasswordOf("bob"))}"), StringComparison.Ordinal);

        await using LineDialog dialog = await LineDialog.OpenAsync(Imap);
        await dialog.SendAsync("a AUTHENTICATE LOGIN");
        await dialog.ReadUntilAsync("+ ");
        await dialog.SendAsync("Ym9i");
        await dialog.ReadUntilAsync("+ ");
        await dialog.SendAsync("Ym9iLXB3");
        Assert.StartsWith("a OK", await dialog.ReadUntilAsync("a "), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_password_and_unknown_login_are_refused_alike()
    {
        foreach (string login in (string[])["bob", "nobody", AddressOf("bob"), "*)(uid=*", "bob@elsewhere.example"])
            Assert.StartsWith("NO [AUTHENTICATIONFAILED]", await LogInAsync("imap", login, "wrong"), StringComparison.Ordinal);
        Assert.StartsWith("-ERR [AUTH]", await LogInAsync("pop3", "bob", "wrong"), StringComparison.Ordinal);
        Assert.StartsWith("NO", await LogInAsync("sieve", "bob", "wrong"), StringComparison.Ordinal);
    }

    /// <summary>erin is offboarded: no login. carol may not send, dave is disabled: both may log in and read. Lua has no way to say why.</summary>
    [Fact]
    public async Task Who_may_not_log_in_is_told_so_only_with_the_right_password_and_who_may_not_send_logs_in()
    {
        string told = await LogInAsync("imap", "erin", PasswordOf("erin"));
        Assert.StartsWith("NO [", told, StringComparison.Ordinal);
        if (route == DovecotRoute.Direct) Assert.Contains("This account may not log in", told, StringComparison.Ordinal);
        else await mail.Dovecot.Log.WaitForAsync("user disabled");
        Assert.StartsWith("NO [AUTHENTICATIONFAILED]", await LogInAsync("imap", "erin", "wrong"), StringComparison.Ordinal);

        Assert.StartsWith("OK", await LogInAsync("imap", "carol", PasswordOf("carol")), StringComparison.Ordinal);
        Assert.StartsWith("OK", await LogInAsync("imap", "dave", PasswordOf("dave")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_acts_as_somebody_else()
    {
        string told = await MailLogins.OverImapAsync(Imap, $"AUTHENTICATE PLAIN {MailLogins.PlainMessage("bob", PasswordOf("bob"), "alice")}");
        Assert.StartsWith("NO [", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Outage_is_never_a_wrong_password_and_ends_by_itself()
    {
        await mail.Slapd.StopAsync();
        Assert.StartsWith("NO [UNAVAILABLE]", await LogInAsync("imap", "bob", PasswordOf("bob")), StringComparison.Ordinal);
        Assert.StartsWith("NO [UNAVAILABLE]", await LogInAsync("imap", "bob", "wrong"), StringComparison.Ordinal);
        Assert.StartsWith("-ERR [SYS/TEMP]", await LogInAsync("pop3", "bob", PasswordOf("bob")), StringComparison.Ordinal);

        await mail.Slapd.StartAsync();
        await Wait.UntilAsync(async () => (await LogInAsync("imap", "bob", PasswordOf("bob"))).StartsWith("OK", StringComparison.Ordinal), "bob gets in again");
    }

    [Fact]
    public async Task Changed_password_is_in_force_for_the_next_login()
    {
        Assert.StartsWith("OK", await LogInAsync("imap", "bob", PasswordOf("bob")), StringComparison.Ordinal);
        await mail.Slapd.SetAsync("bob", "userPassword", "another-pw");
        Assert.StartsWith("NO [AUTHENTICATIONFAILED]", await LogInAsync("imap", "bob", PasswordOf("bob")), StringComparison.Ordinal);
        Assert.StartsWith("OK", await LogInAsync("imap", "bob", "another-pw"), StringComparison.Ordinal);
    }

    /// <summary>A changed password alone ends nothing that is open; and nobody else is thrown out.</summary>
    [Fact]
    public async Task Kick_ends_the_sessions_of_one_account_whatever_name_it_logged_in_with()
    {
        await using LineDialog byLogin = await OpenSessionAsync("bob"), byAddress = await OpenSessionAsync(AddressOf("bob")), alice = await OpenSessionAsync("alice");
        await mail.Slapd.SetAsync("bob", "userPassword", "another-pw");
        Assert.StartsWith("b OK", await AskAsync(byLogin), StringComparison.Ordinal);

        CommandResult kicked = (await mail.Daemon.RunAsync(["kick", "bob"])).EnsureSuccess();

        // doveadm 2.3 writes the names before the sentence when nobody looks.
        Assert.Matches("(?m)^doveadm kick bob@truenorth.local: .*(kicked connections from the following users:|2 connections kicked)", kicked.Output);
        foreach (LineDialog session in (LineDialog[])[byLogin, byAddress])
            await Wait.UntilAsync(async () => !(await AskAsync(session)).StartsWith("b OK", StringComparison.Ordinal), "the session has ended");
        Assert.StartsWith("b OK", await AskAsync(alice), StringComparison.Ordinal);
        Assert.StartsWith("NO [AUTHENTICATIONFAILED]", await LogInAsync("imap", "bob", PasswordOf("bob")), StringComparison.Ordinal);
        (await mail.Daemon.RunAsync(["kick", "bob"])).EnsureSuccess();

        async Task<LineDialog> OpenSessionAsync(string login)
        {
            LineDialog dialog = await LineDialog.OpenAsync(Imap);
            await dialog.SendAsync($"a LOGIN {login} {PasswordOf(login.Split('@')[0])}");
            Assert.StartsWith("a OK", await dialog.ReadUntilAsync("a "), StringComparison.Ordinal);
            return dialog;
        }

        static async Task<string> AskAsync(LineDialog session)
        {
            try
            {
                await session.SendAsync("b NOOP");
                return await session.ReadUntilAsync("b ");
            }
            catch (IOException)
            {
                return "(closed)";
            }
        }
    }

    /// <summary>UTF-8, 8-bit, and all that somebody could take for a part of a language.</summary>
    [Fact]
    public async Task Hostile_password_is_right_where_it_is_right_and_else_wrong()
    {
        byte[][] passwords =
        [
            "p\u00e4ssw\u00f6rd \u20ac"u8.ToArray(), [0x70, 0xe4, 0x73, 0xff, 0xfe], "%{user}%u%%+&=;%00"u8.ToArray(), "\"quote\\'"u8.ToArray(), "*)(uid=*"u8.ToArray(),
            "'; DROP TABLE x;--"u8.ToArray(), " "u8.ToArray(), [0x02, 0x1b, 0x7f], [.. Enumerable.Repeat((byte)'x', 1024)],
        ];
        foreach ((int number, byte[] password) in passwords.Index())
        {
            await SetPasswordAsync(password);
            Assert.StartsWith("OK", await AuthenticateAsync(password), StringComparison.Ordinal);

            // The daemon waits longer after each guess; what nobody can have is none.
            byte[][] guess = number < 3 ? [[.. password, (byte)'x']] : [];
            foreach (byte[] wrong in (byte[][])[.. guess, [.. password, 0], []]) Assert.StartsWith("NO [AUTHENTICATIONFAILED]", await AuthenticateAsync(wrong), StringComparison.Ordinal);
        }

        Assert.StartsWith("NO", await AuthenticateAsync([.. Enumerable.Repeat((byte)'x', 5_000)]), StringComparison.Ordinal);
    }

    /// <summary>Dovecot's auth process refuses these itself, and asks nobody.</summary>
    [Fact]
    public async Task Password_with_a_control_character_of_dovecots_protocol_is_right_where_dovecot_hands_it_on()
    {
        foreach (byte[] password in (byte[][])["tab\there"u8.ToArray(), "line\r\n"u8.ToArray(), "\u0001t\u0001"u8.ToArray()])
        {
            await SetPasswordAsync(password);
            Assert.StartsWith(route == DovecotRoute.Direct ? "OK" : "NO [AUTHENTICATIONFAILED]", await AuthenticateAsync(password), StringComparison.Ordinal);
            Assert.StartsWith("NO [AUTHENTICATIONFAILED]", await AuthenticateAsync([.. password, (byte)'x']), StringComparison.Ordinal);
        }
    }

    /// <summary>A person in LDAP without a mailbox in the source that has the mailboxes.</summary>
    [Fact]
    public async Task Person_without_a_mailbox_gets_no_mail_and_does_not_end_up_in_somebody_elses()
    {
        string[] before = await Task.WhenAll(mail.DeliverAsync(AddressOf("bob")), LogInAsync("imap", "bob", PasswordOf("bob")));
        Assert.All(before, reply => Assert.Matches("^(250|OK)", reply));

        mail.Daemon.Reload((await File.ReadAllTextAsync(mail.Daemon.ConfigurationFile))
            .Replace("\"quota\":\"3M\"", "\"quota\":\"3M\",\"source\":\"sqlite\"", StringComparison.Ordinal));
        await mail.Daemon.Log.WaitForAsync("configuration_reloaded");

        Assert.StartsWith("550 5.1.1", await mail.DeliverAsync(AddressOf("bob")), StringComparison.Ordinal);
        Assert.Matches(@"^(NO \[UNAVAILABLE\]|\(closed\))", await LogInAsync("imap", "bob", PasswordOf("bob")));
        Assert.StartsWith("NO [AUTHENTICATIONFAILED]", await LogInAsync("imap", "bob", "wrong"), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Root.PathOf("mail", Domain, "alice")));
    }

    [Fact]
    public async Task Many_log_in_at_the_same_time()
    {
        string[] replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(number =>
            number % 4 == 3 ? LogInAsync("imap", "bob", "wrong") : LogInAsync("imap", "bob", PasswordOf("bob"))));
        Assert.Equal(15, replies.Count(MailLogins.IsIn));
    }

    [Fact]
    public async Task No_password_is_in_any_log()
    {
        foreach (string password in (string[])[PasswordOf("bob"), "wr0ng-secret"])
        {
            foreach (string protocol in MailLogins.Protocols) await LogInAsync(protocol, "bob", password);
        }

        string logs = mail.Daemon.Log.Tail(100_000) + mail.Dovecot.Log.Tail(100_000);
        Assert.Contains("login_refused reason=password_wrong", logs, StringComparison.Ordinal);
        foreach (string secret in (string[])[PasswordOf("bob"), "wr0ng-secret", DovecotMailSystem.Secret, MailLogins.PlainMessage("bob", PasswordOf("bob")), MailLogins.PlainMessage("bob", "wr0ng-secret")])
            Assert.DoesNotContain(secret, logs, StringComparison.Ordinal);
    }

    private Task SetPasswordAsync(byte[] password) =>
        mail.Slapd.ModifyAsync($"dn: uid=bob,{People}\nchangetype: modify\nreplace: userPassword\nuserPassword:: {Convert.ToBase64String(password)}\n");

    private Task<string> AuthenticateAsync(byte[] password) =>
        MailLogins.OverImapAsync(Imap, $"AUTHENTICATE PLAIN {Convert.ToBase64String([0, .. "bob"u8, 0, .. password])}");

    private System.Net.IPEndPoint Imap => mail.Dovecot.EndpointOf("imap");

    private Task<string> LogInAsync(string protocol, string login, string password) =>
        MailLogins.LogInAsync(protocol, mail.Dovecot.EndpointOf(protocol), login, password);

    private async Task<string> ReadInboxAsync(string login, string password)
    {
        await using LineDialog dialog = await LineDialog.OpenAsync(Imap);
        await dialog.SendAsync($"a LOGIN {login} {password}");
        await dialog.ReadUntilAsync("a ");
        await dialog.SendAsync("b SELECT INBOX");
        await dialog.ReadUntilAsync("b ");
        await dialog.SendAsync("c FETCH 1 BODY[HEADER.FIELDS (SUBJECT)]");
        return await dialog.ReadUntilAsync("Subject", "c ");
    }
}

public sealed class Dovecot23LoginTests() : DovecotLoginTests("2.3", DovecotRoute.Direct);

public sealed class Dovecot24LoginTests() : DovecotLoginTests("2.4", DovecotRoute.Direct);

public sealed class Dovecot23LuaLoginTests() : DovecotLoginTests("2.3", DovecotRoute.Lua);

public sealed class Dovecot24LuaLoginTests() : DovecotLoginTests("2.4", DovecotRoute.Lua);
