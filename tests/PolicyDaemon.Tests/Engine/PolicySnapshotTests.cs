using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Checks;
using Xunit;

namespace PolicyDaemon.Tests.Engine;

public sealed class PolicySnapshotTests
{
    private const CheckName Check = CheckName.IdentityBinding;

    [Fact]
    public void Override_that_names_more_wins_whatever_the_order()
    {
        var policy = Mail.Policy with
        {
            Overrides =
            [
                Override("a.example", "submission", CheckMode.Off),
                Override(null, "submission", CheckMode.Enforce),
                Override("a.example", null, CheckMode.Observe),
            ],
        };

        Assert.Equal(CheckMode.Off, policy.SettingsFor(Check, "a.example", "submission").Mode);
        Assert.Equal(CheckMode.Enforce, policy.SettingsFor(Check, "b.example", "submission").Mode);
        Assert.Equal(CheckMode.Observe, policy.SettingsFor(Check, "a.example", "").Mode);
        Assert.Equal(CheckMode.Enforce, policy.SettingsFor(Check, null, "").Mode);
        Assert.Equal(CheckMode.Enforce, policy.SettingsFor(CheckName.RateLimit, "a.example", "").Mode);
    }

    [Fact]
    public void Later_override_of_the_same_kind_wins_and_what_it_does_not_say_stays()
    {
        var policy = Mail.Policy with
        {
            Overrides =
            [
                Override("a.example", null, CheckMode.Observe) with { WhenUnavailable = WhenUnavailable.Permit },
                Override("a.example", null, null) with { Reply = new SmtpReply(553, "7.1", "no") },
            ],
        };

        Assert.Equal(
            new CheckSettings(CheckMode.Observe, WhenUnavailable.Permit, new SmtpReply(553, "7.1", "no")), policy.SettingsFor(Check, "a.example", ""));
    }

    [Fact]
    public void Check_that_is_not_configured_is_enforced()
    {
        var policy = Mail.Policy with { Checks = new Dictionary<CheckName, CheckSettings>() };
        Assert.Equal(new CheckSettings(CheckMode.Enforce, WhenUnavailable.Defer), policy.SettingsFor(Check, null, ""));
    }

    [Fact]
    public void Domain_that_is_not_known_gets_the_strictest_of_what_any_has()
    {
        var policy = (Mail.Policy with
        {
            Overrides =
            [
                Override("strict.example", null, CheckMode.Enforce),
                Override("lax.example", null, CheckMode.Off) with { WhenUnavailable = WhenUnavailable.Permit },
            ],
        }).With(Check, new CheckSettings(CheckMode.Observe));

        Assert.Equal(CheckMode.Enforce, policy.StrictestFor(Check, "").Mode);
        Assert.Equal(WhenUnavailable.Defer, policy.StrictestFor(Check, "").WhenUnavailable);
        Assert.Equal(CheckMode.Enforce, policy.StrictestFor(CheckName.RateLimit, "").Mode);
    }

    private static CheckOverride Override(string? domain, string? context, CheckMode? mode) => new(domain, context, Check, mode, null, null);
}
