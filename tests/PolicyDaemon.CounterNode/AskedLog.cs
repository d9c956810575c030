using System.Globalization;
using System.Text;

namespace PolicyDaemon.CounterNode;

/// <summary>What a node has asked and what it was told, line by line: <c>ask ID UNITS</c>, <c>passed ID UNITS</c>, <c>refused ID UNITS</c>. Survives SIGKILL.</summary>
public sealed class AskedLog : IDisposable
{
    private readonly Lock gate = new();
    private readonly FileStream file;

    public AskedLog(string path)
    {
        var lines = File.Exists(path) ? ReadLines(path) : [];
        Unanswered = [.. lines.Where(line => line.Word == "ask").Select(line => (line.Id, line.Units))
            .Except(lines.Where(line => line.Word != "ask").Select(line => (line.Id, line.Units)))];
        Asked = lines.Max(line => (int?)int.Parse(line.Id, CultureInfo.InvariantCulture)) ?? 0;
        file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
    }

    public IReadOnlyList<(string Id, long Units)> Unanswered { get; }

    /// <summary>The highest id.</summary>
    public int Asked { get; }

    /// <summary>Whole lines only: the last may be torn.</summary>
    public static List<(string Word, string Id, long Units)> ReadLines(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        var text = reader.ReadToEnd();
        return [.. text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' '))
            .Where(parts => parts is [_, _, _])
            .Select(parts => (parts[0], parts[1], long.Parse(parts[2], CultureInfo.InvariantCulture)))];
    }

    public void Write(string word, string id, long units)
    {
        var line = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\n{word} {id} {units}\n"));
        lock (gate) file.Write(line);
    }

    public void Dispose() => file.Dispose();
}
