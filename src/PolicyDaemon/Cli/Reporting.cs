using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PolicyDaemon.Admin;
using PolicyDaemon.Cli.Pages;

namespace PolicyDaemon.Cli;

/// <summary>Shows how an operation ended, to a person or to a program, and turns it into an exit status.</summary>
internal static class Reporting
{
    /// <param name="show">Writes the report for a person.</param>
    /// <param name="status">The exit status that the report means; null: always <see cref="ExitStatus.Yes"/>.</param>
    public static int Show<T>(
        CommandEnvironment environment,
        bool asJson,
        Outcome<T> outcome,
        JsonTypeInfo<T> json,
        Action<Page, T> show,
        Func<T, int>? status = null)
        where T : class
    {
        if (!outcome.TryGetReport(out var report, out var refusal)) return Complain(environment, refusal);
        if (asJson) environment.Output.Write(JsonSerializer.Serialize(report, json) + "\n");
        else show(environment.OutputPage, report);
        return status?.Invoke(report) ?? ExitStatus.Yes;
    }

    public static int Complain(CommandEnvironment environment, Refusal refusal)
    {
        environment.Complain(refusal.Message);
        return refusal.Kind is RefusalKind.NotFound or RefusalKind.Conflict ? ExitStatus.No : ExitStatus.CannotTell;
    }
}
