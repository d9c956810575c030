using System.Globalization;

namespace PolicyDaemon.Doctor.Postfix;

/// <summary>Postfix's <c>compatibility_level</c>: a number, or a version such as <c>3.6</c>. COMPATIBILITY_README.</summary>
internal static class CompatibilityLevel
{
    /// <summary>Number by number; a missing one counts as 0, one that is none too.</summary>
    internal static int Compare(string left, string right)
    {
        var (first, second) = (Parse(left), Parse(right));
        for (var at = 0; at < Math.Max(first.Length, second.Length); at++)
        {
            var order = first.ElementAtOrDefault(at).CompareTo(second.ElementAtOrDefault(at));
            if (order != 0) return order;
        }

        return 0;
    }

    private static long[] Parse(string level) =>
        [.. level.Split('.').Select(part => long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0)];
}
