using System.Text.Json.Nodes;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Daemon;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>Mailboxes that are where attributes of slapd say. The attributes are some that every person may have there.</summary>
public sealed class LdapMailboxTests : StackTests
{
    [Theory]
    [InlineData(LdapSection.Sync)]
    [InlineData(LdapSection.Lookup)]
    public async Task Mailbox_is_where_the_directory_says_at_once_and_never_where_it_may_not_say(string mode)
    {
        DovecotMailSystem mail = await DovecotMailSystem.StartAsync(Root, "2.3", configuration =>
        {
            JsonNode ldap = configuration["directory"]!["ldap"]!;
            ldap["mode"] = mode;
            ldap["values"] = new JsonObject { ["quotaUnit"] = "M" };
            ldap["attributes"]!["userdbUid"] = "employeeNumber";
            ldap["attributes"]!["userdbGid"] = "employeeType";
            ldap["attributes"]!["userdbHome"] = "roomNumber";
            ldap["attributes"]!["userdbQuota"] = "departmentNumber";
        });
        string[] listed = (await mail.Dovecot.RunDoveadmAsync("user", "*")).EnsureSuccess().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Logins.Select(AddressOf).Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));

        string home = Root.PathOf("mail", "elsewhere");
        Assert.Contains(Root.PathOf("mail", Domain, "bob"), await ShowAsync(), StringComparison.Ordinal);

        foreach ((string attribute, string value) in ((string, string)[])[("employeeNumber", "5001"), ("employeeType", "5002"), ("roomNumber", home), ("departmentNumber", "7")])
            await mail.Slapd.SetAsync("bob", attribute, value);
        if (mode == LdapSection.Sync) await mail.Daemon.WaitUntilFollowsAsync(mail.Slapd);
        string shown = await ShowAsync();
        Assert.Contains($"uid\t5001\ngid\t5002\nhome\t{home}\n", shown, StringComparison.Ordinal);
        Assert.Contains("7340032", shown, StringComparison.Ordinal);

        await mail.Slapd.SetAsync("bob", "employeeNumber", "0");
        if (mode == LdapSection.Sync) await mail.Daemon.WaitUntilFollowsAsync(mail.Slapd);
        Assert.StartsWith("451 4.3.0", await mail.DeliverAsync(AddressOf("bob")), StringComparison.Ordinal);

        async Task<string> ShowAsync() => (await mail.Dovecot.RunDoveadmAsync("user", "bob")).EnsureSuccess().Output;
    }
}
