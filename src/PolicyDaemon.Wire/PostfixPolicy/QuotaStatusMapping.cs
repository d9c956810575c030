using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Wire.PostfixPolicy;

/// <summary>Dovecot's action to the engine's answer.</summary>
/// <remarks>
/// The administrator can set every one of these texts: <c>quota_status_success</c> (<c>OK</c>), <c>quota_status_nouser</c>
/// (<c>REJECT Unknown user</c>), <c>quota_status_overquota</c> and <c>quota_status_toolarge</c> (<c>554 5.2.2 …</c>); an error of Dovecot's
/// own is <c>DEFER_IF_PERMIT</c>. So status and code are read first, and what is not understood is no judgement about a mailbox.
/// Source: Dovecot documentation, "Quota Service"; RFC 3463 sections 3.2 and 3.3.
/// </remarks>
internal static class QuotaStatusMapping
{
    private const string Source = "quota-status";
    private const int MaxCauseLength = 120;

    private static readonly Provenance From = Provenance.Of(Source);
    private static readonly Lookup<QuotaState> Fits = Lookup<QuotaState>.Found(new QuotaState(IsOverQuota: false), From);
    private static readonly Lookup<QuotaState> Full = Lookup<QuotaState>.Found(new QuotaState(IsOverQuota: true), From);

    public static Lookup<QuotaState> ToLookup(string action)
    {
        var word = Word(action, out var text);
        if (IsWord(word, "OK") || IsWord(word, "DUNNO")) return Fits;
        if (IsWord(word, "REJECT")) return IsAboutUnknownUser(text) ? Lookup<QuotaState>.NotFound(From) : Full;
        if (word.Length != 3 || word.ContainsAnyExceptInRange('0', '9')) return NotUnderstood(action);

        var status = Word(text, out _);
        var isFull = word is "552" or "452" || status is ['4' or '5', '.', '2', '.', '2' or '3'];
        return word[0] switch
        {
            '4' or '5' when isFull => Full,
            '5' => IsAboutUnknownUser(text) ? Lookup<QuotaState>.NotFound(From) : Full,
            _ => NotUnderstood(action),
        };
    }

    public static Lookup<QuotaState> Unavailable(string cause) => Lookup<QuotaState>.Unavailable($"{Source}: {cause}", From);

    private static Lookup<QuotaState> NotUnderstood(string action) => Unavailable("answered " + SafeText.OneLine(action, MaxCauseLength));

    private static bool IsAboutUnknownUser(ReadOnlySpan<char> text) =>
        text.StartsWith("5.1.1", StringComparison.Ordinal) ||
        text.Contains("unknown user", StringComparison.OrdinalIgnoreCase) ||
        text.Contains("user unknown", StringComparison.OrdinalIgnoreCase);

    private static bool IsWord(ReadOnlySpan<char> word, string name) => word.Equals(name, StringComparison.OrdinalIgnoreCase);

    private static ReadOnlySpan<char> Word(ReadOnlySpan<char> text, out ReadOnlySpan<char> rest)
    {
        var trimmed = text.Trim(' ');
        var end = trimmed.IndexOf(' ');
        rest = end < 0 ? [] : trimmed[(end + 1)..].TrimStart(' ');
        return end < 0 ? trimmed : trimmed[..end];
    }
}
