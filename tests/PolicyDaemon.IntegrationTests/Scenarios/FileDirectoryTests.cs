using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>A site that has docker-mailserver's two files and nothing else, behind a real Postfix and a real Dovecot.</summary>
public abstract class FileDirectoryTests(string version) : StackTests
{
    private const string Password = "test1234";
    private const string Alices = $"alice@{Domain}|{FileMailSystem.Hash}";
    private const string Bobs = $"bob@{Domain}|{FileMailSystem.Hash}|userdb_quota_storage_size=3M";
    private const string Sales = "sales@truenorth.local";

    private FileMailSystem mail = null!;

    protected override async ValueTask PrepareAsync() =>
        mail = await FileMailSystem.StartAsync(Root, version, $"# accounts\n{Alices}\n{Bobs}\n", $"# aliases\n{Sales} {AddressOf("alice")}\nteam@{Domain} {AddressOf("alice")},{AddressOf("bob")}\n");

    [Fact]
    public async Task People_log_in_with_their_address_send_as_themselves_and_their_alias_and_mail_lies_in_their_mailbox()
    {
        await using SmtpDialog dialog = await OpenAsync();
        Assert.Equal(535, (await dialog.AuthenticateAsync(AddressOf("alice"), "wrong")).Code);
        Assert.Equal(535, (await dialog.AuthenticateAsync("alice", Password)).Code);
        Assert.Equal(235, (await dialog.AuthenticateAsync(AddressOf("alice"), Password)).Code);
        Assert.Equal(250, (await SubmitAsync(dialog, AddressOf("alice"), AddressOf("bob"), "by name")).Code);
        Assert.Equal(250, (await SubmitAsync(dialog, Sales, $"team@{Domain}", "by alias")).Code);
        Assert.StartsWith("553 5.7.1", (await SubmitAsync(dialog, AddressOf("bob"), AddressOf("alice"))).Text, StringComparison.Ordinal);
        Assert.StartsWith("553 5.7.1", (await SubmitAsync(dialog, $"team@{Domain}", AddressOf("alice"))).Text, StringComparison.Ordinal);
        Assert.StartsWith("550 5.1.1", (await SubmitAsync(dialog, AddressOf("alice"), $"nobody@{Domain}")).Text, StringComparison.Ordinal);
        await mail.Postfix.WaitUntilQueueIsEmptyAsync();

        Assert.Equal(2, Directory.GetFiles(Root.PathOf("mail", Domain, "bob", "new")).Length);
        Assert.Single(Directory.GetFiles(Root.PathOf("mail", Domain, "alice", "new")));
        foreach (string protocol in MailLogins.Protocols)
        {
            Assert.True(MailLogins.IsIn(await MailLogins.LogInAsync(protocol, mail.Dovecot.EndpointOf(protocol), AddressOf("bob"), Password)), protocol);
            Assert.False(MailLogins.IsIn(await MailLogins.LogInAsync(protocol, mail.Dovecot.EndpointOf(protocol), AddressOf("bob"), "wrong")), protocol);
        }

        CommandResult users = await mail.Dovecot.RunDoveadmAsync("user", "*");
        Assert.Equal([AddressOf("alice"), AddressOf("bob")], users.EnsureSuccess().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
        Assert.Matches("User quota\\s+STORAGE\\s+[0-9]+\\s+3072\\s", (await mail.Dovecot.RunDoveadmAsync("quota", "get", "-u", AddressOf("bob"))).EnsureSuccess().Output);
        Assert.StartsWith("550 5.1.1", await mail.AskLmtpAsync($"nobody@{Domain}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changed_file_is_in_force_for_the_next_command_and_the_next_login()
    {
        await using SmtpDialog open = await OpenAsync();
        Assert.Equal(235, (await open.AuthenticateAsync(AddressOf("alice"), Password)).Code);
        Assert.Equal(250, (await SubmitAsync(open, AddressOf("alice"), AddressOf("bob"))).Code);

        mail.WriteAccounts($"{Alices}|send_allowed=FALSE\n{Bobs}\n");
        Assert.StartsWith("554 5.7.1", (await SubmitAsync(open, AddressOf("alice"), AddressOf("bob"))).Text, StringComparison.Ordinal);
        Assert.True(await IsInAsync("alice", Password));
        Assert.StartsWith("250", await mail.AskLmtpAsync(AddressOf("alice")), StringComparison.Ordinal);
        mail.WriteAccounts($"{Alices}\n{Bobs}\n");
        Assert.Equal(250, (await SubmitAsync(open, AddressOf("alice"), AddressOf("bob"))).Code);

        await mail.Daemon.RunAsync(["block", AddressOf("alice"), "--reason", "tests"]);
        Assert.StartsWith("554 5.7.1", (await SubmitAsync(open, AddressOf("alice"), AddressOf("bob"))).Text, StringComparison.Ordinal);
        await mail.Daemon.RunAsync(["unblock", AddressOf("alice")]);

        // In place, as docker-mailserver itself adds an account.
        await File.AppendAllTextAsync(mail.Accounts, $"carol@{Domain}|{{PLAIN}}carol-pw\n", TestContext.Current.CancellationToken);
        Assert.True(await IsInAsync("carol", "carol-pw"));
        mail.WriteAccounts($"{Alices}\n{Bobs}\ncarol@{Domain}|{{PLAIN}}another\n");
        Assert.False(await IsInAsync("carol", "carol-pw"));
        Assert.True(await IsInAsync("carol", "another"));
    }

    [Fact]
    public async Task File_that_is_broken_or_away_takes_nothing_from_anybody_and_never_says_that_somebody_is_unknown()
    {
        mail.WriteAccounts($"{Alices}\nbob@{Domain}\n");
        Assert.True(await IsInAsync("bob", Password));
        await mail.Daemon.Log.WaitForAsync("line 2: has no : or | behind the login");
        File.Delete(mail.Accounts);
        Assert.True(await IsInAsync("bob", Password));
        Assert.StartsWith("250", await mail.AskLmtpAsync(AddressOf("bob")), StringComparison.Ordinal);

        await mail.Daemon.StopAsync();
        await mail.Daemon.StartAsync();
        await mail.Daemon.Log.WaitForAsync("source_unavailable");
        await using SmtpDialog dialog = await OpenAsync();
        Assert.Equal(454, (await dialog.AuthenticateAsync(AddressOf("bob"), Password)).Code);
        Assert.StartsWith("451 4.3.0", await mail.AskLmtpAsync(AddressOf("bob")), StringComparison.Ordinal);
        Assert.StartsWith("451 4.3.0", await mail.AskLmtpAsync($"nobody@{Domain}"), StringComparison.Ordinal);

        mail.WriteAccounts($"{Alices}\n{Bobs}\n");
        Assert.StartsWith("250", await mail.AskLmtpAsync(AddressOf("bob")), StringComparison.Ordinal);
        await using SmtpDialog again = await OpenAsync();
        Assert.Equal(235, (await again.AuthenticateAsync(AddressOf("bob"), Password)).Code);
        Assert.DoesNotContain("$6$", mail.Daemon.Log.Tail(1000), StringComparison.Ordinal);
    }

    /// <summary>In a session in which a message may have been refused before.</summary>
    private static async Task<SmtpServerReply> SubmitAsync(SmtpDialog dialog, string sender, string recipient, string subject = "test")
    {
        await dialog.SendAsync("RSET");
        return await dialog.SubmitAsync(sender, recipient, subject);
    }

    private Task<SmtpDialog> OpenAsync() => SmtpDialog.OpenAsync(mail.Postfix.EndpointOf("submission"));

    private async Task<bool> IsInAsync(string name, string password) =>
        MailLogins.IsIn(await MailLogins.LogInAsync("imap", mail.Dovecot.EndpointOf("imap"), AddressOf(name), password));
}

public sealed class Debian12FileDirectoryTests() : FileDirectoryTests("12");

public sealed class Debian13FileDirectoryTests() : FileDirectoryTests("13");
