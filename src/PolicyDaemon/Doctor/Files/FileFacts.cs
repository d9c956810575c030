using System.Globalization;

namespace PolicyDaemon.Doctor.Files;

internal enum FileKind
{
    /// <summary>Nobody may say: no permission to look.</summary>
    Unknown,
    Missing,
    File,
    Directory,
    Socket,
    Other,
}

/// <summary>What stat(2) says of a path, links followed.</summary>
/// <param name="Mode">Permission bits, 0 to 07777.</param>
internal sealed record FileFacts(FileKind Kind, int Mode, int UserId, int GroupId, string Owner = "", string Group = "")
{
    internal static readonly FileFacts Unknown = new(FileKind.Unknown, 0, 0, 0);
    internal static readonly FileFacts Missing = new(FileKind.Missing, 0, 0, 0);

    internal const int Read = 4;
    internal const int Write = 2;
    internal const int Search = 1;

    /// <param name="line">As <c>stat --format='%f %u %g %U %G'</c> prints it: type and mode in hexadecimal, then the owners.</param>
    internal static FileFacts Parse(string line)
    {
        var fields = line.Trim().Split(' ');
        var mode = int.Parse(fields[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        var kind = (mode & 0xF000) switch
        {
            0x8000 => FileKind.File,
            0x4000 => FileKind.Directory,
            0xC000 => FileKind.Socket,
            _ => FileKind.Other,
        };
        return new FileFacts(kind, mode & 0xFFF, Number(fields[1]), Number(fields[2]), fields[3], fields[4]);
    }

    /// <summary>As <c>ls -l</c> readers expect it: <c>0640 root:postfix</c>.</summary>
    internal string Permissions => $"{Convert.ToString(Mode, 8).PadLeft(4, '0')} {Owner}:{Group}";

    /// <summary>Classic permissions; access lists (acl(5)) are not looked at.</summary>
    internal bool Allows(UnixIdentity who, int right)
    {
        if (who.UserId == 0) return true;
        var shift = who.UserId == UserId ? 6 : who.GroupIds.Contains(GroupId) ? 3 : 0;
        return ((Mode >> shift) & right) == right;
    }

    internal bool AllowsOthers(int right) => (Mode & right) == right;

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}

/// <summary>A user, with all of its groups.</summary>
internal sealed record UnixIdentity(string Name, int UserId, IReadOnlySet<int> GroupIds);
