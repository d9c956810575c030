using System.Globalization;

namespace PolicyDaemon.MailStack.Processes;

/// <summary>
/// A process by number and start time (clock ticks since boot): numbers are reused, the pair is not. Everything that is
/// signalled is looked up this way first.
/// </summary>
internal readonly record struct ProcessIdentity(int Id, ulong StartTicks)
{
    /// <summary>Null when there is no such process or only its zombie, which nobody may have reaped yet.</summary>
    internal static ProcessIdentity? Find(int id) =>
        ReadStat(id) is { } stat && stat[0] is not ("Z" or "X") ? new(id, Number(stat[19])) : null;

    internal bool IsAlive => Find(Id) == this;

    /// <summary>Whether every thread of it stands still (state T).</summary>
    internal bool IsStopped =>
        Directory.EnumerateDirectories($"/proc/{Id}/task").All(thread => ReadStat($"{thread}/stat") is not { } stat || stat[0] == "T");

    /// <summary>Of the program, at most 15 characters; empty when the process has ended.</summary>
    internal string Name
    {
        get
        {
            try
            {
                return File.ReadAllText($"/proc/{Id}/comm").TrimEnd('\n');
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                return "";
            }
        }
    }

    /// <summary>Sends the signal if this very process still lives.</summary>
    internal void Send(Signal signal)
    {
        if (IsAlive)
            _ = Libc.Kill(Id, (int)signal);
    }

    /// <summary>
    /// The processes of the session that this process leads or led, itself included; and its children, which with PostgreSQL lead a session each.
    /// </summary>
    internal IEnumerable<ProcessIdentity> FindFamily()
    {
        string leader = Id.ToString(CultureInfo.InvariantCulture);
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out int id)
                && ReadStat(id) is { } stat && (stat[3] == leader || stat[1] == leader) && Find(id) is { } member)
                yield return member;
        }
    }

    /// <summary>Fields 3 (state) and following of /proc/PID/stat; proc(5). Field 2, the name, may itself hold blanks and brackets.</summary>
    private static string[]? ReadStat(int id) => ReadStat($"/proc/{id}/stat");

    private static string[]? ReadStat(string path)
    {
        try
        {
            string text = File.ReadAllText(path);
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static ulong Number(string text) => ulong.Parse(text, CultureInfo.InvariantCulture);
}
