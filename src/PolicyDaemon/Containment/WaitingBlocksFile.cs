using System.Text.Json;
using System.Text.Json.Serialization;
using PolicyDaemon.Backends;
using PolicyDaemon.Engine.Blocks;

namespace PolicyDaemon.Containment;

/// <summary>The blocks that wait for the store, over a restart.</summary>
/// <param name="report">Told why the file cannot be read or written.</param>
internal sealed class WaitingBlocksFile(string path, Action<string> report)
{
    /// <summary>Ten thousand blocks and more.</summary>
    private const long MaxBytes = 8 * 1024 * 1024;

    private static readonly JsonSerializerOptions Form = new() { Converters = { new JsonStringEnumConverter() }, RespectNullableAnnotations = true };

    private readonly StateFile file = new(path, MaxBytes);

    public IReadOnlyList<Block> Read()
    {
        using var content = file.Open(out var cause);
        if (content is not null)
        {
            try
            {
                if (JsonSerializer.Deserialize<List<Block>>(content, Form) is { } blocks && !blocks.Contains(null!)) return blocks;
                cause = "it is damaged";
            }
            catch (Exception exception) when (exception is JsonException or IOException)
            {
                cause = "it is damaged";
            }
        }

        if (cause is not null) report($"cannot read {path}: {cause}");
        return [];
    }

    public void Write(IEnumerable<Block> blocks)
    {
        if (file.Write(content => JsonSerializer.Serialize(content, blocks, Form)) is { } cause) report(cause);
    }
}
