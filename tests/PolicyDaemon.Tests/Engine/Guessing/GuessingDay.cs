using System.Globalization;
using System.Net;
using System.Text;
using PolicyDaemon.Engine.Authentication;
using PolicyDaemon.Engine.Guessing;

namespace PolicyDaemon.Tests.Engine.Guessing;

/// <summary>
/// 24 hours of somebody who tries passwords without pause, over some connections at once, at a guard as it is from the start; beside it alice logs in every ten minutes, from home and from a network
/// that she was never in before. Times are the guard's own, so that the figures are the same each time.
/// </summary>
internal sealed class GuessingDay
{
    private const int Connections = 10;

    private static readonly TimeSpan Length = TimeSpan.FromDays(1);
    private static readonly TimeSpan AliceEvery = TimeSpan.FromMinutes(10);

    /// <summary>As Authenticator keeps those waiting who are locked out.</summary>
    private static readonly TimeSpan DelayOfLocked = TimeSpan.FromSeconds(2);

    private static readonly IPAddress Home = IPAddress.Parse("192.0.2.7");

    private readonly ManualClock clock = new();
    private readonly GuessingGuard guard;
    private int locks;

    private GuessingDay() => guard = new(() => new GuardRules(), clock, _ => locks++);

    /// <summary>Passwords that were tried.</summary>
    public int Tried { get; private set; }

    /// <summary>Of these, those that were compared with the stored one: what the attacker learns, and what costs a hash.</summary>
    public int Compared { get; private set; }

    public int Locks => locks;

    /// <summary>Logins of alice's that were refused, of 144.</summary>
    public int RefusedAtHome { get; private set; }

    /// <inheritdoc cref="RefusedAtHome"/>
    public int RefusedElsewhere { get; private set; }

    /// <summary>The most wrong passwords that were remembered at any time.</summary>
    public int Remembered { get; private set; }

    /// <param name="attack">The login, the address and the password of each attempt.</param>
    /// <param name="pause">Between two attempts of one connection, besides what they are kept waiting.</param>
    public static GuessingDay Of(Func<int, (string Login, IPAddress Client, string Password)> attack, TimeSpan pause = default)
    {
        GuessingDay day = new();
        day.Run(attack, pause);
        return day;
    }

    public static IPAddress AddressOf(int number) => new([10, (byte)(number >> 16), (byte)(number >> 8), (byte)number]);

    /// <summary>A line of a table: who, tried, compared, locks, alice at home, alice elsewhere, remembered.</summary>
    public string ToRow(string who) => string.Create(
        CultureInfo.InvariantCulture, $"| {who} | {Tried:N0} | {Compared:N0} | {Locks:N0} | {RefusedAtHome} of 144 | {RefusedElsewhere} of 144 | {Remembered:N0} |");

    private void Run(Func<int, (string Login, IPAddress Client, string Password)> attack, TimeSpan pause)
    {
        var (begun, logins) = (clock.GetUtcNow(), 0);
        guard.Right("alice", Home);
        PriorityQueue<bool, TimeSpan> turns = new(Enumerable.Repeat((false, TimeSpan.Zero), Connections).Append((true, AliceEvery / 2)));
        while (turns.TryDequeue(out var isAlice, out var at) && at < Length)
        {
            clock.Advance(begun + at - clock.GetUtcNow());
            if (isAlice) LogIn(logins++);
            turns.Enqueue(isAlice, at + (isAlice ? AliceEvery : Try(attack(Tried)) + pause));
        }
    }

    private void LogIn(int number)
    {
        if (guard.Find("alice", Home) is not null) RefusedAtHome++;
        if (guard.Find("alice", new IPAddress([203, 0, 113, (byte)number])) is not null) RefusedElsewhere++;
    }

    /// <returns>How long the attacker waits for the answer.</returns>
    private TimeSpan Try((string Login, IPAddress Client, string Password) attempt)
    {
        Tried++;
        if (guard.Find(attempt.Login, attempt.Client) is not null) return DelayOfLocked;
        Compared++;
        using Password password = new(Encoding.UTF8.GetBytes(attempt.Password));
        guard.Wrong(attempt.Login, attempt.Client, password, out var delay);
        Remembered = Math.Max(Remembered, guard.Guesses);
        return delay;
    }
}
