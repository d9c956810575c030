using PolicyDaemon.Bench.Conversations;
using PolicyDaemon.Bench.Floor;
using PolicyDaemon.Bench.Measuring;
using PolicyDaemon.MailStack;

namespace PolicyDaemon.Bench.Parts;

/// <summary>Messages through the milter, beside a filter on libmilter that accepts everything.</summary>
internal static class MilterPart
{
    private const int Few = 100;

    public static async Task RunAsync(Bench bench, MailStackRoot root, Comparison comparison)
    {
        var floor = await FloorServer.StartAsync(root, "milter");
        var libmilter = await FloorServer.StartLibmilterAsync(root);
        var daemon = (await DaemonUnderTest.StartAsync(root, bench.Program, "few", await new Directories(root, People.Plain(Few)).SqliteAsync("few"))).On("milter", "daemon");
        foreach (var connections in bench.Connections) await RunAsync(new("one recipient, 2 kB", "unix", connections), [floor, libmilter, daemon]);
        await RunAsync(new("one recipient, 2 kB", "tcp", Bench.Usual), [floor, daemon]);
        if (bench.IsQuick) return;
        await RunAsync(new("one recipient, 2 kB", "tcp", Bench.Many), [floor, daemon]);
        await RunAsync(new("one recipient, 2 kB", "unix", Bench.Many, 2_000), [floor, libmilter, daemon]);

        Task RunAsync(Case @case, IReadOnlyList<Subject> subjects) => comparison.RunAsync(@case with { Unit = "messages" }, subjects, (_, _) => new MilterConversation());
    }
}
