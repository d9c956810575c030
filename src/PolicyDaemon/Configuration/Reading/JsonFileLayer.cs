using System.Globalization;
using System.Text;
using System.Text.Json;

namespace PolicyDaemon.Configuration.Reading;

/// <summary>
/// The configuration file: JSON (RFC 8259) with comments and trailing commas. Unlike the provider of the base library it knows the line
/// of every setting and how it was written, and two settings of one name are an error: the later would win unseen.
/// </summary>
internal sealed class JsonFileLayer : Layer
{
    public const int MaxFileBytes = 1 << 20;

    private static readonly JsonReaderOptions Syntax = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        MaxDepth = 16,
    };

    private readonly string file;
    private readonly byte[] json;
    private int line = 1;
    private int counted;

    private JsonFileLayer(string file, byte[] json)
    {
        this.file = file;
        this.json = json;
    }

    /// <summary>Reads a file. What is wrong with it is in <see cref="Layer.Problems"/>; what could be read is there all the same.</summary>
    public static JsonFileLayer Read(string file)
    {
        if (System.IO.Directory.Exists(file)) return Failed(file, "is a directory: expected a file");
        try
        {
            var length = new FileInfo(file).Length;
            if (length > MaxFileBytes) return Failed(file, $"is {length} octets long: expected at most {MaxFileBytes}");
            return Parse(file, File.ReadAllBytes(file));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return Failed(file, "does not exist");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Failed(file, $"cannot be read: {FileChecks.Describe(exception)}");
        }
    }

    /// <param name="file">The name that messages show.</param>
    public static JsonFileLayer Parse(string file, byte[] json)
    {
        var layer = new JsonFileLayer(file, json.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? json[3..] : json);
        try
        {
            if (!layer.HasTokens()) return Failed(file, "is empty: expected one JSON object: { … }");
            layer.Parse();
        }
        catch (JsonException exception)
        {
            layer.Problems.Add(layer.Describe(exception));
            layer.IsBroken = true;
        }
        catch (InvalidOperationException)
        {
            // A string with octets that are no UTF-8, or an escape that is half a character.
            var at = new SettingOrigin(string.Create(CultureInfo.InvariantCulture, $"{file}:{layer.line}"), layer.line, SettingForm.Text);
            layer.Problems.Add(new Problem(at, "", null, "is not JSON: here or a little further on is text that is not UTF-8"));
            layer.IsBroken = true;
        }

        return layer;
    }

    private static JsonFileLayer Failed(string file, string message)
    {
        var layer = new JsonFileLayer(file, []) { IsBroken = true };
        layer.Problems.Add(new Problem(new SettingOrigin(file, 0, SettingForm.Section), "", null, message));
        return layer;
    }

    private bool HasTokens()
    {
        var reader = new Utf8JsonReader(json, isFinalBlock: false, new JsonReaderState(Syntax));
        return reader.Read();
    }

    private void Parse()
    {
        var reader = new Utf8JsonReader(json, Syntax);
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            ReadSection(ref reader, "");
            reader.Read();
            return;
        }

        Problems.Add(new Problem(Origin(reader.TokenStartIndex, SettingForm.Text), "", null, "expected one JSON object: { … }"));
        IsBroken = true;
    }

    private void ReadSection(ref Utf8JsonReader reader, string path)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var start = reader.TokenStartIndex;
            var name = reader.GetString()!;
            var child = path.Length == 0 ? name : $"{path}:{name}";
            reader.Read();
            if (name.Length == 0 || name.Contains(':', StringComparison.Ordinal))
            {
                Problems.Add(new Problem(Origin(start, SettingForm.Text), child, null, "expected a name without ':'"));
                reader.Skip();
                continue;
            }

            ReadValue(ref reader, child, start);
        }
    }

    private void ReadValue(ref Utf8JsonReader reader, string path, long start)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                if (!Begin(path, start, SettingForm.Section)) reader.Skip();
                else ReadSection(ref reader, path);
                break;
            case JsonTokenType.StartArray:
                if (!Begin(path, start, SettingForm.List)) reader.Skip();
                else ReadList(ref reader, path);
                break;
            default:
                var (form, text) = Leaf(ref reader);
                if (!TryAdd(path, text, Origin(start, form))) Duplicate(path, start);
                break;
        }
    }

    private void ReadList(ref Utf8JsonReader reader, string path)
    {
        for (var index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
        {
            ReadValue(ref reader, string.Create(CultureInfo.InvariantCulture, $"{path}:{index}"), reader.TokenStartIndex);
        }
    }

    private bool Begin(string path, long start, SettingForm form)
    {
        var isNew = TryAdd(path, null, Origin(start, form));
        if (!isNew) Duplicate(path, start);
        return isNew;
    }

    private void Duplicate(string path, long start)
    {
        TryGetOrigin(path, out var first);
        var message = string.Create(CultureInfo.InvariantCulture, $"is set twice: expected once (first at line {first!.Order})");
        Problems.Add(new Problem(Origin(start, SettingForm.Text), path, null, message));
    }

    private static (SettingForm Form, string? Text) Leaf(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => (SettingForm.Text, reader.GetString()),
        JsonTokenType.Number => (SettingForm.Number, Encoding.UTF8.GetString(reader.ValueSpan)),
        JsonTokenType.True => (SettingForm.Boolean, "true"),
        JsonTokenType.False => (SettingForm.Boolean, "false"),
        _ => (SettingForm.Null, null),
    };

    /// <param name="offset">Not before that of an earlier call.</param>
    private SettingOrigin Origin(long offset, SettingForm form)
    {
        line += json.AsSpan(counted, (int)offset - counted).Count((byte)'\n');
        counted = (int)offset;
        return new SettingOrigin(string.Create(CultureInfo.InvariantCulture, $"{file}:{line}"), line, form);
    }

    /// <summary>The parser's own words carry its position and advice to programmers behind them; an administrator needs neither.</summary>
    private Problem Describe(JsonException exception)
    {
        var wrongLine = (int)(exception.LineNumber ?? 0) + 1;
        var column = (exception.BytePositionInLine ?? 0) + 1;
        var isOpen = exception.Message.StartsWith("Expected depth to be zero", StringComparison.Ordinal);
        var sentence = isOpen ? "a '{' or '[' is never closed" : exception.Message;
        foreach (var tail in (string[])[" LineNumber:", " Change the reader options", " Path:"])
        {
            var at = sentence.IndexOf(tail, StringComparison.Ordinal);
            if (at > 0) sentence = sentence[..at];
        }

        var place = string.Create(CultureInfo.InvariantCulture, $"{file}:{wrongLine}:{column}");
        return new Problem(new SettingOrigin(place, wrongLine, SettingForm.Section), "", null, $"is not JSON: {Secrets.Hide(sentence)}");
    }
}
