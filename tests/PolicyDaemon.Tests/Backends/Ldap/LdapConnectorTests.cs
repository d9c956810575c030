using System.Net;
using System.Net.Sockets;
using System.Text;
using PolicyDaemon.Backends.Ldap;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Ldap;

/// <summary>From nothing to a connection that is ready, and every step at which that may end.</summary>
public sealed class LdapConnectorTests : IDisposable
{
    private readonly ManualClock clock = new();
    private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly PasswordFile password = new("secret");

    public LdapConnectorTests()
    {
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
    }

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    private LdapOptions Options => new() { Urls = [Url("ldap")], BaseDn = "dc=x", BindDn = "cn=a", BindPasswordFile = password.Path };

    public void Dispose()
    {
        listener.Dispose();
        password.Dispose();
    }

    [Theory]
    [InlineData("secret", "secret")]
    [InlineData("secret\n", "secret")]
    [InlineData("secret\r\n", "secret")]
    [InlineData("secret\n\n", "secret\n")]
    [InlineData(" sécret ", " sécret ")]
    public async Task Password_is_the_file_without_the_newline_at_its_end(string content, string expected)
    {
        password.Write(content);
        var connecting = ConnectAsync(Options);
        var server = await AcceptAsync();
        var bind = await server.ExpectAsync(LdapTags.BindRequest);
        await server.SendAsync(LdapReplies.Bind(bind.Id));
        await using var connection = await connecting;
        Assert.Equal(expected, bind.BindPassword());
    }

    [Fact]
    public async Task Failure_that_nobody_thought_of_is_a_connection_that_cannot_be_had_as_any_other()
    {
        var connecting = ConnectAsync(Options with { BindPasswordFile = "" });
        await AcceptAsync();
        var failure = await Assert.ThrowsAsync<LdapConnectionException>(() => connecting);
        Assert.IsType<ArgumentException>(failure.InnerException);
        Assert.StartsWith("bind: ", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public async Task Empty_password_is_refused_before_anything_is_sent(string content)
    {
        password.Write(content);
        var connecting = ConnectAsync(Options);
        var server = await AcceptAsync();
        var failure = await Assert.ThrowsAsync<LdapBindException>(() => connecting);
        Assert.Contains("is empty", failure.Message, StringComparison.Ordinal);
        Assert.NotEqual(LdapTags.BindRequest, (await server.ReadAsync())?.Tag);
    }

    [Fact]
    public async Task Password_file_that_is_missing_or_no_password_is_named()
    {
        password.Write(new string('x', 5000));
        Assert.Contains($"{password.Path} is larger than", (await Assert.ThrowsAsync<LdapBindException>(() => ConnectAsync(Options))).Message, StringComparison.Ordinal);
        var missing = Options with { BindPasswordFile = "/nonexistent/secret" };
        Assert.Contains("/nonexistent/secret", (await Assert.ThrowsAsync<LdapBindException>(() => ConnectAsync(missing))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_bind_dn_nothing_is_said()
    {
        await using var connection = await ConnectAsync(Options with { BindDn = null });
        Assert.True(connection.IsOpen);
    }

    [Theory]
    [InlineData("ldap", false, "bind")]
    [InlineData("ldap", true, "StartTLS")]
    [InlineData("ldaps", false, "TLS")]
    public async Task Silent_server_is_given_up_after_exactly_the_connect_timeout(string scheme, bool startTls, string step)
    {
        var connecting = ConnectAsync(Options with { StartTls = startTls, ConnectTimeout = TimeSpan.FromSeconds(2) }, scheme);
        var server = await AcceptAsync();
        await server.Stream.ReadExactlyAsync(new byte[1], TestToken);
        clock.Advance(TimeSpan.FromMilliseconds(1999));
        Assert.False(connecting.IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal($"{step}: no answer within 2 s", (await Assert.ThrowsAsync<LdapConnectionException>(() => connecting)).Message);
    }

    [Fact]
    public async Task Refused_connection_says_so()
    {
        var (options, url) = (Options, Url("ldap"));
        listener.Dispose();
        var failure = await Assert.ThrowsAsync<LdapConnectionException>(() => new LdapConnector(options, clock).ConnectAsync(url, TestToken));
        Assert.Equal("connect: Connection refused", failure.Message);
    }

    [Fact]
    public async Task Server_without_start_tls_gets_no_password()
    {
        var connecting = ConnectAsync(Options with { StartTls = true });
        var server = await AcceptAsync();
        var asked = await server.ExpectAsync(LdapTags.ExtendedRequest);
        await server.SendAsync(LdapReplies.Extended(asked.Id, LdapResultCode.ProtocolError));
        Assert.Equal("StartTLS: protocolError (2)", (await Assert.ThrowsAsync<LdapConnectionException>(() => connecting)).Message);
        Assert.Null(await server.ReadAsync());
    }

    [Fact]
    public async Task Plain_text_smuggled_in_behind_the_start_tls_answer_breaks_the_handshake()
    {
        var connecting = ConnectAsync(Options with { StartTls = true });
        var server = await AcceptAsync();
        var asked = await server.ExpectAsync(LdapTags.ExtendedRequest);
        await server.SendAsync([.. LdapReplies.Extended(asked.Id), .. LdapReplies.Bind(1), .. LdapReplies.Entry(2, "uid=mallory")]);
        Assert.StartsWith("TLS: ", (await Assert.ThrowsAsync<LdapConnectionException>(() => connecting)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n")]
    [InlineData("0\u0084\u0000\u000f\u0000\u0000")]
    public async Task Garbage_for_an_answer_to_start_tls_is_refused(string garbage)
    {
        var connecting = ConnectAsync(Options with { StartTls = true });
        var server = await AcceptAsync();
        await server.ExpectAsync(LdapTags.ExtendedRequest);
        await server.SendAsync(Encoding.Latin1.GetBytes(garbage));
        Assert.StartsWith("StartTLS: ", (await Assert.ThrowsAsync<LdapConnectionException>(() => connecting)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/nonexistent/ca.pem", "/nonexistent/ca.pem")]
    [InlineData("/dev/null", "no certificate in the CA file /dev/null")]
    public async Task Ca_file_that_is_of_no_use_is_named(string path, string expected)
    {
        var failure = await Assert.ThrowsAsync<LdapConnectionException>(() => ConnectAsync(Options with { CaFile = path }, "ldaps"));
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(51)]
    [InlineData(52)]
    public async Task Server_too_busy_for_a_bind_is_not_taken_for_one_that_refuses_us(int code)
    {
        var connecting = ConnectAsync(Options);
        var server = await AcceptAsync();
        await server.SendAsync(LdapReplies.Bind((await server.ExpectAsync(LdapTags.BindRequest)).Id, (LdapResultCode)code));
        Assert.IsNotType<LdapBindException>(await Assert.ThrowsAnyAsync<LdapConnectionException>(() => connecting));
    }

    [Fact]
    public async Task Caller_who_leaves_ends_the_attempt()
    {
        using var cancel = new CancellationTokenSource();
        var connecting = new LdapConnector(Options, clock).ConnectAsync(Url("ldap"), cancel.Token);
        var server = await AcceptAsync();
        await server.ExpectAsync(LdapTags.BindRequest);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting);

        // The attempt may take its leave before it goes.
        while (await server.ReadAsync() is { } last) Assert.Equal(LdapTags.AbandonRequest, last.Tag);
    }

    private LdapUrl Url(string scheme) =>
        LdapUrl.TryParse($"{scheme}://{listener.LocalEndPoint}", out var url, out _) ? url : throw new InvalidOperationException();

    private Task<LdapConnection> ConnectAsync(LdapOptions options, string scheme = "ldap") =>
        new LdapConnector(options, clock).ConnectAsync(Url(scheme), TestToken).WaitAsync(FakeLdapPeer.Patience, TestToken);

    private async Task<FakeLdapPeer> AcceptAsync() => new(new NetworkStream(await listener.AcceptAsync(TestToken), ownsSocket: true));
}
