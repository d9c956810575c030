using System.Net;
using PolicyDaemon.Configuration;
using PolicyDaemon.Http.Peers;
using PolicyDaemon.Tests.Daemon.Notices;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Http.Peers;

/// <summary>The conversations with programs beside us, good and bad; those with the real ones are integration tests.</summary>
public sealed class PeerDialogTests
{
    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Mail_server_is_greeted_and_left_without_a_mail()
    {
        await using ScriptedServer server = new((connection, _) => connection.TakeMailAsync());

        PeerFinding finding = await new MailPeer("smtp", At(server), "EHLO").TalkAsync(TestToken);

        Assert.Equal(default, finding);
        Assert.Equal("EHLO localhost\nQUIT\n", server.Heard.ToString());
    }

    [Theory]
    [InlineData("greeting", "554 5.7.1 go away\r\n", "the greeting was answered: 554 5.7.1 go away")]
    [InlineData("greeting", "* OK IMAP4rev1\r\n", "the greeting was answered: * OK IMAP4rev1")]
    [InlineData("greeting", "", "it closed the connection")]
    [InlineData("EHLO", "250-mail\r\n", null)]
    [InlineData("EHLO", "502 5.5.2 what\r\n", "EHLO was answered: 502 5.5.2 what")]
    [InlineData("QUIT", "421 4.3.2 busy\r\n", "QUIT was answered: 421 4.3.2 busy")]
    public async Task Mail_server_that_says_another_thing_is_not_well_and_the_cause_is_what_it_said(string at, string reply, string? cause)
    {
        await using ScriptedServer server = new((connection, _) => connection.TakeMailAsync(at, reply));
        using CancellationTokenSource limit = new(TimeSpan.FromMilliseconds(300));
        Task<PeerFinding> talking = new MailPeer("smtp", At(server), "EHLO").TalkAsync(limit.Token);

        if (cause is null) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => talking);
        else Assert.Equal(cause, (await Assert.ThrowsAsync<IOException>(() => talking)).Message);
    }

    [Fact]
    public async Task Lines_without_end_are_bounded()
    {
        await using ScriptedServer server = new((connection, _) => connection.SayAsync(new string('2', 20_000)));

        IOException refused = await Assert.ThrowsAsync<IOException>(() => new MailPeer("smtp", At(server), "EHLO").TalkAsync(TestToken));

        Assert.Equal("a line has more than 8192 octets", refused.Message);
    }

    [Fact]
    public async Task Answers_without_end_are_bounded()
    {
        await using ScriptedServer server = new((connection, _) => connection.SayAsync(string.Concat(Enumerable.Repeat("220-mail\r\n", 200))));

        IOException refused = await Assert.ThrowsAsync<IOException>(() => new MailPeer("smtp", At(server), "EHLO").TalkAsync(TestToken));

        Assert.Equal("it answers with more than 100 lines", refused.Message);
    }

    [Theory]
    [InlineData("* OK ready", "a OK done", null)]
    [InlineData("* BYE too many", "a OK done", "the connection was answered: * BYE too many")]
    [InlineData("* OK ready", "a BAD what", "CAPABILITY was answered: a BAD what")]
    public async Task Imap_server_is_greeted_and_left_without_a_login(string greeting, string capability, string? cause)
    {
        await using ScriptedServer server = new(async (connection, _) =>
        {
            await connection.SayAsync(greeting + "\r\n");
            while (await connection.HearAsync() is { } line)
                await connection.SayAsync(line.StartsWith('a') ? $"* CAPABILITY IMAP4rev1\r\n{capability}\r\n" : $"* BYE\r\n{line[0]} OK done\r\n");
        });
        Task<PeerFinding> talking = new ImapPeer("imap", At(server)).TalkAsync(TestToken);

        if (cause is not null)
        {
            Assert.Equal(cause, (await Assert.ThrowsAsync<IOException>(() => talking)).Message);
            return;
        }

        Assert.Equal(default, await talking);
        Assert.Equal("a CAPABILITY\nc LOGOUT\n", server.Heard.ToString());
    }

    [Theory]
    [InlineData("200 OK", null)]
    [InlineData("302 Found", null)]
    [InlineData("401 Unauthorized", null)]
    [InlineData("502 Bad Gateway", "it answers 502")]
    public async Task Web_page_is_well_unless_the_server_says_that_it_cannot(string status, string? cause)
    {
        await using ScriptedServer server = new((connection, _) => connection.AnswerHttpAsync(status));
        WebPeer web = new("webmail", new Uri($"http://127.0.0.1:{server.Port}/mail/"));
        Task<PeerFinding> talking = web.TalkAsync(TestToken);

        if (cause is null) Assert.Equal(default, await talking);
        else Assert.Equal(cause, (await Assert.ThrowsAsync<IOException>(() => talking)).Message);
        Assert.StartsWith("GET /mail/ HTTP/1.1\n", server.Heard.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_there_is_said_with_the_address()
    {
        EndpointAddress.Unix nowhere = new("/nonexistent/lmtp.sock");

        IOException failure = await Assert.ThrowsAsync<IOException>(() => new MailPeer("lmtp", nowhere, "LHLO").TalkAsync(TestToken));

        Assert.StartsWith("unix:/nonexistent/lmtp.sock: ", failure.Message, StringComparison.Ordinal);
    }

    private static EndpointAddress.Inet At(ScriptedServer server) => new(IPAddress.Loopback, server.Port);
}
