using System.Net;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Postfix;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Stack;

/// <summary>HAProxy before two Postfixes.</summary>
public sealed class HaProxyTests : StackTests
{
    private const string Behind = "smtp inet n - n - - smtpd\n  -o smtpd_upstream_proxy_protocol=haproxy";

    [Fact]
    public async Task Postfix_behind_it_sees_the_address_of_the_client_and_sessions_go_to_both_in_turn()
    {
        PostfixServer[] servers =
        [
            await PostfixServer.StartAsync(Root, new() { Name = "mx1", MasterCf = [Behind] }),
            await PostfixServer.StartAsync(Root, new() { Name = "mx2", MasterCf = [Behind] }),
        ];
        HaProxy proxy = await HaProxy.StartAsync(Root, [.. servers.Select(server => server.EndpointOf("smtp"))]);

        // Three: the connection that showed that the proxy listens may have its turn between two of them.
        string[] clients = ["127.9.8.7", "127.9.8.8", "127.9.8.9"];
        foreach (IPAddress client in clients.Select(IPAddress.Parse))
        {
            await using SmtpDialog dialog = await SmtpDialog.OpenAsync(proxy.Endpoint, client);
            Assert.Equal(250, (await dialog.SubmitAsync("someone@elsewhere.example", AddressOf("bob"))).Code);
        }

        foreach (PostfixServer server in servers) await server.Log.WaitForAsync("client=unknown[127.9.8.");
        string seen = string.Concat(servers.Select(server => server.Log.ReadFrom()));
        Assert.All(clients, client => Assert.Contains($"client=unknown[{client}]", seen, StringComparison.Ordinal));
    }
}
