using PolicyDaemon.MailStack;

namespace PolicyDaemon.IntegrationTests.Support;

/// <summary>As <see cref="SharedPostgres"/>, with the PostgreSQL 17 of Debian 13.</summary>
public sealed class SharedTrixiePostgres : SharedPostgres
{
    protected override Task<DebianSystem> FindSystemAsync() => DebianSystem.GetTrixieAsync();
}
