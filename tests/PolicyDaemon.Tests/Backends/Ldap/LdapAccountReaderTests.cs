using System.Text;
using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Ldap;

public sealed class LdapAccountReaderTests
{
    private static readonly LdapOptions Options = new()
    {
        Urls = [],
        BaseDn = "dc=x",
        Attributes = new LdapAttributes
        {
            Login = ["uid", "alternateLogin"],
            Addresses = ["mail", "mailAlternateAddress"],
            SendAllowed = "tnMailSendAllowed",
            AccountStatus = "tnAccountStatus",
            SendAs = "tnMailSendAs",
            AllowedSenders = "tnMailAllowedSenders",
            Limits = "tnMailLimits",
        },
    };

    private static readonly LdapAccountReader Reader = new("ldap", Options, new AddressNormalizer("+"));

    /// <summary>Values of the attribute, and what they mean.</summary>
    public static TheoryData<string[], SendAllowed> SendAllowedValues => new()
    {
        { [], SendAllowed.Absent },
        { ["TRUE"], SendAllowed.True },
        { ["true"], SendAllowed.True },
        { ["FALSE"], SendAllowed.False },
        { ["False"], SendAllowed.False },
        { [""], SendAllowed.Invalid },
        { [" TRUE"], SendAllowed.Invalid },
        { ["1"], SendAllowed.Invalid },
        { ["yes"], SendAllowed.Invalid },
        { ["TRUE", "FALSE"], SendAllowed.Invalid },
        { ["TRUE", "true"], SendAllowed.Invalid },
    };

    [Theory]
    [MemberData(nameof(SendAllowedValues))]
    public void Send_flag_is_true_or_false_or_nothing_that_permits(string[] values, SendAllowed expected) =>
        Assert.Equal(expected, Reader.ReadAccount(Entry(("uid", ["a"]), ("tnMailSendAllowed", values))).States[0].SendAllowed);

    [Fact]
    public void Values_of_the_send_flag_are_configuration()
    {
        var reader = new LdapAccountReader("ldap", Options with { Values = new LdapValues { True = ["ja", "1"], False = ["nein"] } }, new AddressNormalizer("+"));
        SendAllowed Read(string value) => reader.ReadAccount(Entry(("uid", ["a"]), ("tnMailSendAllowed", [value]))).States[0].SendAllowed;
        Assert.Equal(
            [SendAllowed.True, SendAllowed.True, SendAllowed.False, SendAllowed.Invalid],
            ((string[])["JA", "1", "nein", "TRUE"]).Select(Read));
    }

    [Fact]
    public void Place_of_the_mailbox_is_as_written_and_several_values_are_none_of_them()
    {
        var attributes = Options.Attributes with { UserdbUid = "uidNumber", UserdbGid = "gidNumber", UserdbHome = "homeDirectory", UserdbMail = "mailMessageStore" };
        var reader = new LdapAccountReader("ldap", Options with { Attributes = attributes }, new AddressNormalizer("+"));
        Assert.Equal(["uidNumber", "gidNumber", "homeDirectory", "mailMessageStore"], attributes.All.TakeLast(4));
        Assert.Equal(
            new MailboxFacts("5000", "5001, 5002", "/home/a"),
            reader.ReadAccount(Entry(("uid", ["a"]), ("uidNumber", ["5000"]), ("gidNumber", ["5002", "5001"]), ("homeDirectory", ["/home/a"]))).Mailbox);
        Assert.Equal(MailboxFacts.None, reader.ReadAccount(Entry(("uid", ["a"]))).Mailbox);
    }

    [Theory]
    [InlineData('B', "2147483648", 2L << 30)]
    [InlineData('M', "2048", 2L << 30)]
    [InlineData('M', "2G", 2L << 30)]
    [InlineData('B', "0", 0L)]
    [InlineData('B', "much", null)]
    [InlineData('B', "3G 2G 0", 2L << 30)]
    [InlineData('B', "much 2G", 2L << 30)]
    [InlineData('B', "", null)]
    public void Quota_has_its_unit_or_that_of_the_configuration(char unit, string values, long? expected)
    {
        var options = Options with { Attributes = Options.Attributes with { UserdbQuota = "mailQuota" }, Values = new LdapValues { QuotaUnit = unit } };
        var entry = Entry(("uid", ["a"]), ("mailQuota", values.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Equal(expected, new LdapAccountReader("ldap", options, new AddressNormalizer("+")).ReadAccount(entry).QuotaOctets);
    }

    [Fact]
    public void Attribute_that_is_not_configured_is_absent_even_when_the_entry_has_it()
    {
        var reader = new LdapAccountReader("ldap", Options with { Attributes = new LdapAttributes() }, new AddressNormalizer("+"));
        var account = reader.ReadAccount(Entry(("uid", ["a"]), ("tnMailSendAllowed", ["FALSE"]), ("tnAccountStatus", ["disabled"])));
        Assert.Equal(new AccountState("ldap", "uid=a,dc=x"), account.States[0]);
    }

    [Fact]
    public void Account_is_named_by_its_first_login_in_the_order_of_attributes_and_of_letters()
    {
        var account = Reader.ReadAccount(Entry(("alternateLogin", ["Aaron"]), ("uid", ["Zoe", "beth", "BETH"])));
        Assert.Equal(["beth", "zoe", "aaron"], account.Logins);
        Assert.Equal("beth", account.Name);
    }

    [Fact]
    public void Account_without_login_is_named_by_its_main_address()
    {
        var account = Reader.ReadAccount(Entry(("mailAlternateAddress", ["a@x.example"]), ("mail", ["Sales@X.example"])));
        Assert.Empty(account.Logins);
        Assert.Equal("sales@x.example", account.Name);
    }

    [Fact]
    public void Addresses_are_normalized_once_each_and_what_is_none_is_left_out()
    {
        var account = Reader.ReadAccount(Entry(
            ("mail", ["Alice@X.example"]), ("mailAlternateAddress", ["alice@x.EXAMPLE", "no address", "zoe@bücher.example", "@Catch.example", "a\0b@x.example"])));
        Assert.Equal(["alice@x.example", "@catch.example", "zoe@xn--bcher-kva.example"], account.Addresses.Select(address => address.Text));
    }

    [Fact]
    public void Status_is_as_written_and_several_are_none_that_any_table_knows()
    {
        Assert.Equal("Disabled", Reader.ReadAccount(Entry(("uid", ["a"]), ("tnAccountStatus", ["Disabled"]))).States[0].Status);
        Assert.Equal("active, disabled", Reader.ReadAccount(Entry(("uid", ["a"]), ("tnAccountStatus", ["disabled", "active"]))).States[0].Status);
    }

    [Fact]
    public void Limits_are_name_and_number_and_the_smaller_of_two_counts()
    {
        var account = Reader.ReadAccount(Entry(
            ("uid", ["a"]), ("tnMailLimits", ["login-hour=500", "login-hour=50", "login-hour=5000", "login-day=0", "x=-1", "y=many", "=5", "z", "w=99999999999999999999"])));
        Assert.Equal(new Dictionary<string, long> { ["login-hour"] = 50, ["login-day"] = 0 }, account.Limits);
    }

    [Fact]
    public void Delegated_senders_that_are_no_addresses_give_no_right() =>
        Assert.Equal(
            ["@partner.example", "sales@x.example"],
            Reader.ReadAccount(Entry(("uid", ["a"]), ("tnMailSendAs", ["sales@x.example", "*", "@partner.example", ""]))).SendAs.Select(address => address.Text));

    [Theory]
    [InlineData(false)]
    [InlineData(false, "alice@x.example")]
    [InlineData(false, "alice@x.example", "nonsense")]
    [InlineData(true, "nonsense")]
    [InlineData(true, "")]
    public void Restriction_that_nobody_can_read_is_noticed_because_empty_would_mean_everyone(bool expected, params string[] values) =>
        Assert.Equal(expected, Reader.HasUnreadableAllowedSenders(Entry(("uid", ["a"]), ("tnMailAllowedSenders", values))));

    [Fact]
    public void Entry_of_the_view_says_all_that_the_account_does_and_knows_no_password()
    {
        var entry = Entry(
            ("uid", ["Alice"]), ("mail", ["Alice@X.example"]), ("tnMailSendAllowed", ["FALSE"]), ("tnAccountStatus", ["active"]), ("tnMailSendAs", ["@y.example"]),
            ("tnMailLimits", ["day=5"]), ("tnMailAllowedSenders", ["nonsense"]), ("userPassword", ["{SSHA}secret"]));
        var read = Reader.ReadViewEntry(entry, Guid.NewGuid(), null)!;
        var (account, expected) = (read.Account, Reader.ReadAccount(entry));
        Assert.Equal((expected.Name, expected.States[0]), (account.Name, account.States[0]));
        Assert.Equal(expected.Logins, account.Logins);
        Assert.Equal(expected.Addresses, account.Addresses);
        Assert.Equal(expected.SendAs, account.SendAs);
        Assert.Equal(expected.Limits, account.Limits);
        Assert.Empty(read.AllowedSenders);
        Assert.True(read.HasUnreadableAllowedSenders);
        Assert.DoesNotContain("secret", Encoding.UTF8.GetString(read.Octets), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, "cn", "a group")]
    [InlineData(false, "mail", "no address")]
    [InlineData(true, "mail", "list@x.example")]
    [InlineData(true, "alternateLogin", "a")]
    public void Entry_without_login_and_address_is_not_in_the_view(bool expected, string attribute, string value) =>
        Assert.Equal(expected, Reader.ReadViewEntry(Entry((attribute, [value])), Guid.NewGuid(), null) is not null);

    private static LdapEntry Entry(params (string Name, string[] Values)[] attributes) => new(
        "uid=a,dc=x",
        [.. attributes.Where(attribute => attribute.Values.Length > 0).Select(attribute => new LdapEntry.Attribute(attribute.Name, attribute.Values))]);
}
