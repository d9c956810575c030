using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PolicyDaemon.Backends.PostgreSql;

/// <summary>One step of the own schema: a file <c>Migrations/NNNN_name.sql</c>, never edited once it has shipped.</summary>
/// <param name="Number">From 1, without gaps.</param>
/// <param name="Name">The file's name without ending: <c>0001_base</c>.</param>
public sealed record PostgresMigration(int Number, string Name, string Statements)
{
    private const string Folder = "PolicyDaemon.Backends.PostgreSql.Migrations.";

    /// <summary>All that this program knows, in order.</summary>
    public static IReadOnlyList<PostgresMigration> All { get; } = ReadAll();

    /// <summary>SHA-256 of the file, hexadecimal: tells an edited file from the one that was applied.</summary>
    public string Checksum => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Statements)));

    private static PostgresMigration[] ReadAll()
    {
        var assembly = typeof(PostgresMigration).Assembly;
        return
        [
            .. assembly.GetManifestResourceNames()
                .Where(resource => resource.StartsWith(Folder, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(resource => Read(resource[Folder.Length..^".sql".Length], assembly.GetManifestResourceStream(resource)!)),
        ];
    }

    private static PostgresMigration Read(string name, Stream content)
    {
        using var reader = new StreamReader(content, Encoding.UTF8);
        return new PostgresMigration(int.Parse(name.AsSpan(0, 4), CultureInfo.InvariantCulture), name, reader.ReadToEnd());
    }
}
