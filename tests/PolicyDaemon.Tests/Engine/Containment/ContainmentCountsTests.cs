using System.Globalization;
using System.Net;
using PolicyDaemon.Engine.Containment;
using Xunit;

namespace PolicyDaemon.Tests.Engine.Containment;

public sealed class ContainmentCountsTests
{
    private static readonly ContainmentRule Burst = new()
    {
        Name = "burst", On = ContainmentTrigger.LimitRefusals, Count = 3, Within = TimeSpan.FromMinutes(10), BlockFor = TimeSpan.FromHours(4),
    };

    private static readonly ContainmentRule Guess = Burst with { Name = "guess", On = ContainmentTrigger.UnknownRecipients };

    private static readonly ContainmentRule Everywhere = Burst with { Name = "everywhere", On = ContainmentTrigger.ClientNetworks };

    private readonly ManualClock clock = new();
    private readonly ContainmentCounts counts;

    public ContainmentCountsTests() => counts = new ContainmentCounts(clock);

    [Theory]
    [InlineData("m1 m2", false)]
    [InlineData("m1 m2 m3", true)]
    [InlineData("m1 m1 m1 m1", false)]
    [InlineData("m1 m2 m1 m2 m3", true)]
    [InlineData("m1 m2 10m m3", false)]
    [InlineData("m1 9m m2 m3", true)]
    [InlineData("m1 9m m2 1m m3 m4", true)]
    [InlineData("m1 9m m1 m2 9m m3", true)]
    [InlineData("m1 5m m2 5m m3 5m m4 5m m5 5m m6", false)]
    public void Rule_fires_on_that_many_different_things_within_the_window(string story, bool fires)
    {
        ContainmentFinding? finding = null;
        foreach (var word in story.Split(' '))
        {
            if (word.StartsWith('m')) finding = Refuse(Burst, word);
            else clock.Advance(TimeSpan.FromMinutes(int.Parse(word[..^1], CultureInfo.InvariantCulture)));
        }

        Assert.Equal(fires, finding is not null);
    }

    [Fact]
    public void After_it_fired_the_counting_begins_anew_also_for_the_other_rules()
    {
        var slower = Burst with { Name = "slower", Count = 4 };
        Assert.Null(Refuse([Burst, slower], "m1"));
        Assert.Null(Refuse([Burst, slower], "m2"));
        Assert.Equal("burst", Refuse([Burst, slower], "m3")!.Rule.Name);

        Assert.Null(Refuse([Burst, slower], "m4"));
        Assert.Null(Refuse([Burst, slower], "m5"));
        Assert.NotNull(Refuse([Burst, slower], "m6"));
    }

    [Fact]
    public void What_is_forgotten_counts_no_more()
    {
        Refuse(Burst, "m1");
        Refuse(Burst, "m2");
        counts.Forget("alice");

        Assert.Equal(0, counts.Values);
        Assert.Null(Refuse(Burst, "m3"));
    }

    [Fact]
    public void Names_of_one_account_count_together_and_two_accounts_apart()
    {
        Assert.Null(counts.Count([Burst], Refusal("m1") with { Login = "alice@truenorth.local" }, "alice"));
        Assert.Null(counts.Count([Burst], Refusal("m2") with { Login = "bob" }, "bob"));
        Assert.Null(counts.Count([Burst], Refusal("m3"), "alice"));

        var finding = counts.Count([Burst], Refusal("m4"), "alice");

        Assert.Equal(("alice", 3), (finding!.Account, finding.Count));
    }

    [Fact]
    public void Unknown_recipients_count_by_address_whatever_its_case()
    {
        Assert.Null(Unknown("no1@truenorth.local"));
        Assert.Null(Unknown("NO1@truenorth.local"));
        Assert.Null(Unknown("no2@truenorth.local"));
        Assert.Null(Refuse([Guess], "m1"));
        Assert.NotNull(Unknown("no3@truenorth.local"));
    }

    [Theory]
    [InlineData("192.0.2.1 192.0.2.200 192.0.3.1", false)]
    [InlineData("192.0.2.1 192.0.3.1 192.0.4.1", true)]
    [InlineData("192.0.2.1 ::ffff:192.0.2.7 192.0.3.1", false)]
    [InlineData("2001:db8:1::1 2001:db8:1:ffff::1 2001:db8:2::1", false)]
    [InlineData("2001:db8:1::1 2001:db8:2::1 2001:db8:3::1", true)]
    [InlineData("192.0.2.1 192.0.3.1 198.51.100.25", false)]
    public void Client_networks_count_by_prefix_and_exempt_ones_do_not(string clients, bool fires)
    {
        var rule = Everywhere with { ExemptNetworks = [IPNetwork.Parse("198.51.100.25/32")] };

        var findings = clients.Split(' ').Select(client => counts.Count([rule], Seen(client), "alice")).ToList();

        Assert.Equal(fires, findings[^1] is not null);
    }

    [Fact]
    public void Message_without_a_name_is_another_one_each_time()
    {
        Refuse(Burst, "");
        Refuse(Burst, "");

        Assert.NotNull(Refuse(Burst, ""));
    }

    [Theory]
    [InlineData("alice")]
    [InlineData("alice@truenorth.local")]
    public void Exempt_login_is_never_blocked_by_whichever_of_its_names(string exempt)
    {
        var rule = Burst with { Count = 1, ExemptLogins = new HashSet<string> { exempt } };

        Assert.Null(counts.Count([rule], Refusal("m1") with { Login = "alice@truenorth.local" }, "alice"));
        Assert.NotNull(counts.Count([rule], Refusal("m1") with { Login = "bob" }, "bob"));
    }

    [Fact]
    public void Places_are_the_latest_ten_the_last_one_at_the_end()
    {
        var rule = Burst with { Count = 13 };
        for (var i = 0; i < 12; i++) counts.Count([rule], Refusal($"m{i}") with { Client = IPAddress.Parse($"192.0.2.{i}") }, "alice");

        var finding = counts.Count([rule], Refusal("m12") with { Client = IPAddress.Parse("192.0.2.5") }, "alice");

        Assert.Equal(10, finding!.Places.Count);
        Assert.Equal(["192.0.2.11", "192.0.2.5"], finding.Places.TakeLast(2));
        Assert.Equal("192.0.2.2", finding.Places[0]);
    }

    [Fact]
    public void Memory_is_bounded_and_whoever_did_nothing_for_longest_is_forgotten()
    {
        var few = new ContainmentCounts(clock, maxValues: 100);
        few.Count([Burst], Refusal("m1"), "first");
        few.Count([Burst], Refusal("m2"), "first");
        for (var i = 0; i < 1000; i++)
        {
            clock.Advance(TimeSpan.FromMilliseconds(1));
            few.Count([Burst], Refusal("m"), $"login{i}");
            Assert.InRange(few.Values, 1, 100);
        }

        Assert.Null(few.Count([Burst], Refusal("m3"), "first"));
        Assert.Null(few.Count([Burst], Refusal("m4"), "login999"));
        Assert.NotNull(few.Count([Burst], Refusal("m5"), "login999"));
    }

    private static LoginEvent Refusal(string instance) =>
        new("alice", "alice", ContainmentTrigger.LimitRefusals, instance, Mail.Outside);

    private static LoginEvent Seen(string client) => new("alice", "alice", null, "m1", IPAddress.Parse(client));

    private ContainmentFinding? Unknown(string recipient) =>
        counts.Count([Guess], new LoginEvent("alice", "alice", ContainmentTrigger.UnknownRecipients, recipient, Mail.Outside), "alice");

    private ContainmentFinding? Refuse(ContainmentRule rule, string instance) => Refuse([rule], instance);

    private ContainmentFinding? Refuse(IReadOnlyList<ContainmentRule> rules, string instance) => counts.Count(rules, Refusal(instance), "alice");
}
