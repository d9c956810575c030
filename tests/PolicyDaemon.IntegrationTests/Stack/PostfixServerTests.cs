using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Dovecot;
using PolicyDaemon.MailStack.Postfix;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Stack;

/// <summary>How configuration texts, shipped snippets above all, come into a private Postfix.</summary>
public sealed class PostfixServerTests : StackTests
{
    private const string ChrootedSubmission = """
        # ==========================================================================
        # service type  private unpriv  chroot  wakeup  maxproc command + args
        submission inet n       -       y       -       -       smtpd
          -o syslog_name=postfix/submission
        # a comment does not end the entry
          -o { smtpd_recipient_restrictions = reject }
        """;

    [Fact]
    public async Task Service_of_a_snippet_gets_an_endpoint_and_keeps_its_options_and_its_chroot()
    {
        PostfixServer postfix = await PostfixServer.StartAsync(Root, new() { MasterCf = [ChrootedSubmission] });
        await using SmtpDialog dialog = await SmtpDialog.OpenAsync(postfix.EndpointOf("submission"));

        SmtpServerReply reply = await dialog.SubmitAsync(AddressOf("alice"), AddressOf("bob"));

        Assert.StartsWith("554 5.7.1", reply.Text, StringComparison.Ordinal);
        Assert.Contains("smtpd", await postfix.Log.WaitForAsync("postfix/submission/smtpd"), StringComparison.Ordinal);
        Assert.Equal("y\n", await postfix.RunPostconfAsync("-Fh", $"{postfix.EndpointOf("submission")}/inet/chroot"));
    }

    [Fact]
    public async Task Chrooted_smtpd_authenticates_by_a_socket_in_its_queue_directory()
    {
        const string Socket = "private/auth";
        await DovecotServer.StartAsync(Root, new() { SaslSocket = PostfixServer.PathInQueueDirectory(Root, Socket) });
        PostfixServer postfix = await PostfixServer.StartAsync(
            Root, new() { SaslPath = Socket, MasterCf = [ChrootedSubmission + "\n  -o smtpd_sasl_auth_enable=yes"] });
        await using SmtpDialog dialog = await SmtpDialog.OpenAsync(postfix.EndpointOf("submission"));

        Assert.Equal(235, (await dialog.AuthenticateAsync("alice", PasswordOf("alice"))).Code);
    }

    [Fact]
    public async Task Later_value_of_a_parameter_replaces_the_earlier_one_in_the_file()
    {
        const string First = "smtpd_recipient_restrictions =\n    # why\n    permit_mynetworks,\n    reject\n";
        const string Second = "smtpd_recipient_restrictions = reject_unauth_destination\n";
        PostfixServer postfix = await PostfixServer.StartAsync(Root, new() { MainCf = [First, Second] });
        await using SmtpDialog dialog = await SmtpDialog.OpenAsync(postfix.EndpointOf("smtp"));

        Assert.Equal(250, (await dialog.SubmitAsync("someone@elsewhere.example", AddressOf("bob"))).Code);
        Assert.Equal("reject_unauth_destination\n", await postfix.RunPostconfAsync("-h", "smtpd_recipient_restrictions"));
        Assert.DoesNotContain("warning", postfix.Log.ReadFrom(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changed_parameter_is_in_force_for_the_next_session_after_a_reload()
    {
        PostfixServer postfix = await PostfixServer.StartAsync(Root);
        await postfix.SetAsync("smtpd_recipient_restrictions", "reject");
        await using SmtpDialog dialog = await SmtpDialog.OpenAsync(postfix.EndpointOf("smtp"));

        Assert.Equal(554, (await dialog.SubmitAsync("someone@elsewhere.example", AddressOf("bob"))).Code);
    }

    [Fact]
    public async Task Held_mail_stays_in_the_queue_through_a_restart()
    {
        PostfixServer postfix = await PostfixServer.StartAsync(
            Root, new() { MainCf = ["smtpd_recipient_restrictions = check_recipient_access static:HOLD, permit"] });
        await using SmtpDialog dialog = await SmtpDialog.OpenAsync(postfix.EndpointOf("smtp"));
        await dialog.SubmitAsync("someone@elsewhere.example", AddressOf("bob"));
        await postfix.StopAsync();
        await postfix.StartAsync();

        Assert.Contains("bob@truenorth.local", await postfix.ReadQueueAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Broken_configuration_is_reported_with_postfix_own_words()
    {
        InvalidOperationException failure = await Assert.ThrowsAsync<InvalidOperationException>(
            () => PostfixServer.StartAsync(Root, new() { MainCf = ["inet_protocols = ipv5"] }));

        Assert.Contains("ipv5", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_may_claim_any_address_by_xclient()
    {
        PostfixServer postfix = await PostfixServer.StartAsync(Root);
        await using SmtpDialog dialog = await SmtpDialog.OpenAsync(postfix.EndpointOf("smtp"));

        Assert.Equal(220, (await dialog.SendAsync("XCLIENT ADDR=203.0.113.7")).Code);
        await dialog.SendAsync("EHLO client.example");
        await dialog.SubmitAsync("someone@elsewhere.example", AddressOf("bob"));

        await postfix.Log.WaitForAsync("client=unknown[203.0.113.7]");
    }

    [Fact]
    public void Replacement_that_does_not_occur_in_a_snippet_is_an_error()
    {
        string snippet = Root.PathOf("snippet.cf");
        File.WriteAllText(snippet, "smtpd_sender_restrictions = check_policy_service unix:policydaemon/policy.sock\n");

        Assert.Contains("unix:other.sock", Snippet.Read(snippet, ("unix:policydaemon/policy.sock", "unix:other.sock")), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Snippet.Read(snippet, ("inet:127.0.0.1:10040", "inet:127.0.0.1:1")));
    }
}
