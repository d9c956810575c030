using System.Diagnostics;
using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Contracts;
using PolicyDaemon.Engine.Directories;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Postgres;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Backends.PostgreSql;

/// <summary>The directory contract on a real PostgreSQL, with answers that are kept. The server goes away by the line to it.</summary>
public class PostgresDirectoryContractTests(SeededPostgres postgres) : MailboxTableContract, IClassFixture<SeededPostgres>
{
    /// <summary>A silent line is found by a probe.</summary>
    private static readonly TimeSpan NoticedWithin = PostgresListener.ProbeInterval + TimeSpan.FromSeconds(4);

    private NetworkLink? link;
    private PostgresSource? source;
    private PostgresListener? listener;
    private PostgresDirectory? directory;

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (listener is not null) await listener.DisposeAsync();
        if (directory is not null) await directory.DisposeAsync();
        if (source is not null) await source.DisposeAsync();
        if (link is not null) await link.DisposeAsync();
    }

    protected override async ValueTask<IDirectory> StartAsync(DirectorySeed seed)
    {
        PostgresDatabase database = await postgres.LoadAsync(seed);
        link = NetworkLink.Start(postgres.Root, postgres.Server.Endpoint);
        source = new PostgresSource(PostgresSetup.OptionsOf(database, link.Endpoint), TimeProvider.System);
        listener = new PostgresListener(source, TimeProvider.System);
        directory = new PostgresDirectory(source, new PostgresDirectoryOptions(), Normalizer, listener);
        listener.Start();
        await WaitUntilAsync(isKeeping: true);
        return directory;
    }

    /// <summary>What is kept counts until it is noticed that changes are not heard of any more.</summary>
    protected override async ValueTask StopAsync()
    {
        await link!.CutAsync();
        await WaitUntilAsync(isKeeping: false);
    }

    /// <inheritdoc cref="StopAsync"/>
    protected override async ValueTask HangAsync()
    {
        link!.Freeze();
        await WaitUntilAsync(isKeeping: false);
    }

    protected override async ValueTask ResumeAsync() => await link!.HealAsync();

    private async Task WaitUntilAsync(bool isKeeping)
    {
        Stopwatch limit = Stopwatch.StartNew();
        while (directory!.CacheState.IsKeeping != isKeeping)
        {
            Assert.True(limit.Elapsed < NoticedWithin, directory.CacheState.Cause);
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }
}

/// <summary>The same on PostgreSQL 17.</summary>
public sealed class PostgresDirectoryContractOnTrixieTests(SeededPostgresOfTrixie postgres)
    : PostgresDirectoryContractTests(postgres), IClassFixture<SeededPostgresOfTrixie>;
