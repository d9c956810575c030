using System.Text;
using PolicyDaemon.Backends.Ldap;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Ldap;

public sealed class LdapBinderTests : IAsyncDisposable
{
    private const string Alice = "uid=alice,dc=x";
    private const string Password = "pässword";

    private readonly FakeLdapServer first = new();
    private readonly FakeLdapServer second = new();
    private readonly List<LdapBinder> binders = [];

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var binder in binders) await binder.DisposeAsync();
        await first.DisposeAsync();
        await second.DisposeAsync();
    }

    [Theory]
    [InlineData(0, "Right")]
    [InlineData(49, "Wrong")]
    [InlineData(48, "Wrong")]
    [InlineData(19, "Wrong")]
    [InlineData(1, "Unavailable")]
    [InlineData(8, "Unavailable")]
    [InlineData(10, "Unavailable")]
    [InlineData(13, "Unavailable")]
    [InlineData(14, "Unavailable")]
    [InlineData(32, "Unavailable")]
    [InlineData(34, "Unavailable")]
    [InlineData(50, "Unavailable")]
    [InlineData(51, "Unavailable")]
    [InlineData(52, "Unavailable")]
    [InlineData(53, "Unavailable")]
    [InlineData(80, "Unavailable")]
    [InlineData(4242, "Unavailable")]
    public async Task Result_code_decides(int code, string answer)
    {
        first.BindResult = (LdapResultCode)code;
        var check = await CheckAsync(Binder(first));
        Assert.Equal(answer, check.Answer.ToString());
        if (code != 0) Assert.Contains($"({code})", check.Cause, StringComparison.Ordinal);
        Assert.DoesNotContain(Password, check.Cause ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Person_and_password_are_sent_as_they_are_and_nothing_else()
    {
        await CheckAsync(Binder(first));
        var sent = Assert.Single(first.Requests);
        Assert.Equal(LdapTags.BindRequest, sent.Tag);
        Assert.True(sent.Contains(Alice));
        Assert.Equal(Password, sent.BindPassword());
    }

    [Theory]
    [InlineData("", Password)]
    [InlineData(Alice, "")]
    [InlineData("", "")]
    public async Task Empty_name_or_password_is_wrong_and_never_sent(string dn, string password)
    {
        var check = await Binder(first).CheckAsync(dn, Encoding.UTF8.GetBytes(password), TestToken);
        Assert.Equal(LdapPasswordAnswer.Wrong, check.Answer);
        Assert.Equal(0, first.Accepted);
    }

    [Fact]
    public async Task Password_of_the_greatest_length_is_sent_and_a_longer_one_is_wrong()
    {
        var binder = Binder(first);
        Assert.Equal(LdapPasswordAnswer.Right, (await binder.CheckAsync(Alice, new byte[LdapBinder.MaxPasswordBytes], TestToken)).Answer);
        Assert.Equal(LdapPasswordAnswer.Wrong, (await binder.CheckAsync(Alice, new byte[LdapBinder.MaxPasswordBytes + 1], TestToken)).Answer);
        Assert.Single(first.Requests);
    }

    [Fact]
    public async Task Wrong_password_is_asked_of_one_server_only()
    {
        first.BindResult = LdapResultCode.InvalidCredentials;
        Assert.Equal(LdapPasswordAnswer.Wrong, (await CheckAsync(Binder(first, second))).Answer);
        Assert.Empty(second.Requests);
    }

    [Theory]
    [InlineData(51)]
    [InlineData(52)]
    public async Task Server_that_is_busy_is_left_alone_and_the_next_one_asked(int code)
    {
        first.BindResult = (LdapResultCode)code;
        var binder = Binder(first, second);
        for (var i = 0; i < 5; i++) Assert.Equal(LdapPasswordAnswer.Right, (await CheckAsync(binder)).Answer);
        Assert.Single(first.Requests);
        Assert.Equal(5, second.Requests.Count);
    }

    [Fact]
    public async Task Server_that_refuses_one_person_is_not_left_alone()
    {
        first.BindResult = LdapResultCode.UnwillingToPerform;
        second.BindResult = LdapResultCode.UnwillingToPerform;
        var binder = Binder(first, second);
        for (var i = 0; i < 3; i++) Assert.Equal(LdapPasswordAnswer.Unavailable, (await CheckAsync(binder)).Answer);
        Assert.Equal((3, 3), (first.Requests.Count, second.Requests.Count));
    }

    [Fact]
    public async Task Hung_server_costs_one_timeout_and_then_none()
    {
        first.Mode = FakeLdapMode.Silent;
        var binder = Binder(TimeSpan.FromMilliseconds(200), first);
        var check = await CheckAsync(binder);
        Assert.Equal((LdapPasswordAnswer.Unavailable, $"{first.Url}: no answer within 0.2 s"), (check.Answer, check.Cause));
        Assert.Equal($"{first.Url}: passed over: no answer within 0.2 s", (await CheckAsync(binder)).Cause);
        Assert.Single(first.Requests);
    }

    [Fact]
    public async Task Server_that_came_back_is_asked_again()
    {
        first.Mode = FakeLdapMode.Reset;
        var binder = Binder(first);
        Assert.Equal(LdapPasswordAnswer.Unavailable, (await CheckAsync(binder)).Answer);
        first.Mode = FakeLdapMode.Answer;
        await Wait(async () => (await CheckAsync(binder)).Answer == LdapPasswordAnswer.Right);
    }

    [Fact]
    public async Task Connection_is_kept_and_replaced_when_the_server_has_closed_it()
    {
        var binder = Binder(first);
        for (var i = 0; i < 20; i++) Assert.Equal(LdapPasswordAnswer.Right, (await CheckAsync(binder)).Answer);
        Assert.Equal(1, first.Accepted);
        first.CloseAll();
        Assert.Equal(LdapPasswordAnswer.Right, (await CheckAsync(binder)).Answer);
        first.ResetAll();
        Assert.Equal(LdapPasswordAnswer.Right, (await CheckAsync(binder)).Answer);
        Assert.InRange(first.Accepted, 2, 3);
    }

    [Fact]
    public async Task No_more_binds_run_at_once_than_there_are_connections()
    {
        first.Mode = FakeLdapMode.Silent;
        var binder = Binder(TimeSpan.FromMilliseconds(500), first);
        var checks = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => CheckAsync(binder)));
        Assert.All(checks, check => Assert.Equal(LdapPasswordAnswer.Unavailable, check.Answer));
        Assert.Equal(LdapBindServer.MaxConnections, first.Accepted);
        Assert.Contains(checks, check => check.Cause!.Contains("all 8 connections were busy for 0.5 s", StringComparison.Ordinal) || check.Cause.Contains("passed over", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Caller_who_gives_up_blames_nobody()
    {
        first.Mode = FakeLdapMode.Silent;
        var binder = Binder(TimeSpan.FromSeconds(20), first);
        using var cancel = new CancellationTokenSource();
        var check = binder.CheckAsync(Alice, Encoding.UTF8.GetBytes(Password), cancel.Token);
        await Wait(() => Task.FromResult(!first.Requests.IsEmpty));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => check);
        first.Mode = FakeLdapMode.Answer;
        Assert.Equal(LdapPasswordAnswer.Right, (await CheckAsync(binder)).Answer);
        Assert.Equal(2, first.Accepted);
    }

    [Fact]
    public async Task Binder_that_is_disposed_says_so()
    {
        var binder = Binder(first);
        await CheckAsync(binder);
        await binder.DisposeAsync();
        binders.Remove(binder);
        Assert.Equal((LdapPasswordAnswer.Unavailable, $"{first.Url}: not used any more"), await CheckAsync(binder) is var check ? (check.Answer, check.Cause) : default);
        await Wait(() => Task.FromResult(first.Requests.Any(request => request.Tag == LdapTags.UnbindRequest)));
    }

    private static async Task Wait(Func<Task<bool>> until)
    {
        using var limit = new CancellationTokenSource(FakeLdapPeer.Patience);
        while (!await until()) await Task.Delay(20, limit.Token);
    }

    private static Task<LdapPasswordCheck> CheckAsync(LdapBinder binder) => binder.CheckAsync(Alice, Encoding.UTF8.GetBytes(Password), TestToken);

    private LdapBinder Binder(params FakeLdapServer[] servers) => Binder(TimeSpan.FromSeconds(10), servers);

    private LdapBinder Binder(TimeSpan timeout, params FakeLdapServer[] servers)
    {
        var options = new LdapOptions
        {
            Urls = [.. servers.Select(server => server.Url)], BaseDn = "dc=x", BindDn = "cn=service", Timeout = timeout, ConnectTimeout = timeout,
        };
        binders.Add(new LdapBinder(options, TimeProvider.System));
        return binders[^1];
    }
}
