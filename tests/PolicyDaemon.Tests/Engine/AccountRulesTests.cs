using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Directories;
using Xunit;

namespace PolicyDaemon.Tests.Engine;

public sealed class AccountRulesTests
{
    private static readonly AccountRules Rules = new() { Statuses = Mail.Statuses };

    /// <summary>Status, rights that remain, reason for each right that does not.</summary>
    public static TheoryData<string?, Rights, string?> StatusTable => new()
    {
        { null, Rights.All, null },
        { "active", Rights.All, null },
        { "ACTIVE", Rights.All, null },
        { "disabled", Rights.Login | Rights.Receive, "account_status" },
        { "offboarded", Rights.Receive, "account_status" },
        { "retired", Rights.Receive, "account_status_unknown" },
        { "", Rights.Receive, "account_status_unknown" },
        { " active", Rights.Receive, "account_status_unknown" },
    };

    [Theory]
    [MemberData(nameof(StatusTable))]
    public void Status_leaves_the_rights_of_its_row(string? status, Rights remaining, string? reason)
    {
        var account = Mail.Account("alice", status: status);
        foreach (var right in new[] { Rights.Send, Rights.Login, Rights.Receive })
        {
            Assert.Equal(remaining.HasFlag(right) ? null : reason, Rules.Deny(account, right)?.Reason.Name);
        }
    }

    [Theory]
    [InlineData(SendAllowed.Absent, null)]
    [InlineData(SendAllowed.True, null)]
    [InlineData(SendAllowed.False, "sending_disabled")]
    [InlineData(SendAllowed.Invalid, "send_allowed_invalid")]
    [InlineData((SendAllowed)9, "send_allowed_invalid")]
    public void Send_attribute_takes_away_sending_and_nothing_else(SendAllowed value, string? reason)
    {
        var account = Mail.Account("alice", send: value);
        Assert.Equal(reason, Rules.Deny(account, Rights.Send)?.Reason.Name);
        Assert.Null(Rules.Deny(account, Rights.Login));
        Assert.Null(Rules.Deny(account, Rights.Receive));
    }

    [Theory]
    [InlineData(Rights.Send)]
    [InlineData(Rights.Login)]
    [InlineData(Rights.Receive)]
    public void Account_that_a_source_switched_off_has_no_right(Rights right) =>
        Assert.Equal(Reason.AccountDisabled, Rules.Deny(Mail.Account("alice", send: SendAllowed.True, status: "active", isEnabled: false), right)?.Reason);

    [Fact]
    public void Most_restrictive_source_wins_whatever_the_order()
    {
        AccountState yes = new("ldap", "a", SendAllowed.True, "active");
        AccountState no = new("sqlite", "b", SendAllowed.False);
        Assert.Equal("sqlite", Rules.Deny(Of(yes, no), Rights.Send)?.State.Source);
        Assert.Equal("sqlite", Rules.Deny(Of(no, yes), Rights.Send)?.State.Source);
    }

    /// <summary>Identity source, what LDAP and SQL say (null: they do not know the account), whether a source is missing, reason.</summary>
    public static TheoryData<string?, SendAllowed?, SendAllowed?, bool, string?> Silence => new()
    {
        // absent refuses: someone must say yes
        { null, SendAllowed.True, SendAllowed.Absent, false, null },
        { null, SendAllowed.Absent, SendAllowed.Absent, false, "sending_not_granted" },
        { null, SendAllowed.Absent, null, true, null },
        { "ldap", SendAllowed.True, SendAllowed.Absent, false, null },
        { "ldap", SendAllowed.Absent, SendAllowed.True, false, "sending_not_granted" },
        { "ldap", SendAllowed.Absent, null, true, "sending_not_granted" },
        { "ldap", SendAllowed.True, SendAllowed.False, false, "sending_disabled" },
        { "ldap", null, SendAllowed.True, false, "account_unknown_to_identity" },
        { "ldap", null, SendAllowed.True, true, null },
        { "ldap", null, SendAllowed.False, true, "sending_disabled" },
    };

    [Theory]
    [MemberData(nameof(Silence))]
    public void Where_absent_refuses_the_owner_of_people_must_say_yes(string? identity, SendAllowed? ldap, SendAllowed? sql, bool isPartial, string? reason)
    {
        var rules = new AccountRules { Statuses = Mail.Statuses, Identity = identity, MaySendWhenAbsent = false };
        var states = new List<AccountState>();
        if (ldap is { } inLdap) states.Add(new AccountState("ldap", "dn", inLdap));
        if (sql is { } inSql) states.Add(new AccountState("sqlite", "row", inSql));

        Assert.Equal(reason, rules.Deny(Of([.. states]), Rights.Send, isPartial)?.Reason.Name);
    }

    [Fact]
    public void Account_unknown_to_the_owner_of_people_may_log_in_and_receive_but_not_send()
    {
        var rules = new AccountRules { Statuses = Mail.Statuses, Identity = "ldap" };
        var account = Mail.Account("alice", "sqlite", SendAllowed.True);
        Assert.Equal(Reason.AccountUnknownToIdentity, rules.Deny(account, Rights.Send)?.Reason);
        Assert.Null(rules.Deny(account, Rights.Login));
        Assert.Null(rules.Deny(account, Rights.Receive));
    }

    private static Account Of(params AccountState[] states) => Mail.Account("alice") with { States = states };
}
