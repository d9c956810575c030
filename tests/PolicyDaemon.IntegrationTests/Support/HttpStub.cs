using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PolicyDaemon.IntegrationTests.Support;

/// <summary>Stands where the daemon listens for HTTP and answers what a test wants, one request for each connection.</summary>
internal sealed class HttpStub : IAsyncDisposable
{
    private readonly TcpListener listener;
    private readonly Func<string, (int Status, string Body)> answer;
    private readonly Task serving;

    /// <param name="answer">Given the body of a POST.</param>
    public HttpStub(IPAddress address, Func<string, (int Status, string Body)> answer)
    {
        this.answer = answer;
        listener = new(address, 0);
        listener.Start(1000);
        serving = ServeAsync();
    }

    public IPEndPoint Endpoint => (IPEndPoint)listener.LocalEndpoint;

    /// <summary>What a GET is answered with.</summary>
    public string Users { get; set; } = "";

    public async ValueTask DisposeAsync()
    {
        listener.Dispose();
        await serving;
    }

    private async Task ServeAsync()
    {
        List<Task> answering = [];
        try
        {
            while (true) answering.Add(AnswerAsync(await listener.AcceptTcpClientAsync()));
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            await Task.WhenAll(answering);
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using TcpClient connection = client;
        NetworkStream stream = client.GetStream();
        try
        {
            string asked = await ReadAsync(stream);
            (int status, string body) = asked.StartsWith("GET ", StringComparison.Ordinal) ? (200, Users) : answer(asked);
            string location = status == 302 ? $"Location: http://{Endpoint}/elsewhere\r\n" : "";
            byte[] octets = Encoding.UTF8.GetBytes(status == 204 ? "" : body);
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} x\r\n{location}Content-Length: {octets.Length}\r\nConnection: close\r\n\r\n"));
            await stream.WriteAsync(octets);
        }
        catch (IOException)
        {
            // The client has gone.
        }
    }

    /// <summary>The head and the body; the client waits for a 100 before it sends the latter.</summary>
    private static async Task<string> ReadAsync(NetworkStream stream)
    {
        StringBuilder text = new();
        byte[] buffer = new byte[4096];
        int expected = int.MaxValue;
        while (text.Length < expected)
        {
            int length = await stream.ReadAsync(buffer);
            if (length == 0) break;
            text.Append(Encoding.Latin1.GetString(buffer, 0, length));
            string head = text.ToString();
            int end = head.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end < 0 || expected < int.MaxValue) continue;
            expected = end + 4 + LengthIn(head[..end]);
            if (head.Contains("100-continue", StringComparison.Ordinal)) await stream.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray());
        }

        return text.ToString();
    }

    private static int LengthIn(string head)
    {
        const string Name = "Content-Length: ";
        int at = head.IndexOf(Name, StringComparison.OrdinalIgnoreCase);
        return at < 0 ? 0 : int.Parse(string.Concat(head[(at + Name.Length)..].TakeWhile(char.IsAsciiDigit)), CultureInfo.InvariantCulture);
    }
}
