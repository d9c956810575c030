namespace PolicyDaemon.Backends.Ldap;

/// <summary>How one server answered when it was asked for the base entry, on a connection of its own.</summary>
/// <param name="CertificateEnds">Null: there was no TLS, or no answer.</param>
/// <param name="Fault">One private sentence; null: it answered.</param>
public sealed record LdapProbeAnswer(LdapUrl Url, DateTimeOffset? CertificateEnds, string? Fault);

/// <summary>Asks every server of a configuration at once whether it would answer a question, whatever is known of it from other questions.</summary>
public static class LdapProbe
{
    /// <returns>One answer for each server, in the order of the configuration.</returns>
    /// <param name="cancellationToken">The time limit: who has not answered by then has a fault.</param>
    public static Task<LdapProbeAnswer[]> AskAsync(LdapOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var connector = new LdapConnector(options, time);
        return Task.WhenAll(options.Urls.Select(url => AskAsync(connector, url, options, cancellationToken)));
    }

    private static async Task<LdapProbeAnswer> AskAsync(LdapConnector connector, LdapUrl url, LdapOptions options, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await connector.ConnectAsync(url, cancellationToken);
            var found = await connection.SearchAsync(LdapSearchRequest.ForBase(options), cancellationToken);
            var fault = found.Result.Code == LdapResultCode.Success ? null : $"{options.BaseDn}: {found.Result}";
            return new LdapProbeAnswer(url, connection.CertificateEnds, fault);
        }
        catch (LdapConnectionException failure)
        {
            return new LdapProbeAnswer(url, null, failure.Message);
        }
        catch (OperationCanceledException)
        {
            return new LdapProbeAnswer(url, null, "no answer in time");
        }
    }
}
