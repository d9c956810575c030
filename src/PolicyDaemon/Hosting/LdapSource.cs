using PolicyDaemon.Backends;
using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Configuration;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Hosting;

/// <summary>The LDAP servers of a configuration, with what they said last for the time when none of them answers.</summary>
internal sealed class LdapSource : IAsyncDisposable
{
    private readonly LdapDirectory servers;

    private LdapSource(LdapDirectory servers, IDirectory directory)
    {
        this.servers = servers;
        Directory = directory;
    }

    public IDirectory Directory { get; }

    public static LdapSource Open(LdapSourceOptions options, AddressNormalizer normalizer, SourceHealth health, TimeProvider time)
    {
        var live = new LdapDirectory(options.Server, normalizer, time, state => health.ServerChanged("ldap", state));
        return new LdapSource(live, new LastKnownDirectory(live, options.StaleFor, time, cause => health.Changed("ldap", cause)));
    }

    public ValueTask DisposeAsync() => servers.DisposeAsync();
}
