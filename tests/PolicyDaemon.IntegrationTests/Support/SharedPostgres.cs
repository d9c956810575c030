using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Postgres;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Support;

/// <summary>
/// One PostgreSQL for all tests of a class (<c>IClassFixture</c>) or of a collection; each test takes a database of its own. A test that stops, kills
/// or freezes the server starts one for itself.
/// </summary>
public class SharedPostgres : IAsyncLifetime
{
    public MailStackRoot Root { get; private set; } = null!;

    public PostgresServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Root = await MailStackRoot.CreateAsync();
        try
        {
            Server = await PostgresServer.StartAsync(Root, new() { System = await FindSystemAsync() });
        }
        catch
        {
            await Root.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return Root.DisposeAsync();
    }

    /// <summary>This machine, with PostgreSQL 15.</summary>
    protected virtual Task<DebianSystem> FindSystemAsync() => Task.FromResult(DebianSystem.Host);
}
