namespace PolicyDaemon.Backends.Files;

/// <summary>Which files are the directory, and how long what they last held counts: the section <c>directory.files</c>.</summary>
public sealed record FileDirectoryOptions
{
    /// <summary>Passwd-files, of Dovecot or docker-mailserver; absolute paths.</summary>
    public IReadOnlyList<string> Passwd { get; init; } = [];

    /// <summary>aliases(5) and virtual(5) texts; absolute paths. Of an address that several have, the first counts.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>The scheme of passwords without one, in capitals.</summary>
    public string DefaultScheme { get; init; } = "CRYPT";

    /// <summary>How long the last content of a file counts that is away or cannot be understood; zero: not at all.</summary>
    public TimeSpan StaleFor { get; init; } = TimeSpan.FromHours(4);

    /// <summary>The number of a system user by its name; null: there is none.</summary>
    public Func<string, uint?> FindUser { get; init; } = static _ => null;

    /// <inheritdoc cref="FindUser"/>
    public Func<string, uint?> FindGroup { get; init; } = static _ => null;
}
