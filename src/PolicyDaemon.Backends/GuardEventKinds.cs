using PolicyDaemon.Engine.Guessing;

namespace PolicyDaemon.Backends;

/// <summary>How the tables write what kind of event it is.</summary>
internal static class GuardEventKinds
{
    public static string ToText(GuardEventKind kind) => kind switch
    {
        GuardEventKind.Guess => "guess",
        GuardEventKind.Known => "known",
        GuardEventKind.Clear => "clear",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "is only read, never written"),
    };

    public static GuardEventKind Of(string text) => text switch
    {
        "guess" => GuardEventKind.Guess,
        "known" => GuardEventKind.Known,
        "clear" => GuardEventKind.Clear,
        _ => GuardEventKind.Unknown,
    };
}
