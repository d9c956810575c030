using System.Diagnostics;
using PolicyDaemon.Backends.Passwords;
using PolicyDaemon.Engine.Authentication;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Passwords;

public sealed class RememberedCredentialsTests : IDisposable
{
    private readonly ManualClock clock = new();
    private readonly PasswordHash hash = PasswordHash.Create(PasswordScheme.Ssha512, "test1234"u8);
    private readonly Password password = new("test1234"u8);

    public void Dispose() => password.Dispose();

    [Fact]
    public void Password_counts_with_the_hash_that_it_was_right_for_and_no_other()
    {
        var remembered = new RememberedCredentials(clock);
        remembered.Add(hash, password);

        using var other = new Password("test1235"u8);
        Assert.True(remembered.Contains(hash, password));
        Assert.False(remembered.Contains(hash, other));
        Assert.False(remembered.Contains(PasswordHash.Create(PasswordScheme.Ssha512, "test1234"u8), password));
    }

    /// <summary>What ends one and begins the other must not be moved.</summary>
    [Fact]
    public void Password_and_hash_are_two_things()
    {
        var remembered = new RememberedCredentials(clock);
        using var one = new Password("a{PLAIN}"u8);
        using var two = new Password("a"u8);
        Assert.True(PasswordHash.TryParse("{PLAIN}x", out var shorter, out _));
        Assert.True(PasswordHash.TryParse("{PLAIN}{PLAIN}x", out var longer, out _));
        remembered.Add(shorter, one);

        Assert.False(remembered.Contains(longer, two));
    }

    [Fact]
    public void It_is_forgotten_after_5_minutes_however_often_it_was_used()
    {
        var remembered = new RememberedCredentials(clock);
        remembered.Add(hash, password);
        clock.Advance(TimeSpan.FromMinutes(4.9));
        Assert.True(remembered.Contains(hash, password));
        remembered.Add(hash, password);
        clock.Advance(TimeSpan.FromMinutes(0.1));

        Assert.False(remembered.Contains(hash, password));
        remembered.Add(hash, password);
        Assert.True(remembered.Contains(hash, password));
        Assert.Equal(1, remembered.Count);
    }

    [Fact]
    public void Of_too_many_the_oldest_is_forgotten_first()
    {
        var remembered = new RememberedCredentials(clock, capacity: 2);
        var passwords = new[] { "1", "2", "3" }.Select(text => new Password(System.Text.Encoding.ASCII.GetBytes(text))).ToList();
        foreach (var one in passwords) remembered.Add(hash, one);

        Assert.Equal([false, true, true], passwords.Select(one => remembered.Contains(hash, one)));
        Assert.Equal(2, remembered.Count);
    }

    [Fact]
    public async Task Second_login_costs_no_hash_and_a_changed_password_counts_at_once()
    {
        using var workers = new HashWorkers(1, 4);
        var comparison = new PasswordComparison(workers, clock);
        var stored = KnownPasswords.OfColumn(PasswordHash.Create(PasswordScheme.Sha512Crypt, "test1234"u8).Text);
        var (_, first) = await MeasureAsync(comparison, stored);
        var (verdict, second) = await MeasureAsync(comparison, stored);
        Assert.Equal(PasswordVerdict.Right, verdict);
        Assert.True(second < first / 3, $"first {first} ms, second {second} ms");

        var changed = KnownPasswords.OfColumn(PasswordHash.Create(PasswordScheme.Sha512Crypt, "new"u8).Text);
        Assert.Equal(PasswordVerdict.Wrong, (await MeasureAsync(comparison, changed)).Verdict);
        clock.Advance(RememberedCredentials.KeptFor);
        var (_, later) = await MeasureAsync(comparison, stored);
        Assert.True(later > second, $"second {second} ms, later {later} ms");
    }

    private async Task<(PasswordVerdict Verdict, double Milliseconds)> MeasureAsync(PasswordComparison comparison, KnownPasswords stored)
    {
        var started = Stopwatch.GetTimestamp();
        var answer = await comparison.CompareAsync(stored, password, TestContext.Current.CancellationToken);
        return (answer.Verdict, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
    }
}
