using System.Text.Json.Nodes;
using PolicyDaemon.Admin;
using PolicyDaemon.Bench;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Slapd;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>The built daemon following a slapd with a crowd, asked as Postfix would ask it.</summary>
public abstract class LdapScenarioTests : StackTests
{
    protected static readonly string[] Crowded = [.. Enumerable.Range(0, 400).Select(i => $"u{i}")];

    protected PolicedDirectory Policed { get; private set; } = null!;

    protected SlapdServer Slapd => Policed.Slapd;

    protected NetworkLink Link => Policed.Link;

    protected DaemonProcess Daemon => Policed.Daemon;

    protected override async ValueTask PrepareAsync()
    {
        Policed = await PolicedDirectory.StartAsync(Root, new() { Seed = $"{Ldif}\n{Crowd(Crowded.Length)}" }, Configure);
        await WaitUntilInForceAsync();
    }

    protected override ValueTask ReleaseAsync() => Policed?.DisposeAsync() ?? default;

    /// <summary>What a scenario changes of the configuration.</summary>
    protected virtual void Configure(JsonObject configuration)
    {
    }

    protected Task WaitUntilInForceAsync() => FollowedLdap.WaitUntilInForceAsync(Root, Slapd);

    private protected Task<SyncReport> ReadReportAsync() => FollowedLdap.ReadAsync(Root);

    protected Task<string> AskAsync(string login) => PolicyClient.AskAsync(Policed.Endpoint, login);

    protected async Task AssertPermittedAsync(params string[] logins)
    {
        foreach (string login in logins)
            Assert.Equal($"{login}: DUNNO", $"{login}: {await AskAsync(login)}");
    }

    protected async Task AssertRefusedAsync(params string[] logins)
    {
        foreach (string login in logins)
            Assert.StartsWith($"{login}: 554 5.7.1", $"{login}: {await AskAsync(login)}", StringComparison.Ordinal);
    }

    protected Task WaitUntilAsync(string login, string action) => Wait.UntilAsync(
        async () => (await AskAsync(login)).StartsWith(action, StringComparison.Ordinal), $"{login} is answered {action}", details: () => string.Join('\n', Daemon.Log.ReadFrom().Split('\n').Where(line => !line.Contains(" decision ", StringComparison.Ordinal)).TakeLast(20)));

    /// <summary>Stops the sending of many, fast.</summary>
    protected void Stop(params IEnumerable<string> logins)
    {
        using DirectoryWriter writer = Slapd.OpenWriter();
        foreach (string login in logins)
            writer.Apply(new ReplaceValues(DnOf(login), "tnMailSendAllowed", "FALSE"));
    }

    /// <summary>The load of so many requests a second, for as long as <paramref name="story"/> takes.</summary>
    protected async Task<IReadOnlyList<LoadAnswer>> LoadAsync(int perSecond, IReadOnlyList<string> logins, Func<Task> story)
    {
        List<LoadAnswer> answers = [];
        using CancellationTokenSource over = new();
        int next = 0;
        using OpenLoop load = new(Policed.Endpoint, 32, perSecond, () => logins[next++ % logins.Count], answers.Add);
        Task loading = load.RunAsync(over.Token);
        Task first = await Task.WhenAny(story(), loading);
        await over.CancelAsync();
        await loading;
        await first;
        return answers;
    }
}
