namespace PolicyDaemon.Engine.Directories;

/// <summary>Where a fact comes from and how old it is: what <c>ask</c> shows and the log calls <c>age_ms</c>.</summary>
/// <param name="Source">The configured name of the source: <c>ldap</c>, <c>sqlite</c>, <c>configuration</c>, …</param>
/// <param name="Entry">The entry inside the source: a DN, a table and row, a file; empty when there is none.</param>
/// <param name="Age">Time since the source said so; zero for an answer just given.</param>
public readonly record struct Provenance(string Source, string Entry, TimeSpan Age)
{
    public static readonly Provenance None = new("", "", TimeSpan.Zero);

    public static Provenance Of(string source, string entry = "") => new(source, entry, TimeSpan.Zero);
}
