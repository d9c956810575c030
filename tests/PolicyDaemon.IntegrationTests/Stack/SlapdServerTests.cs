using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Slapd;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Stack;

/// <summary>The private slapd: its content, its rights, and the outages that tests make of it.</summary>
public sealed class SlapdServerTests : StackTests
{
    private SlapdServer slapd = null!;

    protected override async ValueTask PrepareAsync() => slapd = await SlapdServer.StartAsync(Root);

    [Fact]
    public async Task Toggled_attribute_is_visible_to_the_next_search()
    {
        await slapd.SetAsync("alice", "tnMailSendAllowed", "FALSE");
        string blocked = await slapd.SearchAsync("(uid=alice)", "tnMailSendAllowed");
        await slapd.SetAsync("alice", "tnMailSendAllowed");
        string absent = await slapd.SearchAsync("(uid=alice)", "tnMailSendAllowed");

        Assert.Contains("tnMailSendAllowed: FALSE", blocked, StringComparison.Ordinal);
        Assert.DoesNotContain("tnMailSendAllowed", absent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Entries_come_and_go_and_plain_strings_take_any_value()
    {
        await slapd.AddAsync(Person("heidi", "mailSendAllowed: perhaps"));
        string added = await slapd.SearchAsync("(mail=heidi@truenorth.local)", "mailSendAllowed");
        await slapd.DeleteAsync(DnOf("heidi"));

        Assert.Contains("mailSendAllowed: perhaps", added, StringComparison.Ordinal);
        Assert.Equal("", await slapd.SearchAsync("(uid=heidi)"));
    }

    [Theory]
    [InlineData(ServiceDn, ServicePassword, "mail: alice@truenorth.local")]
    [InlineData("uid=bob,ou=people,dc=truenorth,dc=local", "bob-pw", "")]
    public async Task Service_account_reads_people_but_no_password_and_a_person_reads_nobody_else(string dn, string password, string expected)
    {
        CommandResult search = await SearchAsAsync(slapd.Url, dn, password);

        Assert.Equal(expected, search.Output.Split('\n').FirstOrDefault(line => line.StartsWith("mail:", StringComparison.Ordinal)) ?? "");
        Assert.DoesNotContain("userPassword", search.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ldaps_and_starttls_are_trusted_by_the_own_authority_only()
    {
        (string Url, string Option)[] ways = [(slapd.TlsUrl, "-x"), (slapd.Url, "-ZZ")];
        foreach ((string url, string option) in ways)
        {
            CommandResult trusted = await SearchAsAsync(url, ServiceDn, ServicePassword, Root.Certificates.AuthorityFile, option);
            CommandResult distrusted = await SearchAsAsync(url, ServiceDn, ServicePassword, Root.Certificates.OtherAuthorityFile, option);

            Assert.Equal(0, trusted.ExitCode);
            Assert.NotEqual(0, distrusted.ExitCode);
        }
    }

    [Fact]
    public async Task Paused_server_accepts_and_never_answers_until_it_resumes()
    {
        slapd.Pause();
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(slapd.Endpoint);
        Task<CommandResult> search = SearchAsAsync(slapd.Url, ServiceDn, ServicePassword);
        Task first = await Task.WhenAny(search, Task.Delay(TimeSpan.FromMilliseconds(300)));
        Assert.NotSame(search, first);

        slapd.Resume();

        Assert.Equal(0, (await search).ExitCode);
    }

    [Fact]
    public async Task Answers_over_a_slow_link_are_right_and_late()
    {
        TimeSpan delay = TimeSpan.FromMilliseconds(150);
        await using NetworkLink link = NetworkLink.Start(Root, slapd.Endpoint);
        link.Delay = delay;
        Stopwatch elapsed = Stopwatch.StartNew();

        CommandResult search = await SearchAsAsync($"ldap://{link.Endpoint}", ServiceDn, ServicePassword);

        // The answers to the bind and to the search.
        Assert.True(elapsed.Elapsed >= 2 * delay, $"{elapsed.Elapsed}");
        Assert.Contains("mail: alice@truenorth.local", search.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stopped_and_killed_servers_refuse_connections_and_come_back_with_their_data()
    {
        await slapd.SetAsync("alice", "tnAccountStatus", "disabled");
        await slapd.StopAsync();
        Assert.False(await Wait.AcceptsAsync(slapd.Endpoint));
        await slapd.StartAsync();
        await slapd.KillAsync();
        Assert.False(await Wait.AcceptsAsync(slapd.Endpoint));
        await slapd.StartAsync();

        Assert.Contains("tnAccountStatus: disabled", await slapd.SearchAsync("(uid=alice)"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_servers_of_one_stack_are_independent()
    {
        SlapdServer second = await SlapdServer.StartAsync(Root, new() { Name = "ldap2", Seed = Ldif + "\n" + Person("ivan") });

        Assert.Contains("uid: ivan", await second.SearchAsync("(uid=ivan)"), StringComparison.Ordinal);
        Assert.Equal("", await slapd.SearchAsync("(uid=ivan)"));
        Assert.NotEqual<EndPoint>(slapd.Endpoint, second.Endpoint);
    }

    private static Task<CommandResult> SearchAsAsync(string url, string dn, string password, string authority = "", string option = "-x") =>
        Command.RunAsync(
            "ldapsearch", ["-x", option, "-LLL", "-H", url, "-D", dn, "-w", password, "-b", DnOf("alice")],
            environment: new Dictionary<string, string> { ["LDAPTLS_CACERT"] = authority, ["LDAPTLS_REQCERT"] = "demand" });
}
