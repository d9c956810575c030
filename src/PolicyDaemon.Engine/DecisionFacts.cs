namespace PolicyDaemon.Engine;

/// <summary>What a decision took and what it stands on, for whoever writes it down.</summary>
/// <param name="Age">Of the oldest fact that was used.</param>
/// <param name="Account">The canonical name of the login's account; null without a login, or when no check asked whose it is.</param>
public readonly record struct DecisionFacts(TimeSpan Elapsed, TimeSpan Age = default, string? Account = null);
