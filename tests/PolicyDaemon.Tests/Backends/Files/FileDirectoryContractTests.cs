using System.Diagnostics;
using PolicyDaemon.Backends.Files;
using PolicyDaemon.Contracts;
using PolicyDaemon.Engine.Directories;
using PolicyDaemon.Tests.Backends.Sqlite;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Files;

/// <summary>The directory contract on a passwd-file and an alias text, of which nothing is kept when it is away.</summary>
public sealed class FileDirectoryContractTests : DirectoryContract
{
    private readonly TemporaryDirectory directory = new();
    private FileWatch? watch;

    protected override bool AnswersFromMemory => true;

    private string Passwd => directory.File("users");

    private string Aliases => directory.File("virtual");

    public override async ValueTask DisposeAsync()
    {
        if (watch is not null) await watch.DisposeAsync();
        directory.Dispose();
    }

    protected override ValueTask<IDirectory> StartAsync(DirectorySeed seed)
    {
        FileSeed.Write(Passwd, FileSeed.Passwd(seed));
        FileSeed.Write(Aliases, FileSeed.Aliases(seed));
        watch = FileSources.Watch(new FileDirectoryOptions { Passwd = [Passwd], Aliases = [Aliases], StaleFor = TimeSpan.Zero }, Normalizer);
        return new(new FileDirectory(watch, TimeProvider.System));
    }

    protected override ValueTask StopAsync()
    {
        File.Move(Passwd, Passwd + ".away");
        return default;
    }

    /// <summary>A FIFO that nobody writes to: whoever opens it waits for ever.</summary>
    protected override async ValueTask HangAsync()
    {
        await StopAsync();
        using var made = Process.Start("mkfifo", [Passwd]);
        await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, made.ExitCode);
    }

    protected override ValueTask ResumeAsync()
    {
        File.Move(Passwd + ".away", Passwd, overwrite: true);
        return default;
    }
}
