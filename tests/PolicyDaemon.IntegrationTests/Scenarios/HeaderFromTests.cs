using System.Text;
using System.Text.RegularExpressions;
using PolicyDaemon.Contracts;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>The headers of mail programs and of attackers (<c>tests/corpus/header-from</c>) through a real Postfix.</summary>
public abstract class HeaderFromTests : ScenarioTests
{
    private int messages;

    protected override Fronts Fronts => Fronts.Milter;

    [Fact]
    public async Task Every_header_has_its_owner_or_refusal_through_Postfix_too()
    {
        // The test's client counts as one of Postfix's own host, whose addresses it completes and whose missing From it adds; a person's does not.
        await Postfix.SetAsync("local_header_rewrite_clients", "");
        (await Daemon.RunAsync(["domain", "add", Domain])).EnsureSuccess();
        (await Daemon.RunAsync(["alias", "add", $"wonder@{Domain}", AddressOf("alice")])).EnsureSuccess();
        await SetAsync("alice", "mailAlternateAddress", $"a.liddell@{Domain}");
        await SetAsync("alice", "tnMailSendAs", AddressOf("sales"), "@partner.example");
        await using SmtpDialog alice = await LogInAsync("alice");
        List<string> different = [];
        foreach (HeaderFromCase example in HeaderFromCorpus.Read())
        {
            string outcome = await SubmitAsync(alice, example);
            string expected = example.ExpectedThroughPostfix.StartsWith("refused ", StringComparison.Ordinal) ? example.ExpectedThroughPostfix : "passed";
            if (outcome != expected) different.Add($"{example.Name}: expected {expected}, was {outcome}");
        }

        Assert.True(different.Count == 0, string.Join("\n", different));
    }

    [Fact]
    public async Task What_Postfix_cuts_off_before_it_is_judged_is_not_delivered_either()
    {
        await using SmtpDialog alice = await LogInAsync("alice");
        HeaderFromCase cut = new("NUL", [.. Encoding.ASCII.GetBytes($"Subject: cut\nFrom: {AddressOf("alice")}"), 0, .. Encoding.ASCII.GetBytes(" <ceo@truenorth.local>")], "", "");

        Assert.Equal("passed", await SubmitAsync(alice, cut));
        Assert.DoesNotContain("ceo@", await Dovecot.WaitForMessageAsync("grace", "Subject: cut"), StringComparison.Ordinal);
    }

    private async Task<string> SubmitAsync(SmtpDialog dialog, HeaderFromCase example)
    {
        // By its tag the line of this message is found in the log.
        long before = Daemon.Log.Length;
        string sender = $"alice+{++messages}@{Domain}";
        AssertReply("250", await dialog.MailAsync(sender));
        AssertReply("250", await dialog.RcptAsync(AddressOf("grace")));
        AssertReply("354", await dialog.DataAsync());
        SmtpServerReply reply = await dialog.SendMessageAsync((byte[])[.. example.Fields, .. Encoding.ASCII.GetBytes("\nX-Case: 1\n\ntext")]);
        if (reply.IsSuccess) return "passed";
        Match line = Match.Empty;
        await Wait.UntilAsync(() => (line = Regex.Match(Daemon.Log.ReadFrom(before), $@" reason=(\S+) stage=END-OF-MESSAGE .* sender={Regex.Escape(sender)} ")).Success, $"the refusal of {sender} is in the log");
        return $"refused {reply.Text[..9]} {line.Groups[1].Value}";
    }
}

public sealed class HeaderFrom37Tests : HeaderFromTests;

public sealed class HeaderFrom310Tests : HeaderFromTests
{
    protected override string PostfixVersion => "3.10";
}
