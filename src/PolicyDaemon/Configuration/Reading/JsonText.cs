using System.Text.Encodings.Web;
using System.Text.Json;

namespace PolicyDaemon.Configuration.Reading;

/// <summary>Settings as the configuration file would spell them.</summary>
internal static class JsonText
{
    private static readonly JsonSerializerOptions OneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>For people and files, never for a web page, so that <c>+</c>, <c>&lt;</c> and letters stay as they are.</summary>
    public static readonly JsonSerializerOptions Readable = new(OneLine) { WriteIndented = true };

    /// <summary>The text in quotes; control characters are escaped, so that it is one line.</summary>
    public static string Quote(string text) => JsonSerializer.Serialize(text, OneLine);

    /// <param name="items">Each in JSON already.</param>
    public static string List(IEnumerable<string> items) => $"[{string.Join(", ", items)}]";
}
