using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Slapd;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>Submission while the source of passwords is stopped, hung or gone: 454, never 535, and it ends by itself.</summary>
public abstract class PostfixOutageTests(string version) : StackTests
{
    [Theory, InlineData(TroubledDirectory.Postgres), InlineData(TroubledDirectory.Sqlite)]
    public async Task Trouble_behind_the_daemon_is_454_and_ends_by_itself(string source)
    {
        TroubledDirectory directory = await TroubledDirectory.StartAsync(Root, source);
        PolicedMailSystem mail = await PolicedMailSystem.StartAsync(Root, directory.Configure, version, checksPasswords: true);
        await directory.FillAsync(mail.Daemon);
        Assert.Equal(235, (await LogInAsync(PasswordOf("alice"))).Code);
        Assert.Equal(535, (await LogInAsync("wrong")).Code);

        foreach (var (name, begin, end) in directory.Troubles)
        {
            await begin();
            foreach (string password in (string[])[PasswordOf("alice"), "wrong"])
                Assert.True((await LogInAsync(password)).Text.StartsWith("454 4.7.0", StringComparison.Ordinal), name);
            await end();
            await Wait.UntilAsync(
                async () =>
                {
                    SmtpServerReply reply = await LogInAsync(PasswordOf("alice"));
                    Assert.True(reply.Code is 235 or 454, $"{name}: {reply.Text}");
                    return reply.Code == 235;
                },
                $"alice gets in after {source} was {name}");
        }

        async Task<SmtpServerReply> LogInAsync(string password)
        {
            await using SmtpDialog dialog = await SmtpDialog.OpenAsync(mail.Postfix.EndpointOf("submission"));
            return await dialog.AuthenticateAsync(AddressOf("alice"), password);
        }
    }
}

public sealed class Postfix37OutageTests() : PostfixOutageTests("3.7");

public sealed class Postfix310OutageTests() : PostfixOutageTests("3.10");

/// <summary>IMAP and LMTP meanwhile: <c>[UNAVAILABLE]</c> and 451, never a wrong password, never an unknown user.</summary>
public abstract class DovecotOutageTests(string version) : StackTests
{
    private DovecotMailSystem mail = null!;

    [Theory, InlineData(TroubledDirectory.Postgres), InlineData(TroubledDirectory.Sqlite)]
    public async Task Trouble_behind_the_daemon_is_unavailable_and_mail_waits_and_it_ends_by_itself(string source)
    {
        TroubledDirectory directory = await TroubledDirectory.StartAsync(Root, source);
        mail = await DovecotMailSystem.StartAsync(Root, version, directory.Configure);
        await directory.FillAsync(mail.Daemon);
        foreach (var (name, begin, end) in directory.Troubles) await AssertItPassesAsync($"{source} {name}", begin, end);
    }

    [Fact]
    public async Task Ldap_server_that_hangs_is_unavailable_and_mail_waits_and_it_ends_by_itself()
    {
        mail = await DovecotMailSystem.StartAsync(Root, version, configuration =>
        {
            configuration["directory"]!["ldap"]!["mode"] = "lookup";
            configuration["directory"]!["ldap"]!["staleFor"] = "0s";
        });
        SlapdServer slapd = mail.Slapd;
        await AssertItPassesAsync("ldap hung", () => Task.Run(slapd.Pause), () => Task.Run(slapd.Resume));
    }

    private async Task AssertItPassesAsync(string trouble, Func<Task> begin, Func<Task> end)
    {
        Assert.StartsWith("OK", await LogInAsync(PasswordOf("alice")), StringComparison.Ordinal);
        Assert.StartsWith("NO [AUTHENTICATIONFAILED]", await LogInAsync("wrong"), StringComparison.Ordinal);
        Assert.StartsWith("250 2.0.0", await mail.DeliverAsync(AddressOf("alice")), StringComparison.Ordinal);

        await begin();
        string[] told = await Task.WhenAll(
            LogInAsync(PasswordOf("alice")), LogInAsync("wrong"), mail.DeliverAsync(AddressOf("alice")), mail.DeliverAsync("nobody@truenorth.local"));
        Assert.True(told[..2].All(reply => reply.StartsWith("NO [UNAVAILABLE]", StringComparison.Ordinal)), $"{trouble}: {string.Join('\n', told)}");

        // What PostgreSQL has said of a mailbox may be known for a while.
        Assert.Matches("^(250 2.0.0|451 4.3.0)", told[2]);
        Assert.StartsWith("451 4.3.0", told[3], StringComparison.Ordinal);

        await end();
        await Wait.UntilAsync(
            async () =>
            {
                string[] replies = await Task.WhenAll(LogInAsync(PasswordOf("alice")), mail.DeliverAsync(AddressOf("alice")));
                Assert.Matches(@"^(OK|NO \[UNAVAILABLE\])", replies[0]);
                Assert.Matches("^(250|451) ", replies[1]);
                return replies[0].StartsWith("OK", StringComparison.Ordinal) && replies[1].StartsWith("250", StringComparison.Ordinal);
            },
            $"all is well after {trouble}");
    }

    private Task<string> LogInAsync(string password) => MailLogins.LogInAsync("imap", mail.Dovecot.EndpointOf("imap"), AddressOf("alice"), password);
}

public sealed class Dovecot23OutageTests() : DovecotOutageTests("2.3");

public sealed class Dovecot24OutageTests() : DovecotOutageTests("2.4");
