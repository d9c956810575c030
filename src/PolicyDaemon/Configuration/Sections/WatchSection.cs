using System.Text;
using PolicyDaemon.Configuration.Reading;

namespace PolicyDaemon.Configuration.Sections;

/// <summary>The <c>watch</c> section: disks and the queue. It counts where it is written.</summary>
internal static class WatchSection
{
    private const string DefaultQueueDirectory = "/var/spool/postfix";

    /// <summary>It may be missing: then the log says so, and no mail is stopped.</summary>
    private static readonly ValueKind<string> Place = new(
        "watched directory",
        "the absolute path of a directory",
        static text => text.StartsWith('/') && !text.Any(char.IsControl) ? Parsed<string>.Good(text) : Parsed<string>.Bad(),
        JsonText.Quote);

    /// <summary>With room for the name of the socket in it: the path of a unix socket ends at 107 octets.</summary>
    private static readonly ValueKind<string> QueueDirectory = Place.Where(
        static path => Encoding.UTF8.GetByteCount(path) <= 90, "the absolute path of Postfix's queue directory, at most 90 octets");

    private static readonly ValueKind<FreeAmount> Free = new(
        "share, or size",
        "a share of the disk from 0% to 100%, or a size in octets or with K, M or G, such as 5% or 10G",
        static text => ValueKinds.Share.Parse(text) is { IsGood: true } share ? Parsed<FreeAmount>.Good(new FreeAmount(share.Value, 0))
            : Sizes.TryParse(text, out var octets) ? Parsed<FreeAmount>.Good(new FreeAmount(null, octets))
            : Parsed<FreeAmount>.Bad(),
        static amount => JsonText.Quote(amount.ToString()))
    {
        Forms = [SettingForm.Number, SettingForm.Text],
    };

    private static readonly ValueKind<long> Messages = ValueKinds.Number("messages", 1, 100_000_000);
    private static readonly ValueKind<TimeSpan> Age = ValueKinds.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromDays(30));
    private static readonly ValueKind<TimeSpan> Interval = ValueKinds.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));

    public static WatchOptions Read(Section watch)
    {
        var options = new WatchOptions(
            watch.Optional("mailStore", Place),
            watch.Value("queueDirectory", QueueDirectory, DefaultQueueDirectory),
            watch.Value("freeWarning", Free, new FreeAmount(0.15, 0)),
            watch.Value("freeCritical", Free, new FreeAmount(0.05, 0)),
            watch.Value("queueWarning", Messages, 200),
            watch.Value("queueCritical", Messages, 5000),
            watch.Value("queueAgeWarning", Age, TimeSpan.FromHours(1)),
            watch.Value("queueAgeCritical", Age, TimeSpan.FromDays(4)),
            watch.Value("interval", Interval, TimeSpan.FromSeconds(5)),
            watch.Value("queueInterval", Interval, TimeSpan.FromMinutes(1)));

        // A share and octets are compared only where there is a disk.
        if (options.FreeCritical.Share > options.FreeWarning.Share ||
            (options is { FreeCritical.Share: null, FreeWarning.Share: null } && options.FreeCritical.Octets > options.FreeWarning.Octets))
        {
            watch.Complain("freeCritical", $"is above freeWarning: expected at most {options.FreeWarning}");
        }

        if (options.QueueCritical < options.QueueWarning) watch.Complain("queueCritical", "is below queueWarning: expected at least as many messages");
        if (options.QueueAgeCritical < options.QueueAgeWarning) watch.Complain("queueAgeCritical", "is below queueAgeWarning: expected at least as long");
        return options;
    }
}
