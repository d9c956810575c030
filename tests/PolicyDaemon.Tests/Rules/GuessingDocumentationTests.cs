using System.Globalization;
using System.Net;
using PolicyDaemon.Tests.Engine.Guessing;
using Xunit;

namespace PolicyDaemon.Tests.Rules;

/// <summary>docs/guessing.md shows what a day of guessing costs whom: what the guard itself says when it is played.</summary>
public sealed class GuessingDocumentationTests
{
    private const string Alice = "alice";

    private static readonly IPAddress Attacker = IPAddress.Parse("198.51.100.66");

    private static readonly string[] Page = File.ReadAllLines(Path.Combine(Checkout.Directory, "docs", "guessing.md"));

    [Fact]
    public void One_address_that_guesses_the_password_of_one_login() =>
        AssertShown("one address, one login", GuessingDay.Of(i => (Alice, Attacker, Guess(i))));

    [Fact]
    public void One_address_that_tries_one_password_with_every_login() =>
        AssertShown("one address, 10,000 logins", GuessingDay.Of(i => (User(i % 10_000), Attacker, "Summer2026")));

    [Fact]
    public void Ten_thousand_addresses_that_guess_the_password_of_one_login() =>
        AssertShown("10,000 addresses, one login", GuessingDay.Of(i => (Alice, GuessingDay.AddressOf(i % 10_000), Guess(i))));

    [Fact]
    public void Ten_thousand_addresses_each_with_a_login_of_its_own() =>
        AssertShown("10,000 addresses, 10,000 logins", GuessingDay.Of(i => (User(i % 10_000), GuessingDay.AddressOf(i % 10_000), Guess(i))));

    [Fact]
    public void Phone_at_home_that_repeats_an_old_password() =>
        AssertShown("a phone at home with an old password, each minute", GuessingDay.Of(_ => (Alice, IPAddress.Parse("192.0.2.7"), "old"), TimeSpan.FromMinutes(10)));

    private static string Guess(int number) => string.Create(CultureInfo.InvariantCulture, $"guess {number}");

    private static string User(int number) => number == 0 ? Alice : string.Create(CultureInfo.InvariantCulture, $"user{number}");

    private static void AssertShown(string who, GuessingDay day) => Assert.True(Page.Contains(day.ToRow(who), StringComparer.Ordinal), $"the page has no line {day.ToRow(who)}");
}
