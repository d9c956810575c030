using PolicyDaemon.Backends.Ldap.Sync;

namespace PolicyDaemon.Backends.Ldap;

/// <summary>Looks at LDAP servers as the daemon would, and changes nothing.</summary>
public sealed class LdapExaminer(LdapOptions options, TimeProvider time)
{
    private const string Password = "userPassword";

    /// <summary>Entries among which somebody has a password that is looked for.</summary>
    private const int Sample = 20;

    /// <summary>More than any directory has, and less than what slapd takes for "as much as I may have".</summary>
    private const int Everything = int.MaxValue - 1;

    /// <summary>A server that gives as many has no limit that was forgotten.</summary>
    private const int Counted = 5_000;

    /// <summary>Reading all names takes longer than one answer.</summary>
    private const int ListPatience = 10;

    private readonly LdapConnector connector = new(options, time);

    public async Task<IReadOnlyList<LdapExamination>> ExamineAsync(CancellationToken cancellationToken)
    {
        List<LdapExamination> seen = [];
        foreach (var url in options.Urls)
        {
            try
            {
                seen.Add(await ExamineAsync(url, cancellationToken));
            }
            catch (LdapConnectionException failure)
            {
                seen.Add(new(url.Text) { Unreachable = failure.Message });
            }
        }

        return seen;
    }

    private async Task<LdapExamination> ExamineAsync(LdapUrl url, CancellationToken cancellationToken)
    {
        await using var connection = await connector.ConnectAsync(url, cancellationToken);
        var some = await SearchAsync(connection, Accounts([Password], Sample), cancellationToken);
        var seen = new LdapExamination(url.Text)
        {
            CertificateEnds = await connector.ReadCertificateEndAsync(url, cancellationToken),
            SearchFault = some.Result.Code is LdapResultCode.Success or LdapResultCode.SizeLimitExceeded ? null : some.Result.ToString(),
            IsEmpty = some.Result.Code == LdapResultCode.Success && some.Entries.Count == 0,
            ShowsPasswords = HasPassword(some),
            ShowsPasswordsToAll = await IsOpenToAllAsync(url, cancellationToken),
            SyncFault = await FindSyncFaultAsync(connection, cancellationToken),
            IsLimited = await IsLimitedAsync(connection, cancellationToken),
        };
        return await IsCutOffAsync(connection, cancellationToken) ? seen with { IsLimited = true, IsCutOff = true } : seen;
    }

    /// <summary>A refresh of the base alone that ends with it: a server that cannot says so at once.</summary>
    private async Task<string?> FindSyncFaultAsync(LdapConnection connection, CancellationToken cancellationToken)
    {
        var found = await SearchAsync(connection, Base(0), cancellationToken, SyncRequestControl.CreateOnce());
        return SyncResultCodes.Judge(found.Result, options).Kind == SyncEndingKind.Unsupported ? found.Result.ToString() : null;
    }

    /// <summary>A server may refuse who asks for more than he may have, whatever is there. slapd 2.5 does not: it gives what there is, up to its limit.</summary>
    private async Task<bool> IsLimitedAsync(LdapConnection connection, CancellationToken cancellationToken) =>
        (await SearchAsync(connection, Base(Everything), cancellationToken)).Result.Code is LdapResultCode.AdminLimitExceeded or LdapResultCode.SizeLimitExceeded;

    private async Task<bool> IsCutOffAsync(LdapConnection connection, CancellationToken cancellationToken)
    {
        var found = await SearchAsync(connection, Accounts([LdapAttribute.None], Counted), cancellationToken);
        if (found.Result.Code == LdapResultCode.AdminLimitExceeded) found = await SearchAsync(connection, Accounts([LdapAttribute.None], 0), cancellationToken);
        return found.Result.Code == LdapResultCode.SizeLimitExceeded && found.Entries.Count < Counted;
    }

    private async Task<bool> IsOpenToAllAsync(LdapUrl url, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await new LdapConnector(options with { BindDn = null, BindPasswordFile = null }, time).ConnectAsync(url, cancellationToken);
            return HasPassword(await SearchAsync(connection, Accounts([Password], Sample), cancellationToken));
        }
        catch (LdapConnectionException)
        {
            return false;
        }
    }

    private static bool HasPassword(LdapSearchResult found) => found.Entries.Any(entry => entry.Texts(Password).Count > 0);

    private LdapSearchRequest Accounts(IReadOnlyList<string> attributes, int sizeLimit) =>
        new() { BaseDn = options.BaseDn, Filter = options.Filter, Attributes = attributes, SizeLimit = sizeLimit };

    private LdapSearchRequest Base(int sizeLimit) => new()
    {
        BaseDn = options.BaseDn, Scope = LdapScope.BaseObject, Filter = LdapFilter.Present("objectClass"), Attributes = [LdapAttribute.None], SizeLimit = sizeLimit,
    };

    private async Task<LdapSearchResult> SearchAsync(
        LdapConnection connection, LdapSearchRequest request, CancellationToken cancellationToken, params IReadOnlyList<LdapControl> controls)
    {
        using var limit = new CancellationTokenSource(options.Timeout * ListPatience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await connection.SearchAsync(request, controls, both.Token);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new LdapConnectionException("no answer in time", late);
        }
    }
}
