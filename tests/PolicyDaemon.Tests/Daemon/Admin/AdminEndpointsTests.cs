using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using PolicyDaemon.Admin;
using PolicyDaemon.Engine.Blocks;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Admin;

/// <summary>The whole way from client over a real unix socket to the live objects and back.</summary>
public sealed class AdminEndpointsTests
{
    private readonly SmallDaemon daemon = new();

    [Fact]
    public async Task Author_of_a_block_is_the_user_at_the_other_end_of_the_socket()
    {
        await using AdminServer server = await AdminServer.StartAsync(daemon.AdministrationFor);
        using AdminClient client = server.CreateClient();

        Outcome<BlockGiven> given = await client.BlockAsync(
            new BlockOrder(new BlockTarget(BlockScope.Login, "ALICE@truenorth.local"), Reason: "stolen", ForSeconds: 7200),
            TestContext.Current.CancellationToken);

        Assert.Null(given.Refusal);
        Assert.Equal(Environment.UserName, given.Report!.Block.Author);
        Assert.Equal("alice", given.Report.Block.Key);
        Assert.Equal(SmallDaemon.Noon.AddHours(2), given.Report.Block.ExpiresAt);
    }

    [Fact]
    public async Task Author_in_the_request_is_refused()
    {
        await using AdminServer server = await AdminServer.StartAsync(daemon.AdministrationFor);

        (HttpStatusCode status, Refusal refusal) = await PostAsync(
            server, "/block", """{"target":{"scope":"everyone","key":""},"reason":"x","author":"root"}""");

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("$.author", refusal.Message, StringComparison.Ordinal);
        Assert.Empty((await daemon.Blocks.ReadAsync(default)).Value!.Blocks);
    }

    [Fact]
    public async Task Every_operation_answers_the_same_over_the_socket_as_in_process()
    {
        await using AdminServer server = await AdminServer.StartAsync(daemon.AdministrationFor);
        using AdminClient client = server.CreateClient();
        LiveAdministration live = daemon.AdministrationFor(Environment.UserName);

        AskRequest question = new(Login: "alice", Sender: "alice@truenorth.local", Recipient: "bob@truenorth.local");
        Same(await live.AskAsync(question, default), await client.AskAsync(question, default), AdminJson.Default.AskReport);
        LookupRequest team = new(LookupKind.Address, "team@truenorth.local");
        Same(await live.LookUpAsync(team, default), await client.LookUpAsync(team, default), AdminJson.Default.LookupReport);
        Same(await live.ReadStatusAsync(default), await client.ReadStatusAsync(default), AdminJson.Default.StatusReport);
        BlockOrder everyone = new(new BlockTarget(BlockScope.Everyone, ""), BlockAction.Hold);
        Same(await live.BlockAsync(everyone, default), (await client.BlockAsync(everyone, default)).Report! with { Replaced = null }, AdminJson.Default.BlockGiven);
        Same(await live.ListBlocksAsync(default), await client.ListBlocksAsync(default), AdminJson.Default.BlockList);
        Assert.Null((await client.UnblockAsync(everyone.Target, default)).Refusal);
        Assert.Equal(RefusalKind.NotFound, (await client.UnblockAsync(everyone.Target, default)).Refusal!.Kind);
    }

    [Theory]
    [InlineData("GET", "/nothing", "", HttpStatusCode.NotFound)]
    [InlineData("GET", "/", "", HttpStatusCode.NotFound)]
    [InlineData("GET", "/../block", "", HttpStatusCode.MethodNotAllowed)]
    [InlineData("GET", "/block", "", HttpStatusCode.MethodNotAllowed)]
    [InlineData("DELETE", "/blocks", "", HttpStatusCode.MethodNotAllowed)]
    [InlineData("POST", "/ask", "", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/ask", "null", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/ask", "[]", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/ask", "{\"login\":", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/ask", "{\"login\":null}", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/ask", "{\"loginn\":\"alice\"}", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/ask", "{\"size\":\"1\"}", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/ask", "{\"size\":99999999999999999999}", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/ask", "{\"login\":\"a\",\"login\":\"b\"}", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/ask", "{\"login\":\"alice\"}", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/lookup", "{\"kind\":\"password\",\"key\":\"alice\"}", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/lookup", "{\"kind\":0,\"key\":\"alice\"}", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/lookup", "{\"kind\":\"account\"}", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/block", "{\"target\":{\"scope\":\"login\",\"key\":\"\"}}", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/block", "{\"target\":{\"scope\":\"everyone\",\"key\":\"\"},\"forSeconds\":-1}", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/block", "{\"target\":{\"scope\":\"everyone\",\"key\":\"\"},\"reason\":\"a\\nb\"}", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/block", "{\"target\":{\"scope\":\"login\",\"key\":\"mallory\"}}", HttpStatusCode.NotFound)]
    [InlineData("POST", "/domain", "{\"change\":\"rename\",\"name\":\"a.example\"}", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/domain", "{\"change\":\"add\",\"name\":\"a b\"}", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/accounts", "{\"domain\":\"a b\"}", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/account", "{\"change\":\"add\",\"login\":\"a@b.example\",\"password\":\"x\"}", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/account", "{\"change\":\"add\",\"login\":\"a@b.example\",\"passwordHash\":\"x\"}", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/account", "{\"change\":\"set\",\"login\":\"a@b.example\",\"sendAs\":{\"add\":[null],\"remove\":[]}}", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/account", "{\"change\":\"set\",\"login\":\"a@b.example\",\"sendAs\":{\"add\":null,\"remove\":[]}}", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/alias", "{\"change\":\"add\",\"source\":\"a@b.example\",\"destinations\":[null]}", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/alias", "{\"change\":\"add\",\"source\":\"a@b.example\",\"destinations\":[]}", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/alias", "{\"change\":\"remove\",\"source\":\"a@b.example\",\"destinations\":[]}", HttpStatusCode.NotFound)]
    public async Task Hostile_request_gets_one_json_sentence(string method, string path, string body, HttpStatusCode expected)
    {
        using ScratchDatabase scratch = new();
        daemon.Database = scratch.Database;
        await using AdminServer server = await AdminServer.StartAsync(daemon.AdministrationFor);
        using HttpClient http = server.CreateHttpClient();
        using HttpRequestMessage request = new(new HttpMethod(method), path);
        if (method == "POST") request.Content = new StringContent(body, Encoding.UTF8, "application/json");

        using HttpResponseMessage answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        Refusal? refusal = await answer.Content.ReadFromJsonAsync(AdminJson.Default.Refusal, TestContext.Current.CancellationToken);

        Assert.Equal(expected, answer.StatusCode);
        Assert.DoesNotContain("   at ", refusal!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mailboxes_are_changed_and_listed_over_the_socket()
    {
        using ScratchDatabase scratch = new();
        daemon.Database = scratch.Database;
        await using AdminServer server = await AdminServer.StartAsync(daemon.AdministrationFor);
        using AdminClient client = server.CreateClient();

        Assert.Null((await client.ChangeDomainAsync(new DomainOrder(MailboxChange.Add, "b.example"), default)).Refusal);
        Assert.Null((await client.ChangeAccountAsync(
            new AccountOrder(MailboxChange.Add, "a@b.example", "{PLAIN}x", Limits: new Dictionary<string, long?> { ["login-day"] = 5 }), default)).Refusal);
        Assert.Null((await client.ChangeAliasAsync(new AliasOrder(MailboxChange.Add, "@b.example", ["a@b.example"]), default)).Refusal);

        LiveAdministration live = daemon.AdministrationFor("root");
        Same(await live.ListDomainsAsync(default), await client.ListDomainsAsync(default), AdminJson.Default.DomainList);
        Same(await live.ListAccountsAsync(new ListRequest(), default), await client.ListAccountsAsync(new ListRequest(), default), AdminJson.Default.AccountList);
        Same(await live.ListAliasesAsync(new ListRequest(), default), await client.ListAliasesAsync(new ListRequest(), default), AdminJson.Default.AliasList);
        Assert.Equal(5, (await client.ListAccountsAsync(new ListRequest("b.example"), default)).Report!.Accounts.Single().Limits["login-day"]);
    }

    [Fact]
    public async Task Body_of_more_than_64_KiB_is_refused_with_413()
    {
        await using AdminServer server = await AdminServer.StartAsync(daemon.AdministrationFor);

        (HttpStatusCode status, _) = await PostAsync(server, "/ask", $$"""{"login":"{{new string('a', AdminEndpoints.MaxRequestBytes)}}"}""");

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
    }

    [Fact]
    public async Task Our_own_mistake_is_told_without_a_stack_trace()
    {
        await using AdminServer server = await AdminServer.StartAsync(_ => new LiveAdministration(
            daemon.Parts with { Policy = () => throw new InvalidOperationException("secret detail") }, "root"));

        (HttpStatusCode status, Refusal refusal) = await PostAsync(server, "/lookup", """{"kind":"account","key":"alice"}""");

        Assert.Equal(HttpStatusCode.InternalServerError, status);
        Assert.Equal(RefusalKind.Fault, refusal.Kind);
        Assert.DoesNotContain("secret", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_listener_of_the_same_process_does_not_serve_administration()
    {
        await using AdminServer server = await AdminServer.StartAsync(daemon.AdministrationFor);
        using HttpClient http = new() { BaseAddress = server.TcpAddress };

        using HttpResponseMessage answer = await http.GetAsync("/blocks", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task Bytes_that_are_no_http_end_that_connection_and_no_other()
    {
        await using AdminServer server = await AdminServer.StartAsync(daemon.AdministrationFor);
        await using (Stream raw = await AdminClient.ConnectAsync(server.SocketPath, default))
        {
            await raw.WriteAsync("request=smtpd_access_policy\n\n"u8.ToArray(), TestContext.Current.CancellationToken);
            byte[] rest = new byte[4096];
            while (await raw.ReadAsync(rest, TestContext.Current.CancellationToken) > 0)
            {
            }
        }

        using AdminClient client = server.CreateClient();
        Assert.Null((await client.ReadStatusAsync(default)).Refusal);
    }

    [Fact]
    public async Task More_connections_than_allowed_are_closed_and_the_first_ones_still_served()
    {
        await using AdminServer server = await AdminServer.StartAsync(daemon.AdministrationFor);
        using AdminClient early = server.CreateClient();
        Assert.Null((await early.ReadStatusAsync(default)).Refusal);
        List<Stream> crowd = [];
        for (int i = 0; i < AdminListener.MaxConnections; i++) crowd.Add(await AdminClient.ConnectAsync(server.SocketPath, default));

        // Which of them is one too many is up to the server; the others stay open and silent.
        Task<int> closed = await Task.WhenAny(crowd.Select(stream => stream.ReadAsync(new byte[1]).AsTask()));
        Assert.Equal(0, await closed);
        Assert.Null((await early.ReadStatusAsync(default)).Refusal);
        foreach (Stream stream in crowd) await stream.DisposeAsync();
    }

    [Fact]
    public async Task Store_that_is_away_is_unavailable_and_not_an_error()
    {
        daemon.Blocks.IsDown = true;
        await using AdminServer server = await AdminServer.StartAsync(daemon.AdministrationFor);
        using AdminClient client = server.CreateClient();

        Outcome<BlockGiven> given = await client.BlockAsync(new BlockOrder(new BlockTarget(BlockScope.Everyone, "")), default);

        Assert.Equal(new Refusal(RefusalKind.Unavailable, "the store is away: disk I/O error"), given.Refusal);
    }

    [Fact]
    public async Task Daemon_that_never_answers_is_unavailable_in_time()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("policydaemon-mute-");
        string path = Path.Combine(folder.FullName, "admin.sock");
        using Socket mute = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        mute.Bind(new UnixDomainSocketEndPoint(path));
        mute.Listen(1);
        using AdminClient client = new(path, TimeSpan.FromMilliseconds(200));

        Outcome<BlockList> blocks = await client.ListBlocksAsync(default);

        Assert.Equal(RefusalKind.Unavailable, blocks.Refusal!.Kind);
        folder.Delete(recursive: true);
    }

    private static void Same<T>(Outcome<T> expected, Outcome<T> actual, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        Assert.Null(actual.Refusal);
        Assert.Equal(JsonSerializer.Serialize(expected.Report!, type), JsonSerializer.Serialize(actual.Report!, type));
    }

    private static async Task<(HttpStatusCode Status, Refusal Refusal)> PostAsync(AdminServer server, string path, string body)
    {
        using HttpClient http = server.CreateHttpClient();

        // A body that is refused by its announced length is not sent: writing on would meet a closed connection.
        http.DefaultRequestHeaders.ExpectContinue = true;
        using StringContent content = new(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await http.PostAsync(path, content, TestContext.Current.CancellationToken);
        return (answer.StatusCode, (await answer.Content.ReadFromJsonAsync(AdminJson.Default.Refusal, TestContext.Current.CancellationToken))!);
    }
}
