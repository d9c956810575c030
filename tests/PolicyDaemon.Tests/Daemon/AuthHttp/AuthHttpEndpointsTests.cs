using System.Net;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Authentication;
using PolicyDaemon.Engine.Directories;
using PolicyDaemon.Hosting;
using PolicyDaemon.Tests.Wire.DovecotAuth;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.AuthHttp;

public sealed class AuthHttpEndpointsTests : IAsyncLifetime
{
    private const string Question = "login=bob&password=s3cret";

    private AuthHttpServer server = null!;

    public async ValueTask InitializeAsync() => server = await AuthHttpServer.StartAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task Right_password_is_answered_with_the_user_and_the_question_is_handed_on_whole()
    {
        var answer = await server.PostAsync(
            "/passdb", "login=bob%40truenorth.local&password=s3cret&service=imap&client=2001%3Adb8%3A%3A7&session=k0UUa7&secured=TLS&protocol=new");

        Assert.Equal((200, "result=ok&user=bob%40truenorth.local"), answer);
        var (request, _) = Assert.Single(server.Asked);
        Assert.Equal(("bob@truenorth.local", "imap", IPAddress.Parse("2001:db8::7"), "k0UUa7", true, true), (
            request.Login, request.Service, request.ClientAddress, request.Session, request.IsSecured, request.IsDelayedElsewhere));
    }

    [Theory]
    [InlineData("00")]
    [InlineData("0109000D0A")]
    [InlineData("FFFEC328")]
    [InlineData("2526253D2B20")]
    [InlineData("70C3A4737377C3B6726420E282AC")]
    public async Task Password_of_any_octets_arrives_as_it_is(string octets)
    {
        await server.PostAsync("/passdb", $"login=bob&password={Encode(Convert.FromHexString(octets))}");

        // What has a NUL in it nobody can have: it is handed on as unusable, and not as something shorter.
        var usable = !Convert.FromHexString(octets).Contains((byte)0);
        Assert.Equal(usable ? octets : "", Assert.Single(server.Asked).Password);
    }

    [Fact]
    public async Task Password_of_ten_thousand_octets_is_asked_about_and_is_nobodys()
    {
        Assert.Equal(200, (await server.PostAsync("/passdb", $"login=bob&password={Encode(new byte[10_000])}")).Status);
        Assert.False(Assert.Single(server.Asked).Request.Password.IsUsable);
    }

    [Fact]
    public async Task Refused_is_a_mismatch_or_disabled_and_what_is_not_known_is_an_error()
    {
        server.Answer = _ => AuthenticationAnswer.Refused(Reason.AccountUnknown);
        Assert.Equal((200, "result=mismatch"), await server.PostAsync("/passdb", Question));
        server.Answer = _ => AuthenticationAnswer.RefusedTo(Mail.Account("bob"), new Denial(Reason.AccountStatus, new AccountState("ldap", "uid=bob")));
        Assert.Equal((200, "result=disabled"), await server.PostAsync("/passdb", Question));
        server.Answer = _ => AuthenticationAnswer.TryLater(Reason.PasswordsUnavailable, "ldap: down");
        Assert.Equal((503, "result=unavailable"), await server.PostAsync("/passdb", Question));
        server.Answer = _ => throw new InvalidOperationException("ours");
        Assert.Equal((500, ""), await server.PostAsync("/passdb", Question));
    }

    [Theory]
    [InlineData("wrong-secret-1234", "wrong secret")]
    [InlineData("0123456789abcde", "wrong secret")]
    [InlineData(null, "no secret")]
    public async Task Who_does_not_know_the_secret_learns_nothing_and_there_is_one_warning(string? secret, string why)
    {
        foreach (var path in (string[])["/passdb", "/userdb", "/nothing"])
        {
            var content = new StringContent(Question);
            Assert.Equal((401, ""), await server.SendAsync(new(HttpMethod.Post, path) { Content = content }, secret));
        }

        Assert.Empty(server.Asked);
        Assert.Equal(3, server.Log.Count(line => line.Contains($"warning peer_refused protocol=authHttp peer=127.0.0.1:", StringComparison.Ordinal) && line.EndsWith($"error=\"{why}\"", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Connection_ends_with_a_wrong_secret_and_stays_with_the_right_one()
    {
        using var client = server.Client("wrong-secret-1234");
        Assert.True((await client.GetAsync("/users", TestContext.Current.CancellationToken)).Headers.ConnectionClose);
        using var right = server.Client();
        Assert.Null((await right.GetAsync("/users", TestContext.Current.CancellationToken)).Headers.ConnectionClose);
    }

    [Theory]
    [InlineData("", "no field login")]
    [InlineData("login=bob", "no field password")]
    [InlineData("login=bob&password=%", "a percent sign without two digits")]
    [InlineData("login=bob&password=%4", "a percent sign without two digits")]
    [InlineData("login=bob&password=%zz", "a percent sign without two digits")]
    [InlineData("login=bob&login=eve&password=x", "a field twice")]
    [InlineData("login", "a field without name or value")]
    [InlineData("=bob", "a field without name or value")]
    [InlineData("{\"login\":\"bob\"}", "a field without name or value")]
    [InlineData("a=&b=&c=&d=&e=&f=&g=&h=&i=&j=&k=&l=&m=&n=&o=&p=&q=&r=&s=&t=&u=&v=&w=&x=&y=&z=&A=&B=&C=&D=&E=&F=&G=", "more than 32 fields")]
    public async Task What_is_no_question_is_an_error_with_one_warning_and_is_not_decided(string body, string why)
    {
        Assert.Equal((400, ""), await server.PostAsync("/passdb", body));
        Assert.Empty(server.Asked);
        Assert.EndsWith($"error=\"{why}\"", Assert.Single(server.Log), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Body_that_is_too_long_is_not_read(bool isChunked)
    {
        HttpRequestMessage message = new(HttpMethod.Post, "/passdb") { Content = new StringContent($"login=bob&password={new string('x', 64 * 1024)}") };
        message.Headers.TransferEncodingChunked = isChunked;

        Assert.Equal((413, ""), await server.SendAsync(message));
        Assert.Empty(server.Asked);
    }

    [Fact]
    public async Task Other_paths_and_methods_are_refused()
    {
        Assert.Equal(404, (await server.PostAsync("/status", "")).Status);
        Assert.Equal(405, (await server.SendAsync(new(HttpMethod.Get, "/passdb"))).Status);
        Assert.Equal(405, (await server.PostAsync("/users", "")).Status);
    }

    [Fact]
    public async Task Mailbox_is_told_or_that_there_is_none_or_that_it_is_not_known()
    {
        Assert.Equal(
            (200, "result=ok&user=bob%40truenorth.local&uid=5000&gid=5001&home=%2Fvar%2Fvmail%2Ftruenorth.local%2Fbob&mail=maildir%3A~%2FMaildir&quota=10485760"),
            await server.PostAsync("/userdb", "login=bob"));
        Assert.Equal((200, "result=ok&user=carol%40truenorth.local&uid=5000&gid=5001&home=%2Fvar%2Fvmail%2Fcarol%20home"), await server.PostAsync("/userdb", "login=carol"));
        Assert.Equal((200, "result=unknown"), await server.PostAsync("/userdb", "login=nobody"));
        Assert.Equal((503, "result=unavailable"), await server.PostAsync("/userdb", "login=unavailable"));
        Assert.Equal((500, ""), await server.PostAsync("/userdb", "login=broken"));
    }

    [Fact]
    public async Task List_ends_with_whether_it_is_complete()
    {
        Assert.Equal((200, "user=bob%40truenorth.local\nuser=carol%40truenorth.local\ncomplete=yes\n"), await server.SendAsync(new(HttpMethod.Get, "/users")));
        server.Userdb = new TestUserdb { IsCut = true };
        Assert.EndsWith("\ncomplete=no\n", (await server.SendAsync(new(HttpMethod.Get, "/users"))).Body, StringComparison.Ordinal);
        server.Userdb = new NoUserdb();
        Assert.Equal((503, "complete=no\n"), await server.SendAsync(new(HttpMethod.Get, "/users")));
    }

    private static string Encode(byte[] octets) => string.Concat(octets.Select(octet => $"%{octet:X2}"));
}
