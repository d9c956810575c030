using PolicyDaemon.Admin;
using PolicyDaemon.Backends.Files;
using PolicyDaemon.Configuration.Reading;

namespace PolicyDaemon.Configuration.Sections;

/// <summary>The <c>directory.files</c> section: accounts in passwd-files, aliases in Postfix's texts.</summary>
internal static class FilesSection
{
    private const string NotInForce = ": nothing in it is in force until that is mended";

    /// <summary>What Dovecot calls a password's scheme, without its braces.</summary>
    private static readonly ValueKind<string> Scheme = new(
        "scheme",
        "the name of a password scheme that is checked here, such as CRYPT or SHA512-CRYPT",
        static text => FileExamination.IsScheme(text) ? Parsed<string>.Good(text.ToUpperInvariant()) : Parsed<string>.Bad(),
        JsonText.Quote);

    /// <param name="origin">What stands behind a name without a domain; null: such names are not understood.</param>
    public static FileDirectoryOptions Read(Section files, TimeSpan deadline, string? origin)
    {
        var options = new FileDirectoryOptions
        {
            Passwd = files.List("passwd", ValueKinds.FileToBe, []),
            Aliases = files.List("aliases", ValueKinds.FileToBe, []),
            DefaultScheme = files.Value("defaultScheme", Scheme, "CRYPT"),
            StaleFor = files.Value("staleFor", ValueKinds.Duration(TimeSpan.Zero, TimeSpan.FromDays(30)), TimeSpan.FromHours(4)),
            FindUser = UnixNames.FindUser,
            FindGroup = UnixNames.FindGroup,
        };
        if (options.Passwd.Count + options.Aliases.Count == 0 && !files.IsSet("passwd") && !files.IsSet("aliases"))
            files.Complain("passwd", "is missing, and so is directory.files.aliases: expected the files in at least one of them");
        foreach (var list in (string[])["passwd", "aliases"]) RefuseTwice(files, list, list == "passwd" ? options.Passwd : options.Aliases);
        if (options.StaleFor > TimeSpan.Zero && options.StaleFor < deadline)
            files.Complain("staleFor", $"is over before the first decision is: expected 0s (use no old content) or at least the deadline of {Durations.Format(deadline)}");
        WarnOfContent(files, options, origin);
        return options;
    }

    private static void RefuseTwice(Section files, string list, IReadOnlyList<string> paths)
    {
        foreach (var (index, path) in paths.Index())
        {
            if (paths.Take(index).Contains(path, StringComparer.Ordinal)) files.Complain(Section.Element(list, index), "is there twice: expected each file once");
        }
    }

    /// <summary>The daemon starts all the same: until what is wrong is mended, nobody is told that an account does not exist.</summary>
    private static void WarnOfContent(Section files, FileDirectoryOptions options, string? origin)
    {
        foreach (var (index, path) in options.Passwd.Index())
        {
            var key = Section.Element("passwd", index);
            if (FileChecks.CanOthersRead(path)) files.Warn(key, $"every user of this machine can read the passwords in it: chmod o-rwx {path}");
            else if (FileChecks.CanOthersWrite(path)) files.Warn(key, $"every user of this machine can write passwords into it: chmod o-rwx {path}");
            if (FileExamination.FindPasswdFault(path, options, origin) is { } fault) files.Warn(key, fault + NotInForce);
        }

        foreach (var (index, path) in options.Aliases.Index())
        {
            var key = Section.Element("aliases", index);
            if (FileChecks.CanOthersWrite(path)) files.Warn(key, $"every user of this machine can write aliases into it: chmod o-w {path}");
            if (FileExamination.FindAliasFault(path, origin) is { } fault) files.Warn(key, fault + NotInForce);
        }
    }
}
