using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Backends.Ldap.Sync;
using PolicyDaemon.Contracts;
using PolicyDaemon.Engine.Directories;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Slapd;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Backends.Ldap.Sync;

/// <summary>
/// The directory contract on a real slapd that is followed. The source is gone when the view is too old: a server that is down takes nothing
/// away before.
/// </summary>
public sealed class SyncDirectoryContractTests : EntryDirectoryContract
{
    private readonly ShiftedTime time = new();
    private MailStackRoot? root;
    private SlapdServer? slapd;
    private FollowedSlapd? followed;
    private bool isHung;

    protected override bool AnswersFromMemory => true;

    public override async ValueTask DisposeAsync()
    {
        if (followed is not null) await followed.DisposeAsync();
        if (root is null) return;
        if (TestContext.Current.TestState?.Result == TestResult.Failed) TestContext.Current.TestOutputHelper?.WriteLine(root.Report());
        await root.DisposeAsync();
    }

    protected override async ValueTask<IDirectory> StartAsync(DirectorySeed seed)
    {
        root = await MailStackRoot.CreateAsync();
        slapd = await SlapdServer.StartAsync(root, new SlapdOptions { Seed = $"{SeedLdif.EmptyTree}\n{SeedLdif.Write(seed)}" });
        LdapOptions options = SlapdAccess.Options(root, slapd) with { Attributes = SlapdAccess.PlainAttributes };
        followed = await FollowedSlapd.StartAsync(options, new SyncOptions(), time);
        return followed.Directory;
    }

    protected override async ValueTask StopAsync()
    {
        await slapd!.StopAsync();
        time.Shift(new SyncOptions().StaleFor);
    }

    protected override ValueTask HangAsync()
    {
        isHung = true;
        slapd!.Pause();
        time.Shift(new SyncOptions().StaleFor);
        return default;
    }

    protected override async ValueTask ResumeAsync()
    {
        if (isHung) slapd!.Resume();
        else await slapd!.StartAsync();
    }

    /// <summary>The real time, and later at will; what waits for a time waits for the real one.</summary>
    private sealed class ShiftedTime : TimeProvider
    {
        private long shift;

        public void Shift(TimeSpan time) => Interlocked.Add(ref shift, time.Ticks);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => System.GetElapsedTime(0).Ticks + Interlocked.Read(ref shift);

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref shift));
    }
}
