using System.Text;

namespace PolicyDaemon.MailStack.Processes;

/// <summary>A log that a server writes and a test reads. The file need not exist yet.</summary>
public sealed class LogFile(string path)
{
    public string Path { get; } = path;

    /// <summary>Bytes written so far: take it before an action, and wait for lines after it.</summary>
    public long Length => File.Exists(Path) ? new FileInfo(Path).Length : 0;

    public string ReadFrom(long position = 0)
    {
        if (!File.Exists(Path))
            return "";
        using FileStream stream = new(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        stream.Position = Math.Min(position, stream.Length);
        using StreamReader reader = new(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    public string Tail(int lines = 40) =>
        string.Join('\n', ReadFrom().TrimEnd('\n').Split('\n').TakeLast(lines));

    /// <summary>Waits for a line that holds <paramref name="text"/> and lies after <paramref name="since"/>.</summary>
    /// <returns>That line.</returns>
    public async Task<string> WaitForAsync(string text, long since = 0, TimeSpan? limit = null)
    {
        string? line = null;
        await Wait.UntilAsync(
            () => (line = FindLine(text, since)) is not null,
            $"{Path} has a line with '{text}'", limit, () => Tail());
        return line!;
    }

    private string? FindLine(string text, long since)
    {
        string written = ReadFrom(since);

        // What follows the last LF is a line that is still being written.
        return written[..(written.LastIndexOf('\n') + 1)].Split('\n')
            .FirstOrDefault(line => line.Contains(text, StringComparison.Ordinal));
    }
}
