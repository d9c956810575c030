using PolicyDaemon.Tests.Support;
using Xunit;

[assembly: AssemblyFixture(typeof(TemporaryFiles))]

namespace PolicyDaemon.Tests.Support;

/// <summary>
/// One place for all temporary files of a run, gone with it. What a test leaves there fails the run, by name: thousands of runs would fill
/// the disk.
/// </summary>
public sealed class TemporaryFiles : IDisposable
{
    private const string Variable = "TMPDIR";

    private readonly string? before = Environment.GetEnvironmentVariable(Variable);
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("pdt-");

    public TemporaryFiles() => Environment.SetEnvironmentVariable(Variable, folder.FullName);

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(Variable, before);
        string[] left = [.. folder.EnumerateFileSystemInfos().Select(file => file.Name)];
        folder.Delete(recursive: true);
        Assert.True(left.Length == 0, $"Tests left {left.Length} temporary files, such as {string.Join(", ", left.Take(5))}.");
    }
}
