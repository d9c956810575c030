using System.CommandLine;
using PolicyDaemon.Bench.Counters;
using PolicyDaemon.Bench.Measuring;
using PolicyDaemon.Bench.Parts;
using PolicyDaemon.Bench.Reporting;
using PolicyDaemon.MailStack;

namespace PolicyDaemon.Bench;

/// <summary>The commands that measure in the same shape, and leave their results in a file for <c>report</c>.</summary>
internal static class MeasuringCommands
{
    private static readonly (string Name, string Description, Func<Parts.Bench, MailStackRoot, Comparison, Task> Run)[] Parts =
    [
        ("policy", "Policy requests, beside C, Kestrel and what Debian packages; from each kind of directory.", PolicyPart.RunAsync),
        ("milter", "Messages through the milter, beside a filter on libmilter.", MilterPart.RunAsync),
        ("auth", "Logins, beside Dovecot's own auth process.", AuthPart.RunAsync),
        ("hashes", "Logins whose passwords are SHA512-CRYPT hashes, everybody once.", AuthPart.HashedAsync),
        ("smtp", "Messages by smtp-source through a real Postfix, beside its own ldap: and pgsql: tables.", SmtpPart.RunAsync),
        ("lmtp", "Deliveries through the daemon, through haproxy, and directly.", LmtpPart.RunAsync),
        ("accounts", "Speed and memory with 100, 10,000 and 1,000,000 accounts.", AccountsPart.RunAsync),
        ("start", "From the start of the program, best the published one, to its first answer.", StartPart.RunAsync),
    ];

    private static readonly Option<FileInfo> Daemon = new("--daemon")
    {
        Description = "The policydaemon program.", DefaultValueFactory = _ => new(Checkout.PathOf("src", "PolicyDaemon", "bin", "Release", "net10.0", "policydaemon")),
    };

    private static readonly Option<int> Rounds = new("--rounds") { Description = "Rounds per server; odd, so that there is a middle one.", DefaultValueFactory = _ => 5 };
    private static readonly Option<double> Seconds = new("--seconds") { Description = "Length of one round.", DefaultValueFactory = _ => 1 };
    private static readonly Option<double> Patience = new("--patience") { Description = "Seconds to wait before each round, at most, until others use little of the machine." };
    private static readonly Option<bool> Quick = new("--quick") { Description = "Only the most telling cases, in a few minutes." };
    private static readonly Option<DirectoryInfo> Results = new("--results")
    {
        Description = "The directory for results.", DefaultValueFactory = _ => new(Checkout.PathOf("artifacts", "bench")),
    };

    private static readonly Option<int[]> Connections = new("--connections")
    {
        Description = "Connections at once: 1, 16, 100 and 1,000; with --quick 16 and 100.", AllowMultipleArgumentsPerToken = true,
    };

    public static IEnumerable<Command> All() => [.. Parts.Select(part => Make(part.Name, part.Description, [part])), Make("all", "Every part in turn.", Parts), Counters(), Report(), Soak()];

    private static Command Make(string name, string description, IReadOnlyList<(string Name, string Description, Func<Parts.Bench, MailStackRoot, Comparison, Task> Run)> parts)
    {
        Command command = new(name, description + " Needs root and the test packages.") { Daemon, Rounds, Seconds, Patience, Quick, Connections, Results };
        command.SetAction(async arguments =>
        {
            var bench = Read(arguments);
            foreach (var part in parts) await bench.RunAsync(part.Name, part.Run);
        });
        return command;
    }

    private static Command Counters()
    {
        Option<bool[]> fsync = new("--fsync") { Description = "Whether PostgreSQL waits for the disk.", DefaultValueFactory = _ => [false, true], AllowMultipleArgumentsPerToken = true };
        Command counters = new("counters", "Charges to limits in PostgreSQL, beside a bare upsert. Needs root and the test packages.") { Rounds, Seconds, Patience, Quick, fsync, Results, Daemon };
        counters.SetAction(async arguments =>
        {
            var bench = Read(arguments);
            Measuring.Results results = new("counters", bench.Directory, bench.Options);
            await new CountersBench(bench.Options.Rounds, bench.Options.Length, bench.Options.Patience, bench.IsQuick, results).RunAsync(arguments.GetValue(fsync)!);
        });
        return counters;
    }

    private static Command Report()
    {
        Option<FileInfo> page = new("--write") { Description = "The page, with its two marks.", DefaultValueFactory = _ => new(Checkout.PathOf("docs", "performance.md")) };
        Command report = new("report", "Writes tables and plots of all results into a page.") { page, Results };
        report.SetAction(arguments =>
        {
            foreach (var file in new Page(arguments.GetValue(Results)!.FullName, arguments.GetValue(page)!.FullName).Write()) Console.WriteLine(file);
        });
        return report;
    }

    private static Command Soak()
    {
        Option<double> minutes = new("--minutes") { Description = "How long.", DefaultValueFactory = _ => 30 };
        Command soak = new("soak", "Loads the daemon fully for a long time; exit code 1 when its memory grows. Needs root and the test packages.") { Daemon, minutes };
        soak.SetAction(arguments => PolicyDaemon.Bench.Parts.Soak.RunAsync(arguments.GetValue(Daemon)!.FullName, TimeSpan.FromMinutes(arguments.GetValue(minutes))));
        return soak;
    }

    private static Parts.Bench Read(ParseResult arguments)
    {
        var isQuick = arguments.GetValue(Quick);
        MeasuringOptions options = new(arguments.GetValue(Rounds), TimeSpan.FromSeconds(arguments.GetValue(Seconds)), TimeSpan.FromSeconds(arguments.GetValue(Patience)));
        return new(
            arguments.GetValue(Daemon)!.FullName,
            options,
            arguments.GetValue(Connections) is { Length: > 0 } chosen ? chosen : isQuick ? [16, 100] : [1, 16, 100, 1000],
            isQuick,
            arguments.GetValue(Results)!.FullName);
    }
}
