using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PolicyDaemon.Configuration;

namespace PolicyDaemon.Notices;

/// <summary>One notice as one JSON POST. The server's certificate is verified, redirects are not followed, the answer's body is not read.</summary>
internal sealed class WebhookCall : IDisposable
{
    private const int MaxHeaderKilobytes = 16;

    private const int MaxTokenLength = 8192;

    private readonly HttpClient client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        MaxResponseHeadersLength = MaxHeaderKilobytes,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    {
        // The caller's token ends it.
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <exception cref="NoticeRefusedException">The answer was not 2xx; 4xx is final, but for 408 and 429.</exception>
    /// <exception cref="IOException">Nobody could be reached, or not safely.</exception>
    public async Task SendAsync(Notice notice, NotifyOptions options, CancellationToken cancellationToken)
    {
        if (!options.HasWebhook) throw new NoticeRefusedException("there is no webhook any more", isFinal: true);
        var url = options.WebhookFile is { } named
            ? WebhookUrl.Read(named) ?? throw new NoticeRefusedException($"{named} has no URL in it", isFinal: false)
            : options.Webhook;
        using var request = new HttpRequestMessage(HttpMethod.Post, url)
        {
            Content = new StringContent(ToJson(notice), Encoding.UTF8, "application/json"),
        };
        if (options.WebhookTokenFile is { } file) request.Headers.Authorization = await ReadTokenAsync(file, cancellationToken);
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (response.IsSuccessStatusCode) return;
            var code = (int)response.StatusCode;
            var isFinal = code is >= 300 and < 500 && response.StatusCode is not (HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests);
            throw new NoticeRefusedException(string.Create(CultureInfo.InvariantCulture, $"the answer was {code}"), isFinal);
        }
        catch (HttpRequestException exception)
        {
            throw new IOException(exception.InnerException is { } inner ? $"{exception.Message} ({inner.Message})" : exception.Message, exception);
        }
    }

    public void Dispose() => client.Dispose();

    /// <summary>The fields of the event, and in front what every notice has; <c>text</c> is what chat services show.</summary>
    internal static string ToJson(Notice notice)
    {
        var body = new JsonObject
        {
            ["id"] = notice.Id,
            ["time"] = notice.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            ["node"] = notice.Node,
            ["subject"] = notice.Subject,
            ["text"] = notice.Text,
        };
        foreach (var (name, value) in notice.Fields) body[name] = value?.DeepClone();
        return body.ToJsonString(JsonSerializerOptions.Default);
    }

    private static async Task<AuthenticationHeaderValue> ReadTokenAsync(string file, CancellationToken cancellationToken)
    {
        var token = (await File.ReadAllTextAsync(file, cancellationToken)).Trim();
        return token.Length is > 0 and <= MaxTokenLength && token.All(static character => character is > ' ' and <= '~')
            ? new AuthenticationHeaderValue("Bearer", token)
            : throw new NoticeRefusedException($"{file} has no token in it", isFinal: false);
    }
}
