using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace PolicyDaemon.MailStack.Daemon;

/// <summary>Reads where a configuration of the daemon listens: <c>unix:/path</c> or <c>inet:address:port</c>, single or in lists.</summary>
internal static class ListenSection
{
    private static readonly JsonDocumentOptions Format = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    internal static IReadOnlyList<EndPoint> Read(string configuration)
    {
        using JsonDocument document = JsonDocument.Parse(configuration, Format);
        List<EndPoint> endpoints = [];
        if (document.RootElement.TryGetProperty("listen", out JsonElement listen))
        {
            foreach (JsonProperty kind in listen.EnumerateObject().Where(key => !key.Name.EndsWith("File", StringComparison.Ordinal)))
                endpoints.AddRange(ReadTexts(kind.Value).Select(ReadEndpoint));
        }

        return endpoints is []
            ? throw new ArgumentException("the configuration has no 'listen' section, so it would listen at the places of an installed daemon", nameof(configuration))
            : endpoints;
    }

    private static IEnumerable<string> ReadTexts(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array
            ? value.EnumerateArray().Select(element => element.GetString()!)
            : [value.GetString()!];

    private static EndPoint ReadEndpoint(string text) => text.Split(':', 2) switch
    {
        ["unix", var path] => new UnixDomainSocketEndPoint(path),
        ["inet", var address] => IPEndPoint.Parse(address),
        _ => throw new FormatException($"'{text}' is neither unix:/path nor inet:address:port"),
    };
}
