using System.Text.Json.Serialization;
using PolicyDaemon.Admin;
using PolicyDaemon.Http.Peers;

namespace PolicyDaemon.Http;

/// <summary>How the pages look that programs read: as on the admin socket, names and words in camelCase.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, Converters = [typeof(WordConverter<PartState>)])]
[JsonSerializable(typeof(Readiness))]
[JsonSerializable(typeof(PeerReport))]
internal sealed partial class HttpJson : JsonSerializerContext;
