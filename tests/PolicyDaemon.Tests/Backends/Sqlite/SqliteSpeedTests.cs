using System.Diagnostics;
using PolicyDaemon.Backends.Sqlite;
using PolicyDaemon.Contracts;
using PolicyDaemon.Engine.Addresses;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Sqlite;

/// <summary>What a lookup costs among many accounts. The figures are in the test's output; the bound only catches a table scan.</summary>
public sealed class SqliteSpeedTests : IDisposable
{
    private const int Accounts = 100_000;
    private const int Questions = 50_000;

    private static readonly TimeSpan Bound = TimeSpan.FromMilliseconds(1);

    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task Lookup_among_100_000_accounts_takes_microseconds()
    {
        var path = directory.File("policydaemon.db");
        using var database = SqliteDatabase.OpenOrCreate(path);
        SqliteSeed.Load(path, new DirectorySeed(
            [new("truenorth.example")], [.. Enumerable.Range(0, Accounts).Select(i => new SeedAccount($"user{i}", AddressOf(i)))], []));
        var source = new SqliteDirectory(database, TimeProvider.System);
        var token = TestContext.Current.CancellationToken;
        var known = Enumerable.Range(0, Questions).Select(i => Parse(AddressOf(i * 2))).ToArray();
        var unknown = Enumerable.Range(0, Questions).Select(i => Parse($"nobody{i}@truenorth.example")).ToArray();

        await MeasureAsync("account", async i => Assert.True((await source.FindAccountAsync(known[i].Text, token)).IsFound));
        await MeasureAsync("address", async i => Assert.True((await source.FindAddressAsync(known[i], token)).IsFound));
        await MeasureAsync("unknown address", async i => Assert.True((await source.FindAddressAsync(unknown[i], token)).IsNotFound));
        await MeasureAsync("domain", async _ => Assert.True((await source.FindDomainAsync("truenorth.example", token)).IsFound));
    }

    private static string AddressOf(int number) => $"user{number}@truenorth.example";

    private static EmailAddress Parse(string text)
    {
        Assert.True(new AddressNormalizer("").TryParse(text, out var address));
        return address;
    }

    private static async Task MeasureAsync(string question, Func<int, Task> ask)
    {
        var (octets, started) = (GC.GetTotalAllocatedBytes(), Stopwatch.GetTimestamp());
        for (var i = 0; i < Questions; i++) await ask(i);
        var each = Stopwatch.GetElapsedTime(started) / Questions;
        octets = GC.GetTotalAllocatedBytes() - octets;
        TestContext.Current.TestOutputHelper!.WriteLine($"{question}: {each.TotalMicroseconds:F2} us, {octets / Questions} octets allocated");
        Assert.InRange(each, TimeSpan.Zero, Bound);
    }
}
