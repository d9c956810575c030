namespace PolicyDaemon.MailQueue;

/// <summary>Reads from what <c>postcat -eq</c> prints who was logged in: smtpd writes it into the queue file as a named attribute.</summary>
/// <remarks>
/// For each file a line <c>*** ENVELOPE RECORDS deferred/4jX2Dd06rBz1k61j ***</c>, then one record per line,
/// <c>named_attribute: sasl_username=alice</c> among them. Postfix 3.7 and 3.10 src/postcat/postcat.c.
/// </remarks>
internal static class QueueEnvelopes
{
    private const string Beginning = "*** ENVELOPE RECORDS ";
    private const string End = " ***";
    private const string Login = "named_attribute: sasl_username=";

    /// <returns>Queue id and login, for those that have one.</returns>
    internal static IReadOnlyDictionary<string, string> ParseLogins(string text)
    {
        Dictionary<string, string> logins = new(StringComparer.Ordinal);
        var queueId = "";
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith(Beginning, StringComparison.Ordinal) && line.EndsWith(End, StringComparison.Ordinal))
            {
                queueId = line[Beginning.Length..^End.Length].Split('/')[^1];
            }
            else if (line.StartsWith(Login, StringComparison.Ordinal))
            {
                logins[queueId] = line[Login.Length..];
            }
        }

        return logins;
    }
}
