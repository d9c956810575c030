namespace PolicyDaemon.Engine.Messages;

/// <summary>A field that is to be taken out of the header.</summary>
/// <param name="Name">Its <see cref="HeaderField.LookupName"/>.</param>
/// <param name="Index">Which of the fields of this name, without regard to case, as they were received: the first is 1.</param>
/// <remarks>The milter protocol's own numbers (<c>SMFIR_CHGHEADER</c>), so that a front hands them on as they are.</remarks>
public sealed record HeaderRemoval(string Name, int Index)
{
    /// <summary>One line for logs: <c>removes X-Spam-Status, Authentication-Results (3)</c>.</summary>
    public static string Describe(IReadOnlyList<HeaderRemoval> removals) => SafeText.OneLine(
        $"removes {string.Join(", ", removals.GroupBy(removal => removal.Name, StringComparer.OrdinalIgnoreCase).Select(same => Describe(same.Key, same.Count())))}", 300);

    private static string Describe(string name, int count) =>
        count == 1 ? name : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{name} ({count})");
}
