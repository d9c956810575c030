using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using PolicyDaemon.Notices;
using PolicyDaemon.Telemetry;
using PolicyDaemon.Tests.Daemon.Configuration;
using PolicyDaemon.Tests.Daemon.Telemetry;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Notices;

/// <summary>Notices to servers of this process: good ones, and bad ones in every way.</summary>
public sealed class NoticeBoardTests : IDisposable
{
    private static readonly Notice Blocked = NewNotice("The login alice has been stopped.\n.a line with a dot\n");

    private readonly ConfigurationFolder folder = new();
    private readonly LogLines lines = new();
    private readonly DaemonMetrics metrics = new();

    public void Dispose()
    {
        metrics.Dispose();
        lines.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task Webhook_gets_one_post_with_the_fields_and_the_token()
    {
        await using var server = new ScriptedServer((connection, _) => connection.AnswerHttpAsync("204 No Content"));
        var token = folder.Write("token", "s3cret\n");
        await using var board = Board($$"""{ "webhook": "http://127.0.0.1:{{server.Port}}/hook?key=1", "webhookTokenFile": "{{token}}" }""");

        board.Post(Blocked);
        await WaitForAsync("notice_sent");

        var heard = server.Heard.ToString();
        Assert.StartsWith("POST /hook?key=1 HTTP/1.1\n", heard, StringComparison.Ordinal);
        Assert.Contains("Authorization: Bearer s3cret\n", heard, StringComparison.Ordinal);
        using var body = JsonDocument.Parse(heard[heard.IndexOf('{', StringComparison.Ordinal)..]);
        Assert.Equal(("id1", "mx1", "contained"), (Text("id"), Text("node"), Text("event")));
        Assert.Equal(Blocked.Text, Text("text"));
        Assert.Equal(1, server.Connections);
        Assert.DoesNotContain(lines.Snapshot(), line => line.Contains("s3cret", StringComparison.Ordinal) || line.Contains("key=1", StringComparison.Ordinal));

        string? Text(string name) => body.RootElement.GetProperty(name).GetString();
    }

    [Fact]
    public async Task Webhook_whose_url_is_a_secret_comes_from_a_file_that_is_read_for_each_notice()
    {
        await using var server = new ScriptedServer((connection, _) => connection.AnswerHttpAsync("204 No Content"));
        var file = folder.Write("url", $"http://127.0.0.1:{server.Port}/old/s3cret\n");
        await using var board = Board($$"""{ "webhookFile": "{{file}}" }""");
        folder.Write("url", $"http://127.0.0.1:{server.Port}/new/s3cret");

        board.Post(Blocked);
        await WaitForAsync($"notice_sent channel=webhook to={file}");

        Assert.StartsWith("POST /new/s3cret HTTP/1.1\n", server.Heard.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(lines.Snapshot(), line => line.Contains("s3cret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Webhook_whose_file_holds_no_url_any_more_is_tried_again_and_what_it_holds_is_not_said()
    {
        await using var server = new ScriptedServer((connection, _) => connection.AnswerHttpAsync("204 No Content"));
        var file = folder.Write("url", $"http://127.0.0.1:{server.Port}/");
        await using var board = Board($$"""{ "webhookFile": "{{file}}" }""");
        folder.Write("url", "http://s3cret.example.org/");

        board.Post(Blocked);
        await WaitForAsync($"cause=\"{file} has no URL in it\"");
        folder.Write("url", $"http://127.0.0.1:{server.Port}/");

        await WaitForAsync("notice_sent");
        Assert.DoesNotContain(lines.Snapshot(), line => line.Contains("s3cret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("400 Bad Request", 1)]
    [InlineData("302 Found", 1)]
    [InlineData("500 Internal Server Error", 2)]
    [InlineData("429 Too Many Requests", 2)]
    [InlineData("408 Request Timeout", 2)]
    public async Task Webhook_that_refuses_for_now_is_asked_again_and_one_that_refuses_for_good_is_not(string status, int connections)
    {
        await using var server = new ScriptedServer((connection, before) => connection.AnswerHttpAsync(before == 0 ? status : "200 OK"));
        await using var board = Board($$"""{ "webhook": "http://127.0.0.1:{{server.Port}}/" }""");

        board.Post(Blocked);

        await WaitForAsync(connections == 1 ? "notice_failed" : "notice_sent");
        Assert.Equal(connections, server.Connections);
        Assert.Contains(lines.Snapshot(), line => line.Contains($"cause=\"the answer was {status[..3]}\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Webhook_that_speaks_garbage_is_tried_again()
    {
        await using var server = new ScriptedServer(async (connection, before) =>
        {
            if (before == 0) await connection.SayAsync("\0\x01\x02 hello\r\n\r\n");
            else await connection.AnswerHttpAsync("200 OK");
        });
        await using var board = Board($$"""{ "webhook": "http://127.0.0.1:{{server.Port}}/" }""");

        board.Post(Blocked);

        await WaitForAsync("notice_sent");
        Assert.Contains(lines.Snapshot(), line => line.Contains("notice_delayed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Https_without_a_certificate_that_holds_is_not_spoken_to()
    {
        await using var server = new ScriptedServer((connection, _) => connection.AnswerHttpAsync("200 OK"));
        await using (var board = Board($$"""{ "webhook": "https://127.0.0.1:{{server.Port}}/" }"""))
        {
            board.Post(Blocked);
            await WaitForAsync("notice_delayed");
        }

        Assert.DoesNotContain("alice", server.Heard.ToString(), StringComparison.Ordinal);
        Assert.Contains(lines.Snapshot(), line => line.Contains("cause=\"the daemon stops\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Mail_comes_to_each_address_by_itself_with_headers_that_no_machine_answers()
    {
        await using var server = new ScriptedServer((connection, _) => connection.TakeMailAsync());
        await using var board = Board(Smtp(server, "a@truenorth.local", "b@truenorth.local"));

        board.Post(Blocked);
        await WaitForAsync("to=b@truenorth.local");

        var first = server.Heard.ToString().Split("QUIT\n")[0];
        Assert.Equal(
            """
            EHLO [127.0.0.1]
            MAIL FROM:<>
            RCPT TO:<a@truenorth.local>
            DATA
            From: PolicyDaemon <a@truenorth.local>
            To: <a@truenorth.local>
            Subject: [policydaemon mx1] login alice is blocked
            Date: Sat, 21 Nov 2026 03:00:00 +0000
            Message-ID: <id1.policydaemon@truenorth.local>
            Auto-Submitted: auto-generated
            MIME-Version: 1.0
            Content-Type: text/plain; charset=us-ascii
            Content-Transfer-Encoding: 7bit

            The login alice has been stopped.
            ..a line with a dot
            .

            """,
            first);
        Assert.Equal(2, server.Connections);
    }

    [Theory]
    [InlineData("greeting", "554 5.3.2 no service\r\n", 1)]
    [InlineData("RCPT", "550 5.1.1 nobody\r\n", 1)]
    [InlineData(".", "554 5.7.1 spam\r\n", 1)]
    [InlineData("greeting", "421 4.3.2 later\r\n", 2)]
    [InlineData("EHLO", "451 4.3.0 later\r\n", 2)]
    [InlineData("MAIL", "", 2)]
    [InlineData("RCPT", "450 4.2.0 greylisted\r\n", 2)]
    [InlineData("DATA", "250 what?\r\n", 2)]
    [InlineData("greeting", "HTTP/1.1 400 Bad Request\r\n", 2)]
    [InlineData("greeting", "2\r\n", 2)]
    [InlineData("greeting", "999 x\r\n", 2)]
    [InlineData("QUIT", "", 1)]
    public async Task Mail_server_that_refuses_for_good_is_believed_and_any_other_is_asked_again(string at, string reply, int connections)
    {
        await using var server = new ScriptedServer((connection, before) => before == 0 ? connection.TakeMailAsync(at, reply) : connection.TakeMailAsync());
        await using var board = Board(Smtp(server, "a@truenorth.local"));

        board.Post(Blocked);

        await WaitForAsync(connections == 2 || at == "QUIT" ? "notice_sent" : "notice_failed");
        Assert.Equal(connections, server.Connections);
    }

    [Fact]
    public async Task Reply_without_an_end_is_not_read_to_its_end()
    {
        await using var server = new ScriptedServer(async (connection, before) =>
        {
            if (before == 0) await connection.SayAsync(string.Concat(Enumerable.Repeat("250-more\r\n", 10_000)));
            else await connection.TakeMailAsync();
        });
        await using var board = Board(Smtp(server, "a@truenorth.local"));

        board.Post(Blocked);

        await WaitForAsync("notice_sent");
        Assert.Contains(lines.Snapshot(), line => line.Contains("does not speak SMTP", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Server_that_says_nothing_holds_up_neither_whoever_posts_nor_the_end()
    {
        await using var server = new ScriptedServer((connection, _) => connection.SleepAsync());
        var board = Board(Smtp(server, "a@truenorth.local"));
        for (var i = 0; i < 2000; i++) board.Post(Blocked with { Fields = new JsonObject { ["event"] = $"kind{i}" } });
        await WaitForAsync("1000 notices wait already");

        await board.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.Equal(2000, lines.Snapshot().Count(line => line.Contains("notice_failed", StringComparison.Ordinal)));
    }

    [Fact]
    public void Text_beyond_ascii_goes_in_base64_and_the_subject_stays_ascii_in_one_line()
    {
        var notice = NewNotice("Die Anmeldung jürgen ist gesperrt.\n") with { Subject = "login jürgen\r\nBcc: x is blocked" };

        var message = MailText.Write(notice, "a@truenorth.local", "b@truenorth.local");

        Assert.All(message, character => Assert.True(char.IsAscii(character)));
        Assert.Contains("\r\nContent-Transfer-Encoding: base64\r\n\r\nRGllIEFubWVsZHVuZyBqw7xyZ2VuIGlzdCBnZXNwZXJydC4K\r\n", message, StringComparison.Ordinal);
        Assert.DoesNotContain("\nBcc", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Flood_of_one_kind_is_cut_off_and_the_last_notice_says_so_while_another_kind_goes_on()
    {
        await using var server = new ScriptedServer((connection, _) => connection.AnswerHttpAsync("204 No Content"));
        await using var board = Board($$"""{ "webhook": "http://127.0.0.1:{{server.Port}}/", "perHour": 2 }""");

        for (int i = 0; i < 4; i++) board.Post(Blocked with { Id = $"id{i}" });
        board.Post(Blocked with { Id = "id9", Fields = new JsonObject { ["event"] = "store" } });
        await WaitForAsync("id=id9");

        Assert.Equal(3, server.Connections);
        Assert.Equal(2, lines.Snapshot().Count(line => line.Contains("warning notice_withheld kind=contained until=", StringComparison.Ordinal)));
        Assert.Single(server.Heard.ToString().Split("This is notice 2 of its kind within an hour").Skip(1));
    }

    private static Notice NewNotice(string text) => new(
        "id1", DateTimeOffset.Parse("2026-11-21T03:00:00Z", CultureInfo.InvariantCulture), "mx1", "login alice is blocked", text,
        new JsonObject { ["event"] = "contained" });

    private static string Smtp(ScriptedServer server, params string[] to) =>
        $$"""{ "smtp": "inet:127.0.0.1:{{server.Port}}", "mailTo": [{{string.Join(',', to.Select(address => $"\"{address}\""))}}] }""";

    private NoticeBoard Board(string notify)
    {
        var options = folder.LoadGood($$"""{ "notify": {{notify}} }""");

        // The clock of the notice: an hour ago would mean that there is no second attempt.
        return new NoticeBoard(() => options.Notify, lines.Log, metrics, new ShortlyAfter(Blocked.Time));
    }

    private async Task WaitForAsync(string text)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        while (!lines.Snapshot().Any(line => line.Contains(text, StringComparison.Ordinal)))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, limit.Token);
        }
    }

    /// <summary>Timers as ever; it is always a minute after the event.</summary>
    private sealed class ShortlyAfter(DateTimeOffset started) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => started + TimeSpan.FromMinutes(1);
    }
}
