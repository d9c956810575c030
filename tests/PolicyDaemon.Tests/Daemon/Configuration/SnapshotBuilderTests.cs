using System.Net;
using PolicyDaemon.Configuration;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Checks;
using PolicyDaemon.Engine.Counters;
using PolicyDaemon.Engine.Messages;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Configuration;

public sealed class SnapshotBuilderTests : IDisposable
{
    private readonly ConfigurationFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Domains_origin_and_delimiter_are_those_of_the_directory()
    {
        var policy = Build("""{ "directory": { "domains": ["Example.ORG", "münchen.example"], "recipientDelimiter": "+-" } }""");

        Assert.Equal(["example.org", "xn--mnchen-3ya.example"], policy.Domains.Order(StringComparer.Ordinal));
        Assert.True(policy.Normalizer.TryParse("alice-news", out var address));
        Assert.Equal("alice@example.org", policy.Normalizer.WithoutTag(address)?.Text);
    }

    [Fact]
    public void Origin_of_its_own_beats_the_first_domain()
    {
        var policy = Build("""{ "directory": { "domains": ["a.example"], "origin": "b.example" } }""");

        Assert.True(policy.Normalizer.TryParse("alice", out var address));
        Assert.Equal("alice@b.example", address.Text);
    }

    [Fact]
    public void Status_of_ones_own_goes_beside_the_default_ones_and_one_of_the_same_name_replaces()
    {
        var policy = Build("""{ "directory": { "accountStatuses": { "Suspended": ["login"], "disabled": [] } } }""");

        Assert.Equal(Rights.Login, policy.Accounts.Statuses["suspended"]);
        Assert.Equal(Rights.None, policy.Accounts.Statuses["DISABLED"]);
        Assert.Equal(Rights.All, policy.Accounts.Statuses["active"]);
        Assert.Equal(Rights.Receive, policy.Accounts.Statuses["offboarded"]);
    }

    [Fact]
    public void Identity_and_absent_attribute_are_as_configured()
    {
        var policy = Build("""{ "directory": { "identity": "sqlite", "whenAbsent": "refuse" } }""");

        Assert.Equal("sqlite", policy.Accounts.Identity);
        Assert.False(policy.Accounts.MaySendWhenAbsent);
    }

    [Fact]
    public void Checks_have_their_mode_outcome_and_reply()
    {
        var policy = Build("""{ "checks": { "senderAuthorization": { "mode": "observe", "whenUnavailable": "permit", "reply": "550 5.7.1 No" } } }""");

        var settings = policy.SettingsFor(CheckName.SenderAuthorization, null, "");
        Assert.Equal((CheckMode.Observe, WhenUnavailable.Permit, "550 5.7.1 No"), (settings.Mode, settings.WhenUnavailable, settings.Reply?.Line));
        Assert.Equal(CheckMode.Enforce, policy.SettingsFor(CheckName.IdentityBinding, null, "").Mode);
    }

    [Fact]
    public void Override_changes_only_what_it_names()
    {
        var policy = Build(
            """
            { "overrides": [
              { "domain": "New.Example", "checks": { "recipientExistence": { "mode": "enforce" } } },
              { "policyContext": "submission", "checks": { "recipientExistence": { "whenUnavailable": "permit" } } }
            ] }
            """);

        Assert.Equal(new CheckSettings(CheckMode.Observe), policy.SettingsFor(CheckName.RecipientExistence, "old.example", ""));
        Assert.Equal(new CheckSettings(CheckMode.Enforce), policy.SettingsFor(CheckName.RecipientExistence, "new.example", ""));
        Assert.Equal(new CheckSettings(CheckMode.Enforce, WhenUnavailable.Permit), policy.SettingsFor(CheckName.RecipientExistence, "new.example", "submission"));
    }

    [Fact]
    public void Identity_binding_has_its_networks_logins_and_null_sender()
    {
        var policy = Build("""{ "checks": { "identityBinding": { "trustedNetworks": ["192.0.2.7", "[2001:db8::]/32"], "sendAsAnyone": ["News@Example.ORG"], "nullSender": "permit" } } }""");

        Assert.Equal([IPNetwork.Parse("192.0.2.7/32"), IPNetwork.Parse("2001:db8::/32")], policy.TrustedNetworks);
        Assert.Contains("news@example.org", policy.SendAsAnyone);
        Assert.True(policy.MayLoginUseNullSender);
    }

    [Fact]
    public void Limit_has_every_setting_and_defers_by_default()
    {
        var policy = Build(
            """
            { "limits": [
              { "name": "inbound", "key": "client", "unit": "bytes", "limit": "10M", "per": "2h", "action": "hold", "when": "unauthenticated",
                "policyContext": "mx", "ipv4Prefix": 24, "ipv6Prefix": 48, "exemptNetworks": ["192.0.2.0/24"] },
              { "name": "login-hour", "key": "login", "unit": "recipients", "limit": 200, "per": "1h", "exemptLogins": ["News"] }
            ], "checks": { "rateLimit": { "sharedNetworks": ["192.0.2.10"] } } }
            """);

        var inbound = policy.Limits[0];
        Assert.Equal((LimitKey.Client, LimitUnit.Bytes, 10L << 20, TimeSpan.FromHours(2)), (inbound.Key, inbound.Unit, inbound.Amount, inbound.Window));
        Assert.Equal((Verdict.Hold, LimitWhen.Unauthenticated, "mx", 24, 48), (inbound.Action, inbound.When, inbound.PolicyContext, inbound.Ipv4Prefix, inbound.Ipv6Prefix));
        Assert.Equal([IPNetwork.Parse("192.0.2.0/24")], inbound.ExemptNetworks);
        Assert.Equal((Verdict.Defer, LimitWhen.Always, 64), (policy.Limits[1].Action, policy.Limits[1].When, policy.Limits[1].Ipv6Prefix));
        Assert.Contains("news", policy.Limits[1].ExemptLogins);
        Assert.Equal([IPNetwork.Parse("192.0.2.10/32")], policy.SharedNetworks);
    }

    [Fact]
    public void Rules_on_messages_are_those_of_the_milter_section()
    {
        var messages = Build(
            """
            { "listen": { "milter": ["inet:127.0.0.1:0"] },
              "milter": { "headerFrom": false, "maximumSize": "1K", "perDomain": [{ "domain": "Lists.Example.org", "maximumRecipients": 7 }],
                "quarantine": ["maximumSize"], "authservIds": ["MX1.example.org."], "removeOnArrival": ["X-Spam-*"], "removeOnSubmission": ["X-Mailer"] } }
            """).Messages;

        Assert.Equal((false, 1024, null), (messages.LooksAtFrom, messages.Size.Amount, messages.Recipients.Amount));
        Assert.Equal(7, messages.Recipients.PerDomain["lists.example.org"]);
        Assert.Equal(MessageRule.MaximumSize, Assert.Single(messages.Quarantine));
        Assert.Equal("mx1.example.org", Assert.Single(messages.Unwanted.AuthservIds));
        Assert.Equal("X-Spam-*", Assert.Single(messages.Unwanted.OnArrival).Text);
        Assert.Equal("X-Mailer", Assert.Single(messages.Unwanted.OnSubmission).Text);
        Assert.True(Build("{}").Messages is { LooksAtFrom: true, NeedsHeader: false, NeedsSize: false });
    }

    [Fact]
    public void Header_from_has_a_mode_of_its_own_and_the_rest_from_the_envelope()
    {
        var policy = Build(
            """
            { "checks": { "identityBinding": { "headerFrom": "observe", "whenUnavailable": "permit", "reply": "553 5.7.1 Not yours" } },
              "overrides": [
                { "domain": "strict.example", "checks": { "identityBinding": { "headerFrom": "enforce" } } },
                { "domain": "lax.example", "checks": { "identityBinding": { "mode": "off" } } }
              ] }
            """);

        Assert.Equal(
            (CheckMode.Observe, WhenUnavailable.Permit, "553 5.7.1 Not yours"),
            policy.SettingsFor(CheckName.HeaderFrom, null, "") is var all ? (all.Mode, all.WhenUnavailable, all.Reply!.Line) : default);
        Assert.Equal(CheckMode.Enforce, policy.SettingsFor(CheckName.HeaderFrom, "strict.example", "").Mode);
        Assert.Equal(CheckMode.Enforce, policy.SettingsFor(CheckName.IdentityBinding, "strict.example", "").Mode);
        Assert.Equal(CheckMode.Off, policy.SettingsFor(CheckName.HeaderFrom, "lax.example", "").Mode);
    }

    private PolicySnapshot Build(string json) => SnapshotBuilder.Build(folder.LoadGood(json));
}
