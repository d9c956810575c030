using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Dovecot;
using PolicyDaemon.MailStack.Postfix;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Snippets;

/// <summary>What the shipped snippets make a real Postfix ask, in which order, and what it does when nobody answers.</summary>
public abstract class ShippedSnippetTests(string version) : StackTests
{
    private const string Outsider = "someone@elsewhere.example";

    private PolicyServerStub policy = null!;

    protected PostfixServer Postfix { get; private set; } = null!;

    protected override async ValueTask PrepareAsync()
    {
        DovecotServer dovecot = await DovecotServer.StartAsync(Root);
        Postfix = await PostfixServer.StartAsync(Root, await PostfixSnippets.ForAsync(version, dovecot.SaslSocket));
        policy = new(Path.Combine(Postfix.MakeSocketDirectory(PostfixSnippets.SocketDirectory), "policy.sock"));
    }

    [Fact]
    public async Task Message_with_a_login_is_asked_about_for_each_recipient_and_twice_as_a_whole()
    {
        await using SmtpDialog dialog = await LogInAsync();
        await dialog.MailAsync(AddressOf("alice"));
        await dialog.RcptAsync(AddressOf("bob"));
        await dialog.RcptAsync(Outsider);
        await dialog.DataAsync();

        Assert.Equal(250, (await dialog.SendMessageAsync("Subject: x\r\n\r\nx")).Code);
        Assert.Equal(["submission RCPT", "submission RCPT", "submission DATA", "submission END-OF-MESSAGE"], policy.TakeQuestions());
    }

    [Fact]
    public async Task Message_from_outside_and_from_a_trusted_network_is_asked_about_alike()
    {
        foreach (System.Net.IPAddress? source in (System.Net.IPAddress?[])[null, PostfixServer.TrustedClient])
        {
            await using SmtpDialog dialog = await SmtpDialog.OpenAsync(Postfix.EndpointOf("smtp"), source);
            Assert.Equal(250, (await dialog.SubmitAsync(Outsider, AddressOf("bob"))).Code);
            Assert.Equal(["smtp RCPT", "smtp DATA", "smtp END-OF-MESSAGE"], policy.TakeQuestions());
        }
    }

    [Theory]
    [InlineData("RCPT"), InlineData("DATA"), InlineData("END-OF-MESSAGE")]
    public async Task Refusal_at_any_stage_stands_for_a_login(string stage)
    {
        policy.Actions[stage] = "554 5.7.1 not you";
        await using SmtpDialog dialog = await LogInAsync();

        Assert.StartsWith("554 5.7.1", (await dialog.SubmitAsync(AddressOf("alice"), AddressOf("bob"))).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Relay_is_closed_to_outsiders_whatever_the_daemon_says_and_it_is_not_even_asked()
    {
        policy.Actions["RCPT"] = "OK";
        await using SmtpDialog dialog = await SmtpDialog.OpenAsync(Postfix.EndpointOf("smtp"));

        Assert.Contains("Relay access denied", (await dialog.SubmitAsync(Outsider, "x@other.example")).Text, StringComparison.Ordinal);
        Assert.Empty(policy.TakeQuestions());
    }

    [Fact]
    public async Task Stranger_on_submission_is_refused_at_RCPT_and_with_the_bare_postmaster_at_DATA()
    {
        await using SmtpDialog dialog = await SmtpDialog.OpenAsync(Postfix.EndpointOf("submission"));

        Assert.Equal(554, (await dialog.SubmitAsync(Outsider, AddressOf("bob"))).Code);
        Assert.Equal(250, (await dialog.RcptAsync("postmaster")).Code);
        Assert.Equal(554, (await dialog.DataAsync()).Code);
    }

    [Fact]
    public async Task Bare_postmaster_skips_RCPT_and_is_asked_about_at_DATA()
    {
        policy.Actions["RCPT"] = policy.Actions["DATA"] = "554 5.7.1 not you";
        await using SmtpDialog dialog = await LogInAsync();

        Assert.Equal(554, (await dialog.SubmitAsync(AddressOf("alice"), "postmaster")).Code);
        Assert.Equal(["submission DATA"], policy.TakeQuestions());
    }

    [Theory]
    [InlineData("alice"), InlineData("truenorth.local!alice"), InlineData("alice%truenorth.local")]
    public async Task Sender_that_postfix_would_complete_after_the_question_is_refused_before_it(string sender)
    {
        await using SmtpDialog dialog = await SmtpDialog.OpenAsync(Postfix.EndpointOf("smtp"));

        Assert.StartsWith("504 5.5.2", (await dialog.SubmitAsync(sender, AddressOf("bob"))).Text, StringComparison.Ordinal);
        Assert.Empty(policy.TakeQuestions());
    }

    [Fact]
    public async Task Bare_newlines_from_a_trusted_network_hide_no_second_message()
    {
        await using SmtpDialog dialog = await SmtpDialog.OpenAsync(Postfix.EndpointOf("smtp"), PostfixServer.TrustedClient);
        await dialog.MailAsync(Outsider);
        await dialog.RcptAsync(AddressOf("bob"));
        await dialog.DataAsync();
        SmtpServerReply reply = await dialog.SendAsync($"Subject: x\r\n\r\nx\n.\nMAIL FROM:<{AddressOf("alice")}>\r\nRCPT TO:<{AddressOf("bob")}>\r\n.");
        await dialog.SendAsync("NOOP");

        Assert.Equal(250, reply.Code);
        Assert.Equal(["smtp RCPT", "smtp DATA", "smtp END-OF-MESSAGE"], policy.TakeQuestions());
    }

    [Fact]
    public async Task Without_the_daemon_everybody_is_deferred_and_the_relay_stays_closed()
    {
        policy.Dispose();
        await using SmtpDialog submission = await LogInAsync();
        await using SmtpDialog outside = await SmtpDialog.OpenAsync(Postfix.EndpointOf("smtp"));

        Assert.StartsWith("451 4.3.5", (await submission.SubmitAsync(AddressOf("alice"), AddressOf("bob"))).Text, StringComparison.Ordinal);
        Assert.StartsWith("451 4.3.5", (await outside.SubmitAsync(Outsider, AddressOf("bob"))).Text, StringComparison.Ordinal);
        Assert.Equal(554, (await outside.RcptAsync("x@other.example")).Code);
    }

    [Fact]
    public async Task Postfix_check_has_nothing_to_say() => Assert.DoesNotMatch("warning|error|fatal", await Postfix.CheckAsync());

    private async Task<SmtpDialog> LogInAsync()
    {
        SmtpDialog dialog = await SmtpDialog.OpenAsync(Postfix.EndpointOf("submission"));
        (await dialog.AuthenticateAsync("alice", PasswordOf("alice"))).EnsureSuccess();
        return dialog;
    }
}

public sealed class Postfix37SnippetTests() : ShippedSnippetTests("3.7")
{
    /// <summary>An unused or misspelt parameter is a warning, which postconf prints beside its output.</summary>
    [Theory]
    [InlineData("-n"), InlineData("-M"), InlineData("-P")]
    public async Task Postconf_has_nothing_to_warn_of(string selection)
    {
        CommandResult result = await Command.RunAsync("postconf", ["-c", Postfix.ConfigurationDirectory, selection]);

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
    }
}

public sealed class Postfix310SnippetTests() : ShippedSnippetTests("3.10");
