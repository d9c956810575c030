namespace PolicyDaemon.Configuration.Reading;

/// <summary>A key that there is, whether set or not.</summary>
/// <param name="Name">As documented: <c>directory.ldap.urls</c>, <c>limits[].name</c>, <c>directory.accountStatuses.*</c>.</param>
/// <param name="Kind">What it holds: <c>duration</c>, <c>list of network</c>, …</param>
/// <param name="Expected">The same at length, for messages.</param>
/// <param name="Default">In JSON; null: none.</param>
/// <param name="IsRequired">Must be set where its section is.</param>
/// <param name="IsOptional">It is in a section or list element that counts only when it is written.</param>
internal sealed record KnownKey(string Name, string Kind, string Expected, string? Default, bool IsRequired, bool IsOptional)
{
    /// <summary>The <see cref="Kind"/> of a list whose elements are sections of their own.</summary>
    public const string ListOfSections = "list of sections";
}

/// <summary>A key that is set, and rightly.</summary>
/// <param name="Path">With <c>:</c>, elements by number.</param>
/// <param name="Json">The value in JSON, in its normal spelling.</param>
internal sealed record KeyReading(string Path, string Json);
