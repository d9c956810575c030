using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Postfix;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.IntegrationTests.Support.StoreCluster;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>A stolen credential on three real Postfixes at once: how much leaves, how long until it is blocked and until somebody knows.</summary>
/// <remarks>A thousand messages; with POLICYDAEMON_SOAK_MESSAGES as many as that says.</remarks>
public sealed partial class StolenCredentialTests : StackTests
{
    private const int Limit = 200;
    private const int Count = 20;

    private static readonly int Messages =
        int.TryParse(Environment.GetEnvironmentVariable("POLICYDAEMON_SOAK_MESSAGES"), NumberStyles.None, CultureInfo.InvariantCulture, out int messages) ? messages : 1000;

    private MailCluster mail = null!;

    protected override async ValueTask PrepareAsync() => mail = await MailCluster.StartAsync(Root, Configure);

    [Fact]
    public async Task What_leaves_is_the_limit_then_the_login_is_blocked_on_all_nodes_and_one_notice_for_each_block_says_so()
    {
        StolenCredential thief = new(mail.Submissions, Alice, PasswordOf("alice"), Messages);
        Task<TimeSpan> telling = NoticedAsync(thief);
        await thief.RunAsync();
        TimeSpan noticed = await telling;

        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            {thief.Tried} messages tried in {thief.Elapsed.TotalSeconds:F1} s: {thief.CountOf(250)} left, {thief.CountOf(450)} refused by the limit, {thief.CountOf(554)} by the block
            the last one left after {thief.LastOf(250)?.TotalSeconds:F2} s, first refusal by the limit after {thief.FirstOf(450)?.TotalSeconds:F2} s,
            first by the block after {thief.FirstOf(554)?.TotalSeconds:F2} s, last by the limit after {thief.LastOf(450)?.TotalSeconds:F2} s, notice in the mailbox after {noticed.TotalSeconds:F2} s
            """));
        Assert.Equal(Limit, thief.CountOf(250));
        Assert.Equal(Limit, await mail.Store.Database.QueryAsync<long>($"SELECT used FROM policydaemon.counters WHERE key = 'login-hour/login:{Alice}'"));
        Assert.Equal(Messages - Limit, thief.CountOf(450) + thief.CountOf(554));
        Assert.True(thief.CountOf(450) >= Count);
        await AssertBlockedAsync();
        await AssertSentAsync();

        // Two nodes may find it out at one moment.
        int contained = mail.Store.Nodes.Sum(node => node.Log.ReadFrom().Split("error contained rule=burst").Length - 1);
        Assert.InRange(contained, 1, 3);
        Assert.InRange(mail.Dovecot.ReadMailbox("grace").Count, 1, contained);
        Assert.Contains("containment:burst", (await mail.Store.Nodes[2].RunAsync(["blocks"])).Output, StringComparison.Ordinal);
    }

    private async Task AssertBlockedAsync()
    {
        foreach (IPEndPoint server in mail.Submissions)
        {
            await using SmtpDialog session = await SmtpDialog.OpenAsync(server);
            (await session.AuthenticateAsync(Alice, PasswordOf("alice"))).EnsureSuccess();
            Assert.StartsWith("554 5.7.1", (await session.SubmitAsync(Alice, "victim@elsewhere.example")).Text, StringComparison.Ordinal);
        }
    }

    /// <summary>What Postfix has really sent.</summary>
    private async Task AssertSentAsync()
    {
        foreach (PostfixServer postfix in mail.Postfixes) await postfix.WaitUntilQueueIsEmptyAsync();
        Assert.Equal(Limit, mail.Postfixes.Sum(postfix => SentToVictim().Count(postfix.Log.ReadFrom())));
    }

    [GeneratedRegex(@"to=<victim\d+@elsewhere\.example>, [^\n]* status=sent")]
    private static partial Regex SentToVictim();

    private static void Configure(JsonObject configuration, IPEndPoint notices)
    {
        configuration["limits"]![0]!["limit"] = Limit;
        configuration["limits"]![0]!["action"] = "defer";
        configuration["containment"] = new JsonArray(new JsonObject
        {
            ["name"] = "burst", ["on"] = "limitRefusals", ["count"] = Count, ["within"] = "10m", ["block"] = "4h",
        });
        configuration["notify"] = new JsonObject
        {
            ["mailTo"] = new JsonArray(AddressOf("grace")), ["smtp"] = $"inet:{notices}", ["from"] = "policydaemon@truenorth.local",
        };
    }

    /// <returns>How long after the thief began.</returns>
    private async Task<TimeSpan> NoticedAsync(StolenCredential thief)
    {
        await mail.Dovecot.WaitForMessageAsync("grace", $"policydaemon unblock {Alice}");
        return thief.Now;
    }
}
