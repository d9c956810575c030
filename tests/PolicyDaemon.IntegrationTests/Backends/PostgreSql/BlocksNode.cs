using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Backends.PostgreSql.Blocks;
using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.Engine.Directories;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Backends.PostgreSql;

/// <summary>One daemon's blocks, with connections, a listener and a file of its own.</summary>
internal sealed class BlocksNode : IAsyncDisposable
{
    private readonly PostgresSource source;
    private readonly PostgresListener listener;

    private BlocksNode(PostgresSource source, PostgresListener listener, PostgresBlocks blocks) =>
        (this.source, this.listener, Blocks) = (source, listener, blocks);

    internal PostgresBlocks Blocks { get; }

    /// <param name="file">Of a node that lived before, or a new one.</param>
    internal static async Task<BlocksNode> OpenAsync(PostgresOptions options, string file)
    {
        PostgresSource connections = new(options, TimeProvider.System);
        PostgresListener hearing = new(connections, TimeProvider.System);
        PostgresBlocks blocks = await PostgresBlocks.OpenAsync(connections, hearing, file, TimeProvider.System);
        hearing.Start();
        return new(connections, hearing, blocks);
    }

    /// <summary>What this node has in force, also while it is not sure that this is all.</summary>
    internal async Task<Block?> FindAsync(BlockSubject subject)
    {
        Lookup<BlockSet> answer = await Blocks.ReadAsync(TestContext.Current.CancellationToken);
        return answer.Value?.Find(subject, TimeProvider.System.GetUtcNow());
    }

    public async ValueTask DisposeAsync()
    {
        await listener.DisposeAsync();
        await Blocks.DisposeAsync();
        await source.DisposeAsync();
    }
}
