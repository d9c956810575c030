using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Engine.Directories;
using Xunit;

namespace PolicyDaemon.Tests.Backends.PostgreSql;

/// <summary>When an answer is kept, and when it is not any more.</summary>
public sealed class DirectoryCacheTests
{
    private const string Alice = "alice@truenorth.example";
    private const long Server = 1;

    private static readonly HashSet<Question> AllQuestions = [Question.Account, Question.Address, Question.Domain];
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(1);

    private readonly ManualClock clock = new();
    private readonly DirectoryCache cache;

    public DirectoryCacheTests()
    {
        cache = new DirectoryCache(capacity: 4, MaxAge, clock);
        cache.Open(Server, AllQuestions);
    }

    [Fact]
    public void Answer_is_kept_by_question_and_key()
    {
        Keep(Alice);
        Assert.True(Knows(Alice));
        Assert.False(cache.TryGet<DomainEntry>(Question.Address, Alice, out _));
        Assert.False(Knows("bob@truenorth.example"));
    }

    [Fact]
    public void Change_of_something_else_does_not_overtake_an_answer()
    {
        var mark = cache.Mark();
        cache.Forget(["bob@truenorth.example", "north.example"]);
        Assert.True(Keep(Alice, mark: mark));
        Assert.True(Knows(Alice));
    }

    [Fact]
    public void After_more_changes_than_are_remembered_an_answer_counts_as_overtaken()
    {
        var mark = cache.Mark();
        for (var i = 0; i < 4096; i++) cache.Forget([$"user{i}@truenorth.example"]);
        Assert.True(Keep(Alice, mark: mark));
        cache.Forget(["one.more@truenorth.example"]);
        Assert.False(Keep(Alice, mark: mark));
        Assert.True(Keep(Alice, mark: mark + 1));
    }

    [Fact]
    public void Nothing_is_kept_while_changes_are_not_heard_of()
    {
        Keep(Alice);
        cache.Close();
        Assert.False(Knows(Alice));
        Keep(Alice);
        cache.Open(Server, AllQuestions);
        Assert.False(Knows(Alice));
    }

    [Fact]
    public void Answer_of_another_server_is_not_kept()
    {
        Keep(Alice, server: 2);
        Assert.False(Knows(Alice));
    }

    [Fact]
    public void Answer_to_a_question_whose_tables_are_not_announced_is_not_kept()
    {
        cache.Open(Server, [Question.Account]);
        Keep(Alice);
        Assert.False(Knows(Alice));
    }

    [Fact]
    public void Tables_that_are_not_announced_any_more_end_what_was_kept()
    {
        Keep(Alice);
        cache.Open(Server, AllQuestions);
        Assert.True(Knows(Alice));
        cache.Open(Server, [Question.Account]);
        Assert.False(Knows(Alice));
    }

    [Fact]
    public void Answer_that_was_begun_before_a_change_was_heard_of_is_not_kept()
    {
        foreach (var changed in new[] { Alice, "truenorth.example", "alice" })
        {
            var before = cache.Mark();
            cache.Forget([changed, "bob@truenorth.example"]);
            Assert.False(Keep(Alice, mark: before, dependencies: ["alice"]));
            Assert.False(Knows(Alice));
        }

        var mark = cache.Mark();
        cache.ForgetAll();
        Keep(Alice, mark: mark);
        Assert.False(Knows(Alice));
        mark = cache.Mark();
        cache.Close();
        cache.Open(Server, AllQuestions);
        Keep(Alice, mark: mark);
        Assert.False(Knows(Alice));
    }

    [Theory]
    [InlineData(Alice, false)]
    [InlineData("truenorth.example", false)]
    [InlineData("north.example", true)]
    [InlineData("example", true)]
    [InlineData("bob@truenorth.example", true)]
    [InlineData("@truenorth.example", true)]
    public void Change_ends_what_has_its_name_or_is_in_its_domain(string changed, bool isKept)
    {
        Keep(Alice);
        cache.Forget([changed]);
        Assert.Equal(isKept, Knows(Alice));
    }

    [Fact]
    public void Change_of_something_it_depends_on_ends_an_answer()
    {
        foreach (var changed in new[] { "alice", "other.example", "a@other.example" })
        {
            Keep(Alice, dependencies: ["alice", "a@other.example", "truenorth.example"]);
            cache.Forget([changed]);
            Assert.False(Knows(Alice), changed);
        }
    }

    [Fact]
    public void Not_found_is_kept_until_it_is_there()
    {
        Keep(Alice, answer: Lookup<DomainEntry>.NotFound(Provenance.None));
        Assert.True(Knows(Alice));
        cache.Forget([Alice]);
        Assert.False(Knows(Alice));
    }

    [Fact]
    public void Unavailable_is_never_kept()
    {
        Keep(Alice, answer: Lookup<DomainEntry>.Unavailable("down", Provenance.None));
        Keep("bob", answer: Lookup<DomainEntry>.Ambiguous("two", Provenance.None));
        Assert.Equal(0, cache.Count);
    }

    [Fact]
    public void Answer_is_asked_anew_after_its_time()
    {
        Keep(Alice);
        clock.Advance(MaxAge - TimeSpan.FromTicks(1));
        Assert.True(Knows(Alice));
        clock.Advance(TimeSpan.FromTicks(1));
        Assert.False(Knows(Alice));
        Assert.Equal(0, cache.Count);
    }

    [Fact]
    public void Number_of_answers_is_bounded_and_those_used_last_stay()
    {
        Keep(Alice);
        for (var i = 0; i < 100; i++)
        {
            Keep($"user{i}@truenorth.example", dependencies: [$"user{i}"]);
            Assert.True(Knows(Alice));
        }

        Assert.Equal(12, cache.Count);
        Assert.True(Knows("user99@truenorth.example"));
        Assert.False(Knows("user50@truenorth.example"));
    }

    [Fact]
    public void What_strangers_invent_does_not_push_out_what_is_there()
    {
        Keep(Alice);
        for (var i = 0; i < 100; i++) Keep($"random{i}@truenorth.example", answer: Lookup<DomainEntry>.NotFound(Provenance.None));
        Assert.True(Knows(Alice));
        Assert.Equal(3, cache.Count);
    }

    [Fact]
    public void Later_answer_takes_the_place_of_the_earlier_found_or_not()
    {
        Keep(Alice);
        Keep(Alice, answer: Lookup<DomainEntry>.NotFound(Provenance.None));
        Assert.True(cache.TryGet<DomainEntry>(Question.Domain, Alice, out var known) && known.IsNotFound);
        Keep(Alice);
        Assert.True(cache.TryGet(Question.Domain, Alice, out known) && known.IsFound);
        Assert.Equal(1, cache.Count);
    }

    private bool Knows(string key) => cache.TryGet<DomainEntry>(Question.Domain, key, out _);

    private bool Keep(string key, long? mark = null, long server = Server, Lookup<DomainEntry>? answer = null, params string[] dependencies) => cache.Keep(
        Question.Domain, key, dependencies, answer ?? Lookup<DomainEntry>.Found(new DomainEntry(key, true), Provenance.None), mark ?? cache.Mark(), server);
}
