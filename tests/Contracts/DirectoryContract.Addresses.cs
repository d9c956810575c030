using Xunit;

namespace PolicyDaemon.Contracts;

/// <summary>Addresses, and names that try to be more than names.</summary>
public abstract partial class DirectoryContract
{
    private const string Ours = DirectorySeed.Ours;

    /// <summary>Nobody has these; what they mean to SQL, to LDAP or to a pattern must not matter.</summary>
    public static TheoryData<string> HostileNames =>
    [
        "*", "al*", "*)(uid=*", "alice)(|(uid=*", """alice\2a""", """\""", """\61lice""", "alice' OR '1'='1", "alice'--", "alice\"",
        "alice\";DROP TABLE virtual_users;--", "%", "al%", "_lice", "alice%00", "alice,ou=people", "uid=alice", "#alice", "+", "a+b+c",
        "alice ", " alice", "<alice>", "аlice", "jürgen", "名前", "👋", "ﬀ", "a&b|c!d", "$(id)", "`id`", "${jndi:x}", "?1", ":name", "@p",
        "(uid=alice)", "&", "ALICE\u00a0", "alice\u200b", new string('x', 300), new string('(', 300), new string('*', 300),
    ];

    [Theory]
    [MemberData(nameof(HostileNames))]
    public async Task Hostile_name_is_only_a_name_that_nobody_has(string name)
    {
        Assert.True((await AskLoginAsync(name)).IsNotFound, "login");
        Assert.True((await AskLoginAsync($"{name}@{Ours}")).IsNotFound, "login with domain");
        Assert.True((await AskAddressAsync($"{name}@{Ours}")).IsNotFound, "address");
    }

    [Fact]
    public async Task Stored_name_of_metacharacters_is_found_by_itself()
    {
        Assert.Equal(LoginOf(DirectorySeed.Hostile), (await FindAsync(DirectorySeed.Hostile)).Name);
        Assert.Equal([LoginOf(DirectorySeed.Hostile)], await FindReceiversAsync(DirectorySeed.Hostile.MainAddress));
    }

    [Fact]
    public async Task Own_address_leads_to_its_account_and_belongs_to_it()
    {
        Assert.Equal([LoginOf(DirectorySeed.Alice)], await FindReceiversAsync($"alice@{Ours}"));
        Assert.True(await MaySendAsAsync(DirectorySeed.Alice, $"alice@{Ours}"));
        Assert.False(await MaySendAsAsync(DirectorySeed.Bob, $"alice@{Ours}"));
    }

    [Fact]
    public async Task Address_in_another_case_is_the_same_address() =>
        Assert.Equal([LoginOf(DirectorySeed.Alice)], await FindReceiversAsync($"Alice@{Ours.ToUpperInvariant()}"));

    [Fact]
    public async Task Tagged_address_leads_to_its_account() =>
        Assert.Equal([LoginOf(DirectorySeed.Alice)], await FindReceiversAsync($"alice+shop@{Ours}"));

    [Fact]
    public async Task Alternate_address_leads_to_its_account_and_belongs_to_it()
    {
        Assert.Equal([LoginOf(DirectorySeed.Alice)], await FindReceiversAsync($"a.liddell@{Ours}"));
        Assert.True(await MaySendAsAsync(DirectorySeed.Alice, $"a.liddell@{Ours}"));
        Assert.False(await MaySendAsAsync(DirectorySeed.Bob, $"a.liddell@{Ours}"));
    }

    [Fact]
    public async Task Shared_address_reaches_all_who_share_it_and_each_may_send_as_it()
    {
        Assert.Equal([LoginOf(DirectorySeed.Alice), LoginOf(DirectorySeed.Bob)], await FindReceiversAsync($"team@{Ours}"));
        Assert.True(await MaySendAsAsync(DirectorySeed.Alice, $"team@{Ours}"));
        Assert.True(await MaySendAsAsync(DirectorySeed.Bob, $"team@{Ours}"));
        Assert.False(await MaySendAsAsync(DirectorySeed.Carol, $"team@{Ours}"));
    }

    [Fact]
    public async Task Catch_all_is_an_entry_of_its_own_and_answers_for_what_nobody_has()
    {
        Assert.True((await AskAddressAsync("@catch.example")).IsFound);
        Assert.True((await AskAddressAsync("anything@catch.example")).IsNotFound);
        Assert.True((await AskAddressAsync($"@{Ours}")).IsNotFound);
        Assert.Equal([LoginOf(DirectorySeed.Keeper)], await FindReceiversAsync("anything@catch.example"));
    }

    [Fact]
    public async Task Unknown_address_is_not_found()
    {
        Assert.True((await AskAddressAsync($"nobody@{Ours}")).IsNotFound);
        Assert.True((await AskAddressAsync("alice@elsewhere.example")).IsNotFound);
    }

    [Fact]
    public async Task Address_at_a_foreign_domain_is_found_and_does_not_make_the_domain_ours()
    {
        Assert.True((await AskAddressAsync($"grace@{DirectorySeed.Foreign}")).IsFound);
        Assert.True((await Source.FindDomainAsync(DirectorySeed.Foreign, TestContext.Current.CancellationToken)).IsNotFound);
    }

    [Fact]
    public async Task Unknown_domain_is_not_found()
    {
        foreach (var domain in new[] { "elsewhere.example", "example", "*", "%", "[192.0.2.1]", new string('d', 255) })
        {
            Assert.True((await Source.FindDomainAsync(domain, TestContext.Current.CancellationToken)).IsNotFound, domain);
        }
    }

    [Fact]
    public async Task Allowed_senders_of_an_address_are_given_and_empty_for_everyone()
    {
        var restricted = await AskAddressAsync($"bob@{Ours}");
        Assert.Equal([$"@partner.example", $"alice@{Ours}"], restricted.Value!.AllowedSenders.Select(address => address.Text).Order(StringComparer.Ordinal));
        Assert.Empty((await AskAddressAsync($"alice@{Ours}")).Value!.AllowedSenders);
    }
}
