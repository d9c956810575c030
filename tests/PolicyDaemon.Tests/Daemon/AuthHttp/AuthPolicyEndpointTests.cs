using System.Net;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.AuthHttp;

/// <summary>Bodies as Dovecot 2.3 and 2.4 send them.</summary>
public sealed class AuthPolicyEndpointTests : IAsyncLifetime
{
    private static readonly IPAddress Client = IPAddress.Parse("192.0.2.7");

    private AuthHttpServer server = null!;

    public async ValueTask InitializeAsync() => server = await AuthHttpServer.StartAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task Login_is_allowed_until_five_different_passwords_were_reported_wrong_and_the_status_comes_first()
    {
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal((200, $"{{\"status\":{(i < 2 ? 0 : i == 2 ? 2 : i == 3 ? 4 : 7)},\"msg\":\"\"}}"), await AskAsync("allow", Body($"0{i}")));
            Assert.Equal((200, "{\"status\":0,\"msg\":\"\"}"), await AskAsync("report", Body($"0{i}", ",\"success\":false,\"policy_reject\":false")));
        }

        Assert.Equal((200, "{\"status\":-1,\"msg\":\"Too many wrong passwords, try again later\"}"), await AskAsync("allow", Body("05")));
        Assert.Contains(server.Log, line => line.Contains("login_refused reason=password_reported service=imap client_address=192.0.2.7", StringComparison.Ordinal));
        Assert.Contains(server.Log, line => line.Contains("login_refused reason=guessing_network service=imap", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Same_password_again_is_no_guess()
    {
        for (var i = 0; i < 20; i++) await AskAsync("report", Body("0a", ",\"success\":false,\"policy_reject\":false"));

        Assert.Equal((200, "{\"status\":0,\"msg\":\"\"}"), await AskAsync("allow", Body("0b")));
    }

    /// <summary>Dovecot 2.4 says why; what we refused is none of them in either.</summary>
    [Theory]
    [InlineData(",\"fail_type\":\"internal\",\"success\":false,\"policy_reject\":false")]
    [InlineData(",\"fail_type\":\"expired\",\"success\":false,\"policy_reject\":false")]
    [InlineData(",\"fail_type\":\"disabled\",\"success\":false,\"policy_reject\":false")]
    [InlineData(",\"fail_type\":\"policy\",\"success\":false,\"policy_reject\":true")]
    [InlineData(",\"success\":false,\"policy_reject\":true")]
    public async Task What_says_nothing_of_the_password_is_not_counted(string end)
    {
        for (var i = 0; i < 10; i++) await AskAsync("report", Body($"{i:x2}", end));

        Assert.Equal(0, server.Guard.Guesses);
    }

    [Theory]
    [InlineData(",\"fail_type\":\"credentials\",\"success\":false,\"policy_reject\":false")]
    [InlineData(",\"fail_type\":\"account\",\"success\":false,\"policy_reject\":false")]
    [InlineData(",\"fail_type\":\"\",\"success\":false,\"policy_reject\":false")]
    public async Task Wrong_password_and_unknown_login_are_counted(string end)
    {
        await AskAsync("report", Body("01", end));

        Assert.Equal(2, server.Guard.Guesses);
    }

    [Fact]
    public async Task Network_of_a_right_login_is_its_own()
    {
        await AskAsync("report", Body("00", ",\"success\":true,\"policy_reject\":false"));
        for (var i = 1; i < 10; i++) await AskAsync("report", Body($"{i:x2}", ",\"success\":false,\"policy_reject\":false"));

        Assert.Null(server.Guard.Find("alice", Client));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"login\":")]
    [InlineData("{\"login\":null}")]
    [InlineData("{\"login\":1}")]
    [InlineData("{\"login\":\"a\",\"login\":\"b\"}")]
    [InlineData("{\"login\":\"a\",\"success\":\"yes\"}")]
    [InlineData("{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}}}}}")]
    public async Task What_is_no_json_of_dovecots_is_an_error(string body)
    {
        Assert.Equal((400, ""), await AskAsync("report", body));
        Assert.Contains("peer_malformed protocol=authHttp", Assert.Single(server.Log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unknown_command_is_an_error_and_what_is_told_besides_is_ignored()
    {
        Assert.Equal(400, (await AskAsync("reset", Body("00"))).Status);
        Assert.Equal(200, (await AskAsync("allow", Body("00", ",\"attrs\":{\"more\":[1]}"))).Status);
    }

    private Task<(int Status, string Body)> AskAsync(string command, string body) => server.PostAsync($"/policy?command={command}", body, "application/json");

    private static string Body(string pwhash, string end = "") =>
        $"{{\"device_id\":\"\",\"login\":\"alice\",\"protocol\":\"imap\",\"pwhash\":\"{pwhash}\",\"remote\":\"192.0.2.7\",\"session_id\":\"k0UUa7\",\"tls\":false{end}}}";
}
