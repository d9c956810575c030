using PolicyDaemon.MailStack.Processes;

namespace PolicyDaemon.MailStack;

/// <summary>A small disk of its own, in memory, that a test can fill.</summary>
public sealed class TemporaryFileSystem : IAsyncDisposable
{
    private TemporaryFileSystem(string directory) => Directory = directory;

    public string Directory { get; }

    /// <param name="directory">Made here; open to everybody.</param>
    public static async Task<TemporaryFileSystem> MountAsync(string directory, int kilobytes)
    {
        System.IO.Directory.CreateDirectory(directory);
        (await Command.RunAsync("mount", ["-t", "tmpfs", "-o", $"size={kilobytes}k,mode=1777", "tmpfs", directory])).EnsureSuccess();
        return new(directory);
    }

    /// <summary>A file of this size lies there; 0: none.</summary>
    public void Fill(int kilobytes)
    {
        string file = Path.Combine(Directory, "ballast");
        if (kilobytes == 0)
            File.Delete(file);
        else
            File.WriteAllBytes(file, new byte[kilobytes * 1024]);
    }

    /// <summary>Not an octet is free until <see cref="Fill"/> makes room.</summary>
    public void FillUp()
    {
        using FileStream file = new(Path.Combine(Directory, "ballast"), FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        try
        {
            while (true) file.Write(new byte[4096]);
        }
        catch (IOException)
        {
            // Now it is full.
        }
    }

    /// <summary>Gone at once for whoever comes, and altogether with the last who uses it.</summary>
    public async ValueTask DisposeAsync() => (await Command.RunAsync("umount", ["--lazy", Directory])).EnsureSuccess();
}
