using System.Text.Json.Nodes;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>One LDAP attribute stops a person's sending, at once, and nothing else.</summary>
public class SendingToggleTests : ScenarioTests
{
    /// <summary>The attribute, the value that stops sending and the one that allows it.</summary>
    protected virtual (string Attribute, string Stop, string Go) Toggle => ("tnMailSendAllowed", "FALSE", "TRUE");

    [Fact]
    public async Task Next_rcpt_of_the_open_session_and_of_new_ones_is_refused_until_the_toggle_goes_back()
    {
        await using SmtpDialog open = await LogInAsync("alice");
        AssertReply("250", await open.SubmitAsync(AddressOf("alice"), AddressOf("bob"), "before"));
        AssertReply("250", await open.MailAsync(AddressOf("alice")));
        AssertReply("250", await open.RcptAsync(AddressOf("bob")));

        await SetAsync("alice", Toggle.Attribute, Toggle.Stop);
        AssertReply("554 5.7.1", await open.RcptAsync(AddressOf("grace")));
        await using SmtpDialog anew = await LogInAsync("alice");
        AssertReply("554 5.7.1", await TryRcptAsync(anew, AddressOf("alice"), AddressOf("bob")));
        AssertReply("554 5.7.1", await TryRcptAsync(anew, AddressOf("alice"), "someone@elsewhere.example"));

        await SetAsync("alice", Toggle.Attribute, Toggle.Go);
        AssertReply("250", await open.RcptAsync(AddressOf("grace")));
        AssertReply("250", await anew.SubmitAsync(AddressOf("alice"), AddressOf("bob"), "after"));
        await Dovecot.WaitForMessageAsync("bob", "Subject: after");
    }

    [Fact]
    public async Task Login_and_receiving_go_on_while_sending_is_stopped()
    {
        await SetAsync("alice", Toggle.Attribute, Toggle.Stop);

        await using SmtpDialog alice = await LogInAsync("alice");
        Assert.True(await Dovecot.CanLogInAsync("alice", PasswordOf("alice")));
        await using SmtpDialog bob = await LogInAsync("bob");
        AssertReply("250", await bob.SubmitAsync(AddressOf("bob"), AddressOf("alice"), "from inside"));
        await using SmtpDialog outsider = await ComeFromOutsideAsync();
        AssertReply("250", await outsider.SubmitAsync("someone@elsewhere.example", AddressOf("alice"), "from outside"));

        await Dovecot.WaitForMessageAsync("alice", "Subject: from inside");
        await Dovecot.WaitForMessageAsync("alice", "Subject: from outside");
    }

    [Fact]
    public async Task Client_in_mynetworks_cannot_use_the_address_of_someone_who_may_not_send()
    {
        await SetAsync("alice", Toggle.Attribute, Toggle.Stop);
        await using SmtpDialog trusted = await ComeFromTrustedNetworkAsync();

        AssertReply("554 5.7.1", await TryRcptAsync(trusted, AddressOf("alice"), AddressOf("bob")));
        AssertReply("554 5.7.1", await TryRcptAsync(trusted, "alice+shop@truenorth.local", "someone@elsewhere.example"));
        AssertReply("554 5.7.1", await TryRcptAsync(trusted, "alice.north@truenorth.local", AddressOf("bob")));
        AssertReply("250", await TryRcptAsync(trusted, AddressOf("bob"), AddressOf("grace")));
    }

    [Fact]
    public async Task Bare_postmaster_which_postfix_asks_nobody_about_is_caught_at_data()
    {
        await using SmtpDialog open = await LogInAsync("alice");
        await SetAsync("alice", Toggle.Attribute, Toggle.Stop);

        AssertReply("250", await open.MailAsync(AddressOf("alice")));
        AssertReply("250", await open.RcptAsync("postmaster"));
        AssertReply("554 5.7.1", await open.DataAsync());
    }

    [Fact]
    public async Task Toggle_after_rcpt_is_caught_at_data_and_after_data_at_end_of_message()
    {
        await using SmtpDialog early = await LogInAsync("alice");
        AssertReply("250", await early.MailAsync(AddressOf("alice")));
        AssertReply("250", await early.RcptAsync(AddressOf("bob")));
        await using SmtpDialog late = await LogInAsync("alice");
        AssertReply("250", await late.MailAsync(AddressOf("alice")));
        AssertReply("250", await late.RcptAsync(AddressOf("bob")));
        AssertReply("354", await late.DataAsync());

        await SetAsync("alice", Toggle.Attribute, Toggle.Stop);

        AssertReply("554 5.7.1", await early.DataAsync());
        AssertReply("554 5.7.1", await late.SendMessageAsync("Subject: too late\n\ntoo late\n"));
    }

    [Fact]
    public async Task Block_given_after_rcpt_is_caught_at_data_and_a_paused_domain_is_deferred()
    {
        await using SmtpDialog open = await LogInAsync("alice");
        AssertReply("250", await open.MailAsync(AddressOf("alice")));
        AssertReply("250", await open.RcptAsync(AddressOf("bob")));

        (await Daemon.RunAsync(["block", "alice", "--reason", "test"])).EnsureSuccess();
        AssertReply("554 5.7.1", await open.DataAsync());
        (await Daemon.RunAsync(["unblock", "alice"])).EnsureSuccess();
        AssertReply("354", await open.DataAsync());
        AssertReply("250", await open.SendMessageAsync("Subject: free again\n\nfree\n"));

        (await Daemon.RunAsync(["block", "--domain", Domain, "--action", "defer", "--for", "1h", "--reason", "test"])).EnsureSuccess();
        AssertReply("451 4.7.1", await TryRcptAsync(open, AddressOf("alice"), AddressOf("bob")));
        await using SmtpDialog outsider = await ComeFromOutsideAsync();
        AssertReply("250", await TryRcptAsync(outsider, "someone@elsewhere.example", AddressOf("alice")));
    }
}

/// <summary>The same where slapd is asked for each question.</summary>
public sealed class SendingToggleByLookupTests : SendingToggleTests
{
    protected override string LdapMode => LdapSection.Lookup;
}

/// <summary>The same on Postfix 3.10, with the snippets for it.</summary>
public sealed class SendingToggleOnPostfix310Tests : SendingToggleTests
{
    protected override string PostfixVersion => "3.10";
}

/// <summary>The same by account status: disabled still logs in and receives.</summary>
public sealed class AccountStatusToggleTests : SendingToggleTests
{
    protected override (string Attribute, string Stop, string Go) Toggle => ("tnAccountStatus", "disabled", "active");
}

/// <summary>The same with attributes of other names, which are plain strings.</summary>
public sealed class OtherAttributeNamesToggleTests : SendingToggleTests
{
    protected override (string Attribute, string Stop, string Go) Toggle => ("mailSendAllowed", "FALSE", "TRUE");

    protected override void Configure(JsonObject configuration)
    {
        JsonObject attributes = configuration["directory"]!["ldap"]!["attributes"]!.AsObject();
        attributes["sendAllowed"] = "mailSendAllowed";
        attributes["accountStatus"] = "mailAccountStatus";
    }

    [Fact]
    public async Task Value_that_is_neither_true_nor_false_stops_sending_and_is_logged()
    {
        await SetAsync("alice", "mailSendAllowed", "perhaps");
        await using SmtpDialog alice = await LogInAsync("alice");

        AssertReply("554 5.7.1", await TryRcptAsync(alice, AddressOf("alice"), AddressOf("bob")));
        await Daemon.Log.WaitForAsync("reason=send_allowed_invalid");
    }

    [Fact]
    public async Task Status_by_its_configured_name_and_one_that_is_in_no_table_stop_sending()
    {
        await using SmtpDialog alice = await LogInAsync("alice");
        await SetAsync("alice", "mailAccountStatus", "disabled");
        AssertReply("554 5.7.1", await TryRcptAsync(alice, AddressOf("alice"), AddressOf("bob")));

        await SetAsync("alice", "mailAccountStatus", "on sabbatical");
        AssertReply("554 5.7.1", await TryRcptAsync(alice, AddressOf("alice"), AddressOf("bob")));
        await Daemon.Log.WaitForAsync("reason=account_status_unknown");
    }
}
