namespace PolicyDaemon.Bench.Measuring;

/// <summary>One comparison: the same load on several servers.</summary>
/// <param name="Group">What they have in common, such as the directory: a row of the report.</param>
/// <param name="Transport"><c>unix</c> or <c>tcp</c>.</param>
/// <param name="PerSecond">How much is offered; null: a closed loop.</param>
internal sealed record Case(string Group, string Transport, int Connections, int? PerSecond = null)
{
    /// <summary>What one request is, in the plural.</summary>
    public string Unit { get; init; } = "requests";

    /// <summary>Nobody has two turns at one server: the first round is not thrown away.</summary>
    public bool IsOnce { get; init; }
}
