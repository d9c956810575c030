using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Contracts;
using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Postgres;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Backends.PostgreSql;

/// <summary>What every store of blocks must do, on a database that can be cut off.</summary>
public abstract class PostgresBlocksContract(SharedPostgres postgres) : BlocksContract
{
    private readonly List<BlocksNode> nodes = [];
    private readonly DirectoryInfo files = Directory.CreateTempSubdirectory("policydaemon-blocks-");
    private NetworkLink? link;
    private PostgresOptions? options;

    protected override bool TakesOrdersWhileAway => true;

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (BlocksNode node in nodes)
            await node.DisposeAsync();
        await link!.DisposeAsync();
        files.Delete(recursive: true);
    }

    protected override async ValueTask<IBlocks> OpenAsync()
    {
        if (options is null)
        {
            PostgresDatabase database = await postgres.Server.CreateMigratedAsync();
            link = NetworkLink.Start(postgres.Root, postgres.Server.Endpoint);
            options = PostgresSetup.OptionsOf(database, link.Endpoint);
        }

        nodes.Add(await BlocksNode.OpenAsync(options, Path.Combine(files.FullName, $"blocks{nodes.Count}.json")));
        return nodes[^1].Blocks;
    }

    protected override async ValueTask StopAsync() => await link!.CutAsync();

    protected override async ValueTask ResumeAsync() => await link!.HealAsync();
}

public sealed class PostgresBlocksContractTests(SharedPostgres postgres) : PostgresBlocksContract(postgres), IClassFixture<SharedPostgres>;

/// <summary>The same on PostgreSQL 17.</summary>
public sealed class PostgresBlocksOn17ContractTests(SharedTrixiePostgres postgres) : PostgresBlocksContract(postgres), IClassFixture<SharedTrixiePostgres>;
