using System.Net;
using PolicyDaemon.Configuration.Reading;

namespace PolicyDaemon.Configuration.Sections;

/// <summary>The top of the configuration. The order of reading is the order of the documentation.</summary>
internal static class WholeFile
{
    private static readonly TimeSpan DefaultDeadline = TimeSpan.FromSeconds(3);

    public static DaemonOptions Read(Section top)
    {
        var node = top.Value("node", MailKinds.Name, Dns.GetHostName(), shownDefault: null);
        var allow = top.List("allow", ValueKinds.Network, []);
        if (allow.Any(network => network.PrefixLength == 0))
        {
            top.Warn("allow", "has every client in it: all that can reach an inet listener may ask");
        }

        var listen = top.Child("listen", section => ListenSection.Read(section, allow));
        var deadline = top.Value("deadline", ValueKinds.Duration(TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1)), DefaultDeadline);
        var state = ReadStateDirectory(top);
        var directory = top.Child("directory", section => DirectorySection.Read(section, deadline, state));
        var store = StoreSection.Read(top, directory, state);
        var limits = LimitsSection.Read(top);
        var checks = top.Child("checks", section => ChecksSection.Read(section, limits));
        var overrides = OverridesSection.Read(top, directory, limits);
        return new DaemonOptions
        {
            Node = node,
            Listen = listen,
            Allow = allow,
            Directory = directory with { Ldap = SavedViewPlace.Find(top, directory, state, store) },
            State = state,
            Store = store,
            Checks = checks,
            Overrides = overrides,
            Limits = limits,
            Containment = ContainmentSection.Read(top, limits, checks, overrides),
            Messages = MilterSection.Read(top, listen),
            Guard = top.Child("guard", GuardSection.Read),
            Notify = top.Child("notify", NotifySection.Read),
            Watch = top.OptionalChild("watch", WatchSection.Read),
            Peers = top.Child("peers", section => PeersSection.Read(section, listen)),
            Userdb = UserdbSection.Read(top, listen, directory),
            Lmtp = LmtpSection.Read(top, node, listen, directory),
            Deadline = deadline,
            Log = top.Child("log", ReadLog),
        };
    }

    private static StateDirectory ReadStateDirectory(Section top)
    {
        var path = top.Value("stateDirectory", ValueKinds.DirectoryToBe, StateDirectory.Default);

        // Whoever can put a file there says who is blocked, and who may send after the next restart.
        if (FileChecks.CanOthersWrite(path)) top.Warn("stateDirectory", $"every user of this machine can put files there: chmod o-w {path}");
        return new StateDirectory(path);
    }

    private static LogOptions ReadLog(Section log) => new(
        log.Value("level", ValueKinds.Choice<LogThreshold>(), LogThreshold.Information),
        log.Value("format", ValueKinds.Choice<LogFormat>(), LogFormat.Text));
}
