using System.Diagnostics;
using System.Text;
using PolicyDaemon.Engine.Authentication;
using Xunit;
using static PolicyDaemon.Contracts.PassdbSeed;

namespace PolicyDaemon.Contracts;

/// <summary>What every source of passwords must do. A backend's subclass says how it is loaded, stopped and made to hang.</summary>
public abstract class PassdbContract : IAsyncLifetime
{
    /// <summary>The source under test, loaded with <see cref="Standard"/>.</summary>
    protected IPassdb Source { get; private set; } = null!;

    /// <summary>How long a question may take when the source is down or hangs.</summary>
    protected virtual TimeSpan TimeAllowed => TimeSpan.FromSeconds(5);

    /// <summary>What a source says of an account without a password: one that only tries cannot tell it from a wrong one.</summary>
    protected virtual PasswordVerdict WithoutPassword => PasswordVerdict.NotFound;

    /// <summary>What a source says of a password that is stored in a way that nobody can check.</summary>
    protected virtual PasswordVerdict Uncheckable => PasswordVerdict.Unavailable;

    public async ValueTask InitializeAsync() => Source = await StartAsync(Standard);

    public abstract ValueTask DisposeAsync();

    protected abstract ValueTask<IPassdb> StartAsync(DirectorySeed seed);

    /// <summary>Takes the source away: its server stops, its file is gone.</summary>
    protected abstract ValueTask StopAsync();

    /// <summary>Makes the source accept questions and never answer.</summary>
    protected abstract ValueTask HangAsync();

    /// <summary>Ends what <see cref="StopAsync"/> or <see cref="HangAsync"/> began.</summary>
    protected abstract ValueTask ResumeAsync();

    /// <summary>Changes what is stored, as an administrator would.</summary>
    protected abstract ValueTask SetPasswordAsync(SeedAccount account, string stored);

    [Fact]
    public async Task Right_and_wrong_passwords_are_told_apart()
    {
        await AssertAsync(PasswordVerdict.Right, AlicesPassword, Alice.MainAddress);
        await AssertAsync(PasswordVerdict.Wrong, "test12345", Alice.MainAddress);
        await AssertAsync(PasswordVerdict.Wrong, "Test1234", Alice.MainAddress);
        await AssertAsync(PasswordVerdict.Wrong, Alice.Password!, Alice.MainAddress);
        await AssertAsync(PasswordVerdict.Right, AlicesPassword, Slow.MainAddress);
        await AssertAsync(PasswordVerdict.Wrong, "wrong", Slow.MainAddress);
    }

    [Fact]
    public async Task First_login_that_is_known_counts()
    {
        await AssertAsync(PasswordVerdict.Right, AlicesPassword, "nobody", "nobody@truenorth.example", Alice.MainAddress);
        await AssertAsync(PasswordVerdict.Wrong, HostilePasswords[0], Alice.MainAddress, LoginWith(0));
        await AssertAsync(PasswordVerdict.NotFound, AlicesPassword, "nobody", "nobody@truenorth.example");
    }

    [Fact]
    public async Task Account_without_a_password_has_none_and_a_damaged_one_says_nothing()
    {
        await AssertAsync(WithoutPassword, AlicesPassword, Locked.MainAddress);
        await AssertAsync(WithoutPassword, "*", Locked.MainAddress);
        await AssertAsync(Uncheckable, AlicesPassword, Unreadable.MainAddress);
    }

    /// <summary>Quotes, wildcards and brackets of SQL, LDAP filters and DNs; very long; not ASCII.</summary>
    [Theory]
    [InlineData("*")]
    [InlineData("*@truenorth.example")]
    [InlineData("*)(uid=*")]
    [InlineData("alice)(|(uid=*")]
    [InlineData("' or '1'='1")]
    [InlineData("alice@truenorth.example' --")]
    [InlineData("alice@truenorth.example\"")]
    [InlineData("a%@truenorth.example")]
    [InlineData("alice_truenorth.example")]
    [InlineData("\\61lice@truenorth.example")]
    [InlineData("$1")]
    [InlineData("%s")]
    [InlineData("älice@truenorth.example")]
    [InlineData("🔑")]
    public async Task Hostile_login_is_nobodys(string login) => await AssertAsync(PasswordVerdict.NotFound, AlicesPassword, login);

    [Fact]
    public async Task Very_long_login_is_nobodys() => await AssertAsync(PasswordVerdict.NotFound, AlicesPassword, new string('a', 2000) + "@truenorth.example");

    [Fact]
    public async Task Hostile_login_that_is_somebodys_is_theirs()
    {
        await AssertAsync(PasswordVerdict.Right, AlicesPassword, Hostile.MainAddress);
        await AssertAsync(PasswordVerdict.Wrong, "wrong", Hostile.MainAddress);
    }

    [Fact]
    public async Task Hostile_password_is_right_to_its_last_octet()
    {
        for (var i = 0; i < HostilePasswords.Length; i++)
        {
            await AssertAsync(PasswordVerdict.Right, HostilePasswords[i], LoginWith(i));
            await AssertAsync(PasswordVerdict.Wrong, HostilePasswords[i][1..] + "y", LoginWith(i));
        }
    }

    [Fact]
    public async Task Octets_that_are_no_UTF_8_are_a_password_as_any_other() =>
        Assert.Equal(PasswordVerdict.Wrong, (await AskAsync([0xe9, 0xff, 0x80], Alice.MainAddress)).Verdict);

    [Fact]
    public async Task Changed_password_counts_for_the_next_login()
    {
        await AssertAsync(PasswordVerdict.Right, AlicesPassword, Alice.MainAddress);
        await SetPasswordAsync(Alice, "{SHA}m8NFSdVl2VBbKH3gzSCsd74dPy8=");
        await AssertAsync(PasswordVerdict.Wrong, AlicesPassword, Alice.MainAddress);
        await SetPasswordAsync(Alice, Alice.Password!);
        await AssertAsync(PasswordVerdict.Right, AlicesPassword, Alice.MainAddress);
    }

    /// <summary>Wide bounds: one that answers at once for nobody would take a twentieth.</summary>
    [Fact]
    public async Task Unknown_login_takes_as_long_as_a_wrong_password()
    {
        List<double> wrong = [], unknown = [];
        for (var i = 0; i < 8; i++)
        {
            wrong.Add(await MeasureAsync(Slow.MainAddress));
            unknown.Add(await MeasureAsync("nobody@truenorth.example"));
        }

        var ratio = unknown.Order().ElementAt(4) / wrong.Order().ElementAt(4);
        TestContext.Current.TestOutputHelper?.WriteLine($"wrong {wrong.Order().ElementAt(4):0.0} ms, unknown {unknown.Order().ElementAt(4):0.0} ms");
        Assert.InRange(ratio, 0.3, 3.5);
    }

    [Fact]
    public async Task Source_that_is_down_says_nothing_and_answers_again_by_itself()
    {
        await AssertAsync(PasswordVerdict.Right, AlicesPassword, Alice.MainAddress);
        await StopAsync();
        await AssertUnavailableAsync();
        await ResumeAsync();
        await WaitUntilRightAsync();
    }

    [Fact]
    public async Task Source_that_never_answers_says_nothing_within_the_time_allowed_and_answers_again_by_itself()
    {
        await AssertAsync(PasswordVerdict.Right, AlicesPassword, Alice.MainAddress);
        await HangAsync();
        await AssertUnavailableAsync();
        await ResumeAsync();
        await WaitUntilRightAsync();
    }

    [Fact]
    public async Task Cancelled_token_ends_a_question()
    {
        using var password = new Password(Encoding.UTF8.GetBytes(AlicesPassword));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await Source.VerifyAsync(new PasswordQuestion([Alice.MainAddress], password), new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task Concurrent_questions_each_get_their_own_answer() =>
        await Parallel.ForEachAsync(Enumerable.Range(0, 300), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
        {
            var index = i % HostilePasswords.Length;
            if (i % 3 == 0) await AssertAsync(PasswordVerdict.Wrong, "wrong", LoginWith(index));
            else await AssertAsync(PasswordVerdict.Right, HostilePasswords[index], LoginWith(index));
        });

    private async Task AssertUnavailableAsync()
    {
        foreach (var (login, password) in new[] { (Alice.MainAddress, AlicesPassword), (Alice.MainAddress, "hidden-word"), ("nobody@truenorth.example", "hidden-word") })
        {
            var started = Stopwatch.GetTimestamp();
            var answer = await AskAsync(Encoding.UTF8.GetBytes(password), login);
            Assert.Equal(PasswordVerdict.Unavailable, answer.Verdict);
            Assert.False(string.IsNullOrEmpty(answer.Cause));
            Assert.DoesNotContain(password, answer.Cause, StringComparison.Ordinal);
            Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeAllowed);
        }
    }

    private async Task WaitUntilRightAsync()
    {
        var limit = Stopwatch.StartNew();
        PasswordAnswer answer;
        do
        {
            answer = await AskAsync(Encoding.UTF8.GetBytes(AlicesPassword), Alice.MainAddress);
            Assert.True(answer.IsUnknown || answer.Verdict == PasswordVerdict.Right, $"{answer.Verdict}");
            if (answer.IsUnknown) await Task.Delay(10, TestContext.Current.CancellationToken);
        }
        while (answer.IsUnknown && limit.Elapsed < TimeSpan.FromSeconds(20));
        Assert.True(answer.Verdict == PasswordVerdict.Right, answer.Cause);
    }

    private async Task<double> MeasureAsync(string login)
    {
        var started = Stopwatch.GetTimestamp();
        await AskAsync("wrong"u8.ToArray(), login);
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private async Task AssertAsync(PasswordVerdict expected, string password, params string[] logins)
    {
        var answer = await AskAsync(Encoding.UTF8.GetBytes(password), logins);
        Assert.True(answer.Verdict == expected, $"{string.Join(' ', logins)}: {answer.Verdict} {answer.Cause}, expected {expected}");
    }

    private async ValueTask<PasswordAnswer> AskAsync(byte[] octets, params string[] logins)
    {
        using var password = new Password(octets);
        return await Source.VerifyAsync(new PasswordQuestion(logins, password), TestContext.Current.CancellationToken);
    }
}
