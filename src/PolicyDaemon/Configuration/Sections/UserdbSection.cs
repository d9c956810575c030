using PolicyDaemon.Configuration.Reading;
using PolicyDaemon.Engine.Authentication;

namespace PolicyDaemon.Configuration.Sections;

/// <summary>The <c>userdb</c> section: where the mailboxes of the accounts are.</summary>
internal static class UserdbSection
{
    /// <summary>The greatest that is a user: -1 means "leave it" to chown(2).</summary>
    private const uint MaxId = uint.MaxValue - 1;

    private static readonly ValueKind<long> Minimum = ValueKinds.Number("number", 1, MaxId);

    /// <summary>A size, or nothing at all for a mailbox without a limit.</summary>
    private static readonly ValueKind<Size> Quota = new(
        "size",
        "a size up to 1024G, in octets or with K, M or G, such as 10G; 0 is no limit",
        static text => Sizes.TryParse(text, out var octets) && octets is >= 0 and <= 1L << 40 ? Parsed<Size>.Good(new Size(octets)) : Parsed<Size>.Bad(),
        static size => ValueKinds.Size(0, long.MaxValue).Format(size.Octets))
    {
        Forms = [SettingForm.Number, SettingForm.Text],
    };

    public static MailboxRules? Read(Section top, ListenOptions listen, DirectoryOptions directory)
    {
        var rules = top.OptionalChild("userdb", section => Read(section, directory));
        if (rules is null && listen.Userdb.Count > 0) top.Complain("userdb", "is missing: listen.userdb needs to know where mailboxes are");
        if (rules is not null && listen is { Userdb.Count: 0, AuthHttp: null }) top.Warn("userdb", "is asked by nobody: listen.userdb and listen.authHttp are empty");
        return rules;
    }

    private static MailboxRules Read(Section userdb, DirectoryOptions directory)
    {
        var uid = userdb.Required("uid", SystemKinds.User, SystemKinds.Nobody);
        var gid = userdb.Required("gid", SystemKinds.Group, SystemKinds.Nobody);
        var minimumUid = RefuseSystem(userdb, "uid", uid, "minimumUid");
        var minimumGid = RefuseSystem(userdb, "gid", gid, "minimumGid");
        var home = userdb.Required("home", MailboxKinds.Home, MailboxKinds.AnyHome);
        if (!home.TellsDomainsApart && directory.Domains.Count != 1)
        {
            userdb.Warn("home", "is the same for one name in two domains: alice@a.example and alice@b.example would share a mailbox");
        }

        var mail = userdb.Optional("mail", MailboxKinds.Mail);
        var quota = userdb.Optional("quota", Quota);
        var source = userdb.OptionalChoice("source", DirectorySection.Source);
        if (source is { } named && !DirectorySection.IsThere(directory, named))
        {
            userdb.Complain("source", $"there is no section directory.{ValueKinds.Word(named)}: expected the name of a source that is configured");
        }

        return new MailboxRules
        {
            Source = source is { } name ? ValueKinds.Word(name) : null,
            Uid = uid.Id,
            Gid = gid.Id,
            MinimumUid = minimumUid,
            MinimumGid = minimumGid,
            Home = home,
            Mail = mail,
            QuotaOctets = quota?.Octets,
        };
    }

    /// <summary>A mailbox of root's, or of a system service's, is a mistake that somebody pays for.</summary>
    private static uint RefuseSystem(Section userdb, string name, SystemId id, string minimumName)
    {
        var minimum = (uint)userdb.Value(minimumName, Minimum, MailboxRules.DefaultMinimum);
        if (id != SystemKinds.Nobody && id.Id < minimum) userdb.Complain(name, $"is {id.Id}, a number of the system: expected at least {minimum}, as {minimumName} says");
        return minimum;
    }

    private sealed record Size(long Octets);
}
