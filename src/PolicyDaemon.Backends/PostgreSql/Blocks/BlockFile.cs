using System.Text.Json;
using System.Text.Json.Serialization;

namespace PolicyDaemon.Backends.PostgreSql.Blocks;

/// <summary>The last known blocks and the orders not yet handed over, in a file.</summary>
internal sealed class BlockFile(string path)
{
    /// <summary>A hundred thousand blocks.</summary>
    private const long MaxBytes = 64 * 1024 * 1024;

    private static readonly JsonSerializerOptions Form = new() { Converters = { new JsonStringEnumConverter() } };

    private readonly StateFile file = new(path, MaxBytes);

    /// <param name="cause">Why what is there cannot be used; null also when there is nothing.</param>
    public SavedBlocks Read(out string? cause)
    {
        using var content = file.Open(out cause);
        if (content is null) return SavedBlocks.Nothing;
        cause = "it is damaged";
        try
        {
            var saved = JsonSerializer.Deserialize<SavedBlocks>(content, Form);
            if (saved is not { Version: SavedBlocks.CurrentVersion, Blocks: not null, Pending: not null }) return SavedBlocks.Nothing;
            cause = null;
            return saved;
        }
        catch (JsonException)
        {
            return SavedBlocks.Nothing;
        }
        catch (IOException failure)
        {
            cause = failure.Message;
            return SavedBlocks.Nothing;
        }
    }

    /// <inheritdoc cref="StateFile.Write"/>
    public string? Write(SavedBlocks saved) => file.Write(content => JsonSerializer.Serialize(content, saved, Form));
}
