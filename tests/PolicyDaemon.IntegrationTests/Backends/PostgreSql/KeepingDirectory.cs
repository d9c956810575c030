using System.Diagnostics;
using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Backends.PostgreSql;

/// <summary>A directory that keeps answers, as a daemon has it: with connections and a listener of its own.</summary>
internal sealed class KeepingDirectory : IAsyncDisposable
{
    private readonly PostgresSource source;
    private readonly PostgresListener listener;

    private KeepingDirectory(PostgresOptions access, PostgresDirectoryOptions options)
    {
        source = new PostgresSource(access, TimeProvider.System);
        listener = new PostgresListener(source, TimeProvider.System);
        Directory = new PostgresDirectory(source, options, Normalizer, listener);
    }

    public static AddressNormalizer Normalizer { get; } = new("+");

    public PostgresDirectory Directory { get; }

    /// <summary>Started, and keeping answers.</summary>
    public static async Task<KeepingDirectory> StartAsync(PostgresOptions access, PostgresDirectoryOptions? options = null)
    {
        KeepingDirectory started = Start(access, options);
        await started.WaitUntilKeepingAsync();
        return started;
    }

    public static KeepingDirectory Start(PostgresOptions access, PostgresDirectoryOptions? options = null)
    {
        KeepingDirectory started = new(access, options ?? new() { CacheFor = TimeSpan.FromHours(1) });
        started.listener.Start();
        return started;
    }

    public Task WaitUntilKeepingAsync() => WaitAsync(() => Task.FromResult(Directory.CacheState is { IsKeeping: true, Cause: null }));

    public async Task<Lookup<Account>> AskAsync(string login) => await Directory.FindAccountAsync(login, TestContext.Current.CancellationToken);

    public async Task<Lookup<AddressEntry>> AskAddressAsync(string address)
    {
        Assert.True(Normalizer.TryParsePattern(address, out EmailAddress? parsed));
        return await Directory.FindAddressAsync(parsed, TestContext.Current.CancellationToken);
    }

    public async Task<Lookup<DomainEntry>> AskDomainAsync(string domain) => await Directory.FindDomainAsync(domain, TestContext.Current.CancellationToken);

    /// <summary>Waits until something is true.</summary>
    /// <returns>How long that took.</returns>
    public async Task<TimeSpan> WaitAsync(Func<Task<bool>> isTrue, double seconds = 15)
    {
        long begun = Stopwatch.GetTimestamp();
        while (!await isTrue())
        {
            Assert.True(Stopwatch.GetElapsedTime(begun).TotalSeconds < seconds, $"not within {seconds} s; cache: {Directory.CacheState.Cause ?? "on"}");
            await Task.Yield();
        }

        return Stopwatch.GetElapsedTime(begun);
    }

    public async ValueTask DisposeAsync()
    {
        await listener.DisposeAsync();
        await Directory.DisposeAsync();
        await source.DisposeAsync();
    }
}
