using System.Net;
using PolicyDaemon.Configuration.Reading;

namespace PolicyDaemon.Configuration.Sections;

/// <summary>The top of the configuration. The order of reading is the order of the documentation.</summary>
internal static class WholeFile
{
    public const string DefaultSqlitePath = "/var/lib/policydaemon/policydaemon.db";

    /// <summary>The path behind <c>sqlite:</c>, or nothing for <c>sqlite</c> alone.</summary>
    private static readonly ValueKind<string> Store = new(
        "store",
        "sqlite, or sqlite:/path of a file in a directory that exists",
        ParseStore,
        static path => JsonText.Quote(path.Length == 0 ? "sqlite" : $"sqlite:{path}"));

    private static readonly TimeSpan DefaultDeadline = TimeSpan.FromSeconds(3);

    public static DaemonOptions Read(Section top)
    {
        ReadLater(top);
        var node = top.Value("node", MailKinds.Name, Dns.GetHostName(), shownDefault: null);
        var allow = top.List("allow", ValueKinds.Network, []);
        if (allow.Any(network => network.PrefixLength == 0))
        {
            top.Warn("allow", "has every client in it: all that can reach an inet listener may ask");
        }

        var listen = top.Child("listen", section => ListenSection.Read(section, allow));
        var deadline = top.Value("deadline", ValueKinds.Duration(TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1)), DefaultDeadline);
        var directory = top.Child("directory", section => DirectorySection.Read(section, deadline));
        var store = ReadStore(top, directory);
        var limits = LimitsSection.Read(top);
        var checks = top.Child("checks", section => ChecksSection.Read(section, limits));
        var overrides = OverridesSection.Read(top, directory, limits);
        return new DaemonOptions
        {
            Node = node,
            Listen = listen,
            Allow = allow,
            Directory = directory with { Ldap = SavedViewPlace.Find(top, directory, store) },
            Store = store,
            Checks = checks,
            Overrides = overrides,
            Limits = limits,
            Containment = ContainmentSection.Read(top, limits, checks, overrides),
            Notify = top.Child("notify", NotifySection.Read),
            Userdb = UserdbSection.Read(top, listen, directory),
            Deadline = deadline,
            Log = top.Child("log", ReadLog),
        };
    }

    /// <summary>SQLite in the directory's own file, or in one of its own where SQLite is no directory.</summary>
    private static StoreOptions ReadStore(Section top, DirectoryOptions directory)
    {
        var path = top.Value("store", Store, "");
        return new StoreOptions(path.Length > 0 ? path : directory.Sqlite?.Path ?? DefaultSqlitePath);
    }

    private static Parsed<string> ParseStore(string text)
    {
        if (text == "sqlite") return Parsed<string>.Good("");
        if (text == "postgres") return Parsed<string>.Bad("this version cannot keep blocks in PostgreSQL: expected sqlite");
        return text.StartsWith("sqlite:", StringComparison.Ordinal) ? ValueKinds.FileToBe.Parse(text[7..]) : Parsed<string>.Bad();
    }

    private static LogOptions ReadLog(Section log) => new(
        log.Value("level", ValueKinds.Choice<LogThreshold>(), LogThreshold.Information),
        log.Value("format", ValueKinds.Choice<LogFormat>(), LogFormat.Text));

    private static void ReadLater(Section top)
    {
        top.Later("cluster", "counts on one node only");
        top.Later("guard", "checks no passwords, so there is nothing to guard");
        top.Later("milter", "is no milter");
        top.Later("lmtp", "does not speak LMTP");
        top.Later("watch", "does not watch the mail store");
        top.Later("peers", "does not check the servers around it");
    }
}
