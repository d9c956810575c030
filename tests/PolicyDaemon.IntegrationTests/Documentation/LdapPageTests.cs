using System.Text.Json;
using System.Text.Json.Nodes;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Slapd;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Documentation;

/// <summary>docs/ldap.md, done to the letter: a real slapd with its lines, its bind user, and the daemon with its configuration.</summary>
public sealed class LdapPageTests : StackTests
{
    /// <summary>More than slapd gives to whom nobody has allowed more.</summary>
    private const int Crowd = 600;

    private const string Password = "of-the-bind-user";

    /// <summary>Where slapd begins, before anybody has read the page: as Debian sets it up.</summary>
    private static readonly SlapdLines Debian = new("", """
        index objectClass eq
        index cn,uid eq
        access to attrs=userPassword by self write by anonymous auth by * none
        access to * by * read
        """);

    private const string Tree = $"""
        dn: {Suffix}
        objectClass: dcObject
        objectClass: organization
        dc: truenorth
        o: True North

        dn: {People}
        objectClass: organizationalUnit
        ou: people

        """;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Server_set_up_by_the_page_is_followed_by_a_user_who_reads_nothing_else(bool isConfiguredOverLdap)
    {
        SlapdServer slapd = isConfiguredOverLdap ? await StartOverLdapAsync() : await StartWithFileAsync();
        await FillAsync(slapd);
        DaemonProcess daemon = await StartDaemonAsync(slapd);

        await Wait.UntilAsync(async () => (await daemon.RunAsync(["ldap", "show"])).ExitCode == 0, "the server is followed", details: () => daemon.Log.Tail(20));
        JsonElement sync = JsonDocument.Parse((await daemon.RunAsync(["ldap", "show", "--json"])).Output).RootElement.GetProperty("sync");
        Assert.Equal(("connected", "view", Crowd + 1), (sync.GetProperty("connection").GetString(), sync.GetProperty("answersFrom").GetString(), sync.GetProperty("entries").GetInt32()));
        Assert.StartsWith("rid=", sync.GetProperty("cookie").GetString(), StringComparison.Ordinal);

        string[] ask = ["ask", "--login", "alice", "--sender", "alice.miller@truenorth.local", "--recipient", "bob@example.net"];
        CommandResult permitted = await daemon.RunAsync(ask);
        Assert.True(permitted.ExitCode == 0, permitted.Output + permitted.Error);
        Assert.Contains($"ldap {DnOf("alice")}", permitted.Output, StringComparison.Ordinal);
        await slapd.SetAsync("alice", "tnMailSendAllowed", "FALSE");
        await Wait.UntilAsync(async () => (await daemon.RunAsync(ask)).ExitCode == 1, "the change is in force");

        await AssertReadsNothingElseAsync(slapd);
    }

    private Task<SlapdServer> StartWithFileAsync() => SlapdServer.StartAsync(Root, new()
    {
        Seed = Tree,
        Schema = LdapPage.Schema,
        Lines = new SlapdLines(
            LdapPage.Block("# slapd.conf: modules"),
            $"index objectClass eq\n{LdapPage.Block("# slapd.conf: database")}\naccess to * by * read"),
    });

    private async Task<SlapdServer> StartOverLdapAsync()
    {
        SlapdServer slapd = await SlapdServer.StartAsync(Root, new() { Seed = Tree, Schema = "", Lines = Debian, HasConfigurationDatabase = true });
        await slapd.ConfigureAsync(LdapPage.SchemaLdif);
        await slapd.ConfigureAsync(LdapPage.Block("# ldapmodify -Y EXTERNAL -H ldapi:///"));
        return slapd;
    }

    private static async Task FillAsync(SlapdServer slapd)
    {
        CommandResult hashed = (await Command.RunAsync("/usr/sbin/slappasswd", ["-s", Password])).EnsureSuccess();
        await slapd.AddAsync(LdapPage.Block("# ldapadd -D cn=admin").Replace("{SSHA}what-slappasswd-printed", hashed.Output.Trim(), StringComparison.Ordinal));
        await slapd.AddAsync(LdapPage.Block("dn: uid=alice") + "\n" + string.Join('\n', Enumerable.Range(0, Crowd).Select(i => $"""
            dn: uid=p{i},{People}
            objectClass: inetOrgPerson
            objectClass: tnMailAccount
            uid: p{i}
            cn: p{i}
            sn: p{i}
            mail: p{i}@truenorth.local
            userPassword: secret

            """)));
    }

    private Task<DaemonProcess> StartDaemonAsync(SlapdServer slapd)
    {
        JsonObject configuration = JsonNode.Parse(LdapPage.Block("{"))!.AsObject();
        JsonObject ldap = configuration["directory"]!["ldap"]!.AsObject();
        ldap["urls"] = new JsonArray(slapd.Url);
        ldap["caFile"] = Root.Certificates.AuthorityFile;
        ldap["bindPasswordFile"] = Root.WriteFile("ldap-password", Password + "\n", 0b110_000_000);
        configuration["listen"] = new JsonObject
        {
            ["policy"] = new JsonArray($"unix:{Root.PathOf("policydaemon", "policy.sock")}"), ["admin"] = $"unix:{Root.PathOf("policydaemon", "admin.sock")}",
        };
        configuration["store"] = $"sqlite:{Root.PathOf("policydaemon", "policydaemon.db")}";
        return DaemonProcess.StartAsync(Root, configuration.ToJsonString());
    }

    /// <summary>The questions of the page, put by the bind user.</summary>
    private async Task AssertReadsNothingElseAsync(SlapdServer slapd)
    {
        string alice = await SearchAsync(slapd, "(uid=alice)", "*", "+");
        Assert.Equal(
            ["dn", "entryCSN", "entryUUID", "mail", "mailAlternateAddress", "objectClass", "tnAccountStatus", "tnMailSendAllowed", "uid"],
            alice.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(':')[0]).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal("", await SearchAsync(slapd, "(userPassword=*)", "userPassword"));
        string suffix = await SearchAsync(slapd, "(objectClass=organization)", "*", "+");
        Assert.Equal(
            ["contextCSN", "dn", "objectClass"],
            suffix.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(':')[0]).Distinct().Order(StringComparer.Ordinal));
    }

    private async Task<string> SearchAsync(SlapdServer slapd, string filter, params string[] attributes) => (await Command.RunAsync(
        "ldapsearch",
        ["-x", "-ZZ", "-LLL", "-o", "ldif-wrap=no", "-H", slapd.Url, "-D", ServiceDn, "-w", Password, "-b", Suffix, filter, .. attributes],
        environment: new Dictionary<string, string> { ["LDAPTLS_CACERT"] = Root.Certificates.AuthorityFile })).Output;
}
