using System.Text.Json;
using PolicyDaemon.Backends;
using PolicyDaemon.Wire.DovecotAuth;

namespace PolicyDaemon.Hosting;

/// <summary>The logins that are on their way, from a daemon that stops to the next one; each is left once and taken once.</summary>
/// <param name="report">Told why the file cannot be read or written.</param>
internal sealed class PendingLoginsFile(string path, Action<string> report)
{
    /// <summary>As many logins as are remembered, with long names.</summary>
    private const long MaxBytes = 16 * 1024 * 1024;

    private static readonly JsonSerializerOptions Form = new() { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    private readonly StateFile file = new(path, MaxBytes);

    /// <returns>Null: nothing was left, or it cannot be used.</returns>
    public PendingLogins? Take()
    {
        try
        {
            using var content = file.Open(out var cause);
            if (cause is not null) report($"cannot read {path}: {cause}");
            if (content is null) return null;

            // Before it is used: after a crash, what is in it would be told twice.
            File.Delete(path);
            return JsonSerializer.Deserialize<PendingLogins>(content, Form);
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            report($"cannot read {path}: {(exception is JsonException ? "it is damaged" : exception.Message)}");
            return null;
        }
    }

    /// <param name="logins">None: nothing is written.</param>
    public void Leave(PendingLogins logins)
    {
        if (logins.Logins.Count > 0 && file.Write(content => JsonSerializer.Serialize(content, logins, Form)) is { } cause) report(cause);
    }
}
