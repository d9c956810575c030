using PolicyDaemon.Doctor.Dovecot;
using PolicyDaemon.Doctor.Postfix;

namespace PolicyDaemon.Doctor.Delivery;

/// <summary>The unix sockets among <c>lmtp.backends</c>.</summary>
internal static class MailStoreSockets
{
    internal static IEnumerable<string> Of(Installation installation) =>
        (installation.Own.Delivery?.Backends ?? []).Select(PolicyEndpoint.Parse).Select(endpoint => endpoint.Path).OfType<string>();

    /// <summary>The listener as the snippet has it: the daemon's group alone.</summary>
    internal static Mend OwnedBy(string group, string path, Installation installation) => Listener(path, installation, "mode = 0660", $"group = {group}");

    internal static Mend Off(string path, Installation installation) => Listener(path, installation, "mode = 0");

    /// <summary>Dovecot takes two names of one path for two listeners: one in its base_dir is named as it is there.</summary>
    private static Mend Listener(string path, Installation installation, params IEnumerable<string> settings)
    {
        var directory = (installation.Dovecot?.BaseDirectory ?? DovecotConfiguration.UsualBaseDirectory) + "/";
        var name = path.StartsWith(directory, StringComparison.Ordinal) ? path[directory.Length..] : path;
        return new(MendPlace.DovecotConf, ["service lmtp {", $"  unix_listener {name} {{", .. settings.Select(setting => $"    {setting}"), "  }", "}"]);
    }
}
