using PolicyDaemon.Backends;
using PolicyDaemon.Engine.Directories;
using Xunit;

namespace PolicyDaemon.Tests.Backends;

public sealed class LastKnownDirectoryTests
{
    private readonly ManualClock clock = new();
    private readonly TestDirectory source = new();
    private readonly List<string?> changes = [];

    [Fact]
    public async Task Change_is_seen_at_once_while_the_source_answers()
    {
        LastKnownDirectory directory = Open();
        source.Add(Mail.Account("alice"));
        await directory.FindAccountAsync("alice", default);
        source.Add(Mail.Account("alice", send: SendAllowed.False));

        Lookup<Account> answer = await directory.FindAccountAsync("alice", default);

        Assert.Equal((SendAllowed.False, TimeSpan.Zero), (answer.Value!.States[0].SendAllowed, answer.Provenance.Age));
    }

    [Fact]
    public async Task Last_answer_counts_while_the_source_is_away_with_its_age_and_only_for_so_long()
    {
        LastKnownDirectory directory = Open();
        source.Add(Mail.Account("alice"));
        await directory.FindAccountAsync("alice", default);
        source.State = SourceState.Down;

        clock.Advance(TimeSpan.FromHours(4));
        Lookup<Account> known = await directory.FindAccountAsync("alice", default);
        clock.Advance(TimeSpan.FromSeconds(1));
        Lookup<Account> stale = await directory.FindAccountAsync("alice", default);

        Assert.Equal((LookupAnswer.Found, TimeSpan.FromHours(4)), (known.Answer, known.Provenance.Age));
        Assert.True(stale.IsUnavailable);
    }

    [Fact]
    public async Task It_tells_whether_anything_stands_in_for_the_source()
    {
        LastKnownDirectory directory = Open();
        source.Add(Mail.Account("alice"));
        await directory.FindAccountAsync("nobody", default);
        Assert.Equal((false, false), (directory.IsDown, directory.HasAnswers));

        await directory.FindAccountAsync("alice", default);
        source.State = SourceState.Down;
        await directory.FindAccountAsync("alice", default);
        Assert.Equal((true, true), (directory.IsDown, directory.HasAnswers));

        clock.Advance(TimeSpan.FromHours(4) + TimeSpan.FromTicks(1));
        Assert.Equal((true, false), (directory.IsDown, directory.HasAnswers));
    }

    [Fact]
    public async Task What_was_not_found_is_unavailable_in_an_outage_and_erases_what_was()
    {
        LastKnownDirectory directory = Open();
        Account alice = Mail.Account("alice");
        source.Add(alice);
        await directory.FindAccountAsync("alice", default);
        source.Forget(alice);
        Assert.True((await directory.FindAccountAsync("alice", default)).IsNotFound);
        source.State = SourceState.Down;

        Assert.True((await directory.FindAccountAsync("alice", default)).IsUnavailable);
    }

    [Fact]
    public async Task Person_whose_address_was_seen_to_be_gone_is_not_remembered_by_login()
    {
        LastKnownDirectory directory = Open();
        Account alice = Mail.Account("alice");
        source.Add(alice);
        await directory.FindAccountAsync("alice", default);
        await directory.FindAddressAsync(Mail.Address("alice@truenorth.local"), default);
        source.Forget(alice);
        Assert.True((await directory.FindAddressAsync(Mail.Address("alice@truenorth.local"), default)).IsNotFound);
        source.State = SourceState.Down;

        Assert.True((await directory.FindAccountAsync("alice", default)).IsUnavailable);
    }

    [Theory]
    [InlineData("alice@truenorth.local")]
    [InlineData("truenorth.local")]
    public async Task What_is_known_to_have_changed_is_not_remembered_by_name_or_by_domain(string changed)
    {
        LastKnownDirectory directory = Open();
        source.Add(Mail.Account("alice@truenorth.local")).AddDomain("truenorth.local");
        await directory.FindAccountAsync("alice@truenorth.local", default);
        await directory.FindAddressAsync(Mail.Address("alice@truenorth.local"), default);
        await directory.FindDomainAsync("truenorth.local", default);

        directory.Forget([changed]);
        source.State = SourceState.Down;

        Assert.True((await directory.FindAccountAsync("alice@truenorth.local", default)).IsUnavailable);
        Assert.True((await directory.FindAddressAsync(Mail.Address("alice@truenorth.local"), default)).IsUnavailable);
        Assert.Equal(changed == "truenorth.local", (await directory.FindDomainAsync("truenorth.local", default)).IsUnavailable);
    }

    [Fact]
    public async Task Addresses_and_domains_are_remembered_too()
    {
        LastKnownDirectory directory = Open();
        source.Add(Mail.Account("alice")).AddDomain("new.example");
        await directory.FindAddressAsync(Mail.Address("alice@truenorth.local"), default);
        await directory.FindDomainAsync("new.example", default);
        source.State = SourceState.Down;

        Assert.True((await directory.FindAddressAsync(Mail.Address("alice@truenorth.local"), default)).IsFound);
        Assert.True((await directory.FindDomainAsync("new.example", default)).IsFound);
        Assert.True((await directory.FindAddressAsync(Mail.Address("bob@truenorth.local"), default)).IsUnavailable);
    }

    [Fact]
    public async Task Only_so_many_answers_are_remembered_and_the_longest_unused_goes_first()
    {
        LastKnownDirectory directory = Open(capacity: 2);
        source.Add(Mail.Account("alice")).Add(Mail.Account("bob")).Add(Mail.Account("carol"));
        foreach (string login in (string[])["alice", "bob", "alice", "carol"]) await directory.FindAccountAsync(login, default);
        source.State = SourceState.Down;

        Assert.True((await directory.FindAccountAsync("alice", default)).IsFound);
        Assert.True((await directory.FindAccountAsync("carol", default)).IsFound);
        Assert.True((await directory.FindAccountAsync("bob", default)).IsUnavailable);
    }

    [Fact]
    public async Task Ambiguous_answer_is_no_outage_and_nothing_older_counts_instead()
    {
        AmbiguousDirectory ambiguous = new(source);
        LastKnownDirectory directory = new(ambiguous, TimeSpan.FromHours(4), clock, changes.Add);
        source.Add(Mail.Account("alice"));
        await directory.FindAccountAsync("alice", default);
        ambiguous.IsOn = true;

        Assert.True((await directory.FindAccountAsync("alice", default)).IsAmbiguous);
        Assert.Empty(changes);
    }

    [Fact]
    public async Task Outage_is_told_once_and_its_end_when_answers_are_steady()
    {
        LastKnownDirectory directory = Open();
        source.State = SourceState.Down;
        for (int i = 0; i < 3; i++) await directory.FindAccountAsync("alice", default);
        source.State = SourceState.Up;
        await directory.FindAccountAsync("alice", default);
        Assert.Equal(["ldap is down"], changes);

        clock.Advance(LastKnownDirectory.SteadyTime);
        for (int i = 0; i < 3; i++) await directory.FindAccountAsync("alice", default);
        Assert.Equal(["ldap is down", null], changes);
    }

    [Fact]
    public async Task Answer_that_came_too_late_for_the_caller_tells_that_the_source_is_away()
    {
        LastKnownDirectory directory = Open();
        source.State = SourceState.Hung;
        using CancellationTokenSource deadline = new();
        ValueTask<Lookup<Account>> asking = directory.FindAccountAsync("alice", deadline.Token);
        clock.Advance(LastKnownDirectory.Patience);
        await deadline.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await asking);
        Assert.Equal(["no answer in time"], changes);
    }

    [Fact]
    public async Task Caller_that_gives_up_at_once_raises_no_alarm()
    {
        LastKnownDirectory directory = Open();
        source.State = SourceState.Hung;
        using CancellationTokenSource caller = new();
        ValueTask<Lookup<Account>> asking = directory.FindAccountAsync("alice", caller.Token);
        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await asking);
        Assert.Empty(changes);
    }

    [Fact]
    public async Task What_was_last_seen_of_a_person_counts_by_whatever_question_it_was_seen()
    {
        LastKnownDirectory directory = Open();
        source.Add(Mail.Account("alice"));
        await directory.FindAccountAsync("alice", default);
        source.Add(Mail.Account("alice", send: SendAllowed.False));
        clock.Advance(TimeSpan.FromMinutes(1));
        await directory.FindAddressAsync(Mail.Address("alice@truenorth.local"), default);
        source.State = SourceState.Down;
        clock.Advance(TimeSpan.FromMinutes(1));

        Lookup<Account> known = await directory.FindAccountAsync("alice", default);
        Assert.Equal((SendAllowed.False, TimeSpan.FromMinutes(1)), (known.Value!.States[0].SendAllowed, known.Provenance.Age));
    }

    [Fact]
    public async Task Person_who_was_gone_does_not_come_back_by_an_address()
    {
        LastKnownDirectory directory = Open();
        Account alice = Mail.Account("alice");
        source.Add(alice);
        await directory.FindAccountAsync("alice", default);
        await directory.FindAddressAsync(alice.Addresses[0], default);
        source.Forget(alice);
        await directory.FindAccountAsync("alice", default);
        source.State = SourceState.Down;

        Assert.True((await directory.FindAddressAsync(alice.Addresses[0], default)).IsUnavailable);
    }

    [Fact]
    public async Task Address_taken_from_a_person_does_not_come_back()
    {
        LastKnownDirectory directory = Open();
        source.Add(Mail.Account("alice", also: "sales@truenorth.local"));
        await directory.FindAddressAsync(Mail.Address("sales@truenorth.local"), default);
        source.Add(Mail.Account("alice"));
        await directory.FindAccountAsync("alice", default);
        source.State = SourceState.Down;

        Assert.True((await directory.FindAddressAsync(Mail.Address("sales@truenorth.local"), default)).IsUnavailable);
    }

    private LastKnownDirectory Open(int capacity = 10) => new(source, TimeSpan.FromHours(4), clock, changes.Add, capacity);

    private sealed class AmbiguousDirectory(TestDirectory inner) : IDirectory
    {
        public bool IsOn { get; set; }

        public string Name => inner.Name;

        public ValueTask<Lookup<Account>> FindAccountAsync(string login, CancellationToken cancellationToken) =>
            IsOn ? new(Lookup<Account>.Ambiguous("two entries", Provenance.Of(Name))) : inner.FindAccountAsync(login, cancellationToken);

        public ValueTask<Lookup<AddressEntry>> FindAddressAsync(PolicyDaemon.Engine.Addresses.EmailAddress address, CancellationToken cancellationToken) =>
            inner.FindAddressAsync(address, cancellationToken);

        public ValueTask<Lookup<DomainEntry>> FindDomainAsync(string domain, CancellationToken cancellationToken) =>
            inner.FindDomainAsync(domain, cancellationToken);
    }
}
