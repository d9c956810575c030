using System.Globalization;

namespace PolicyDaemon.Doctor.PostgreSql;

/// <summary>This machine's clock and the database's are apart, and so are this node's and the others'.</summary>
internal sealed class ClockSkew : IDiagnosis
{
    /// <summary>Windows of limits and blocks have an end by the clock; what a network takes is far less.</summary>
    private static readonly TimeSpan Tolerated = TimeSpan.FromSeconds(2);

    public string Id => "clock-skew";

    public IEnumerable<Finding> Examine(Installation installation)
    {
        if (installation.Postgres?.ClockAhead is not { } ahead || ahead.Duration() < Tolerated) return [];
        var seconds = ahead.Duration().TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture);
        return [new Finding(
            Id, ahead.Duration() > 30 * Tolerated ? Severity.Error : Severity.Warning, "directory.postgres",
            $"the database's clock is {seconds} s {(ahead > TimeSpan.Zero ? "ahead of" : "behind")} this machine's",
            "the clocks of this machine and of the database are apart",
            "blocks end too early or too late on this node, and a newer order of another node may count as the older one",
            Mend.Shell("timedatectl set-ntp true   # on both machines; chronyc tracking says how far one is off"))];
    }
}
