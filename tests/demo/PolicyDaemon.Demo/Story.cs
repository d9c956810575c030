using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Smtp;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.Demo;

/// <summary>One attribute stops a person's sending, at once, and nothing else; then what an administrator has besides.</summary>
internal sealed class Story(PolicedMailSystem mail, Narrator narrator)
{
    private const string Attribute = "tnMailSendAllowed";

    public async Task TellAsync()
    {
        await SendAsAliceAsync();
        await StopAliceAsync();
        await OpenSessionAsync();
        await EverythingElseGoesOnAsync();
        await NobodyElseAsync();
        await ExplainAsync();
        await BlockAsync();
        await LoseSlapdAsync();
        narrator.Say("\nThat was a real Postfix 3.7, Dovecot 2.3 and slapd. Everything was private and is gone now.");
    }

    private async Task SendAsAliceAsync()
    {
        narrator.Chapter("alice sends to bob");
        CommandResult sent = await SwaksAsync("alice", AddressOf("alice"), AddressOf("bob"));
        narrator.Expect(sent.ExitCode == 0, "accepted");
    }

    private async Task StopAliceAsync()
    {
        narrator.Chapter($"The administrator sets {Attribute}: FALSE, and she sends again");
        await ToggleAsync("FALSE");
        CommandResult refused = await SwaksAsync("alice", AddressOf("alice"), AddressOf("bob"));
        narrator.Expect(refused.Output.Contains("<** 554 5.7.1", StringComparison.Ordinal), "her login is fine, her mail is refused; nothing was reloaded");
        await ToggleAsync("TRUE");
    }

    private async Task OpenSessionAsync()
    {
        narrator.Chapter("The same inside one session that stays open");
        await using SmtpDialog alice = await LogInAsync("alice");
        await alice.MailAsync(AddressOf("alice"));
        SmtpServerReply before = await alice.RcptAsync(AddressOf("bob"));
        int shown = alice.Transcript.Length;
        narrator.Show("(her session)", Session(alice, 0));
        await ToggleAsync("FALSE");
        SmtpServerReply stopped = await alice.RcptAsync(AddressOf("grace"));
        narrator.Show("(her session goes on)", Session(alice, shown));
        shown = alice.Transcript.Length;
        await ToggleAsync("TRUE");
        SmtpServerReply after = await alice.RcptAsync(AddressOf("grace"));
        narrator.Show("(her session goes on)", Session(alice, shown));
        narrator.Expect((before.Code, stopped.Code, after.Code) == (250, 554, 250), "the next command counts, not the next session");
    }

    private async Task EverythingElseGoesOnAsync()
    {
        narrator.Chapter("While she may not send: she logs in and receives");
        await ToggleAsync("FALSE");
        bool loggedIn = await mail.Dovecot.CanLogInAsync("alice", PasswordOf("alice"));
        narrator.Show("(IMAP) a LOGIN alice ...", loggedIn ? "a OK Logged in" : "a NO");
        await SwaksAsync("bob", AddressOf("bob"), AddressOf("alice"), "--header", "Subject: lunch?");
        string received = await mail.Dovecot.WaitForMessageAsync("alice", "Subject: lunch?");
        narrator.Expect(loggedIn && received.Length > 0, "logged in, and bob's message is in her mailbox");
        await ToggleAsync("TRUE");
    }

    private async Task NobodyElseAsync()
    {
        narrator.Chapter("alice tries to send as bob");
        CommandResult refused = await SwaksAsync("alice", AddressOf("bob"), AddressOf("grace"));
        narrator.Expect(refused.Output.Contains("<** 553 5.7.1", StringComparison.Ordinal), "a login sends as itself");
    }

    private async Task ExplainAsync()
    {
        narrator.Chapter("Why may carol not send? The daemon explains");
        await RunAsync("ask", "--login", "carol", "--sender", AddressOf("carol"), "--recipient", AddressOf("bob"));
    }

    private async Task BlockAsync()
    {
        narrator.Chapter("An order without LDAP: a block that ends by itself");
        await RunAsync("block", "bob", "--for", "2h", "--reason", "sends spam");
        CommandResult refused = await SwaksAsync("bob", AddressOf("bob"), AddressOf("alice"));
        await RunAsync("blocks");
        await RunAsync("unblock", "bob");
        narrator.Expect(refused.Output.Contains("<** 554 5.7.1", StringComparison.Ordinal), "refused while the block stood");
        narrator.Show("(the daemon's log)", string.Join('\n', mail.Daemon.Log.ReadFrom().Split('\n').Where(line => line.Contains(" action=reject ", StringComparison.Ordinal)).TakeLast(3)));
    }

    private async Task LoseSlapdAsync()
    {
        narrator.Chapter("slapd is gone: mail goes on by what is in memory");
        await using SmtpDialog alice = await LogInAsync("alice");
        await using SmtpDialog carol = await LogInAsync("carol");
        await mail.Slapd.KillAsync();
        SmtpServerReply free = await TryAsync(alice, "alice");
        SmtpServerReply stopped = await TryAsync(carol, "carol");
        narrator.Show("(alice's session)", Session(alice, 0));
        narrator.Show("(carol's session)", Session(carol, 0));
        await RunAsync("ldap", "show");
        await mail.Slapd.StartAsync();
        narrator.Expect((free.Code, stopped.Code) == (250, 554), "nobody is deferred, and who was stopped stays stopped");
    }

    private async Task<SmtpDialog> LogInAsync(string login)
    {
        SmtpDialog dialog = await SmtpDialog.OpenAsync(mail.Postfix.EndpointOf("submission"));
        await dialog.AuthenticateAsync(login, PasswordOf(login));
        return dialog;
    }

    private static async Task<SmtpServerReply> TryAsync(SmtpDialog dialog, string login)
    {
        await dialog.MailAsync(AddressOf(login));
        return await dialog.RcptAsync(AddressOf("bob"));
    }

    private async Task ToggleAsync(string value)
    {
        await mail.Slapd.SetAsync("alice", Attribute, value);
        await mail.Daemon.WaitUntilFollowsAsync(mail.Slapd);
        narrator.Show("ldapmodify ...", $"dn: {DnOf("alice")}\nchangetype: modify\nreplace: {Attribute}\n{Attribute}: {value}");
    }

    private async Task<CommandResult> SwaksAsync(string login, string sender, string recipient, params string[] options)
    {
        CommandResult result = await Swaks.RunAsync(
            mail.Postfix.EndpointOf("submission"), sender, recipient, login, PasswordOf(login), ["--auth-hide-password", "--suppress-data", .. options]);
        narrator.Show($"swaks --server mail.truenorth.local:587 --auth-user {login} --from {sender} --to {recipient}", result);
        return result;
    }

    private async Task RunAsync(params string[] arguments)
    {
        CommandResult result = await mail.Daemon.RunAsync(arguments);
        narrator.Show($"policydaemon {string.Join(' ', arguments.Select(Quote))}", result);
    }

    private static string Quote(string argument) => argument.Contains(' ', StringComparison.Ordinal) ? $"\"{argument}\"" : argument;

    /// <summary>The part of a transcript from a position on, without the password.</summary>
    private static string Session(SmtpDialog dialog, int from) =>
        string.Join('\n', dialog.Transcript[from..].TrimEnd('\n').Split('\n')
            .Where(line => !line.StartsWith("<-  250-", StringComparison.Ordinal))
            .Select(line => line.StartsWith(" -> AUTH ", StringComparison.Ordinal) ? " -> AUTH PLAIN ..." : line));
}
