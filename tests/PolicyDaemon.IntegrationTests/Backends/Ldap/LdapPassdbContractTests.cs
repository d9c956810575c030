using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Backends.Passwords;
using PolicyDaemon.Engine.Authentication;
using PolicyDaemon.MailStack.Slapd;

namespace PolicyDaemon.IntegrationTests.Backends.Ldap;

/// <summary>Search, then bind. What slapd makes of an entry's password, it alone knows.</summary>
public sealed class LdapBindPassdbContractTests : LdapPassdbContract
{
    private LdapBindPassdb? passdb;

    protected override PasswordVerdict WithoutPassword => PasswordVerdict.Wrong;

    protected override PasswordVerdict Uncheckable => PasswordVerdict.Wrong;

    public override async ValueTask DisposeAsync()
    {
        if (passdb is not null) await passdb.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override IPassdb Open(LdapDirectory directory, LdapOptions options) => passdb = new LdapBindPassdb(directory, options, TimeProvider.System);
}

/// <summary>Compared here, where the daemon may read <c>userPassword</c>.</summary>
public sealed class LdapAttributePassdbContractTests : LdapPassdbContract
{
    private readonly HashWorkers workers = new(2, 100);

    protected override string Access => $"""access to * by dn.exact="{TruenorthDirectory.ServiceDn}" read by anonymous auth by * none""";

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        workers.Dispose();
    }

    protected override IPassdb Open(LdapDirectory directory, LdapOptions options) => new LdapAttributePassdb(directory, options, workers, TimeProvider.System);
}
