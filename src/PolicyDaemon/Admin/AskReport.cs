using System.Text.Json.Serialization;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Checks;

namespace PolicyDaemon.Admin;

/// <summary>One question to the engine, as an administrator types it. Charges nothing and is not logged as a decision.</summary>
/// <param name="Login">SASL username; empty: the client did not authenticate.</param>
/// <param name="Sender">
/// Envelope sender, with or without angle brackets; empty or <c>&lt;&gt;</c>: the null sender. Null: not said, which only CONNECT and
/// EHLO allow.
/// </param>
/// <param name="Client">Client address, IPv4 or IPv6; empty: unknown.</param>
/// <param name="Stage">Postfix's <c>protocol_state</c>, any case. Null: RCPT with a recipient, MAIL without.</param>
/// <param name="Size">Octets; 0: unknown.</param>
/// <param name="RecipientCount">Accepted recipients. Null: 1 at DATA and END-OF-MESSAGE, 0 before.</param>
/// <param name="Context">Postfix's <c>policy_context</c>.</param>
/// <param name="HeaderFrom">
/// What stands behind <c>From:</c> in the message. Null: the header is not asked about. With it or <paramref name="HeaderSender"/> the question is
/// that of a milter, and the stage is END-OF-MESSAGE unless it was said.
/// </param>
/// <param name="HeaderSender">What stands behind <c>Sender:</c>. Null: there is none.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record AskRequest(
    string Login = "",
    string? Sender = null,
    string Recipient = "",
    string Client = "",
    string? Stage = null,
    string Instance = "",
    long Size = 0,
    int? RecipientCount = null,
    string Context = "",
    string? HeaderFrom = null,
    string? HeaderSender = null);

/// <summary>A decision taken apart.</summary>
internal sealed record AskReport
{
    public required AskedQuestion Question { get; init; }

    public required Verdict Verdict { get; init; }

    /// <summary>True: it defers because a fact could not be had, so that nothing is known about what was asked.</summary>
    public required bool CannotTell { get; init; }

    /// <summary>The check that decided; null for Dunno.</summary>
    public CheckName? Check { get; init; }

    public string? Reason { get; init; }

    /// <summary>Private.</summary>
    public string? Detail { get; init; }

    /// <summary>What Postfix is told, access(5): <c>DUNNO</c>, <c>HOLD …</c>, <c>554 5.7.1 …</c>.</summary>
    public required string Action { get; init; }

    /// <summary>The line that Postfix sends to its client; null when it goes on.</summary>
    public string? Reply { get; init; }

    /// <summary>Age of the oldest fact that was used.</summary>
    public required long AgeMs { get; init; }

    /// <summary>Sources that cannot be asked at present; what is known of one counts for some time, with its age.</summary>
    public required IReadOnlyList<SourceReport> SourcesAway { get; init; }

    /// <summary>The settings of each check, what it found, and what it would answer alone; in the order in which they are asked.</summary>
    public required IReadOnlyList<AskedCheck> Checks { get; init; }
}

/// <summary>The question as the engine understood it.</summary>
/// <param name="Sender">Null: not said yet. Empty: the null sender.</param>
internal sealed record AskedQuestion(
    string Stage,
    string Login,
    string? Sender,
    string Recipient,
    string Client,
    string Instance,
    long Size,
    int RecipientCount,
    string Context,
    string? HeaderFrom,
    string? HeaderSender);

/// <summary>One check of an <see cref="AskReport"/>.</summary>
internal sealed record AskedCheck
{
    public required CheckName Check { get; init; }

    public required CheckMode Mode { get; init; }

    public required WhenUnavailable WhenUnavailable { get; init; }

    /// <summary>False: an earlier check had ended the walk, or this one is off. What it would answer is told all the same.</summary>
    public required bool Reached { get; init; }

    /// <summary>Its facts could not be had.</summary>
    public required bool Unavailable { get; init; }

    /// <summary>What it would answer alone and enforced.</summary>
    public required Verdict Verdict { get; init; }

    public string? Reason { get; init; }

    /// <summary>Code, enhanced status and text.</summary>
    public string? Reply { get; init; }

    /// <summary>Private.</summary>
    public string? Detail { get; init; }

    public required IReadOnlyList<FactReport> Facts { get; init; }
}

/// <summary>One fact that was used, where it comes from and how old it is.</summary>
/// <param name="Known">False: the source could not say, and the age means nothing.</param>
internal sealed record FactReport(string Question, string Answer, string Source, string Entry, long AgeMs, bool Known)
{
    public static FactReport Of(Fact fact) => new(
        fact.Question, fact.Answer, fact.Provenance.Source, fact.Provenance.Entry, (long)fact.Provenance.Age.TotalMilliseconds, fact.IsKnown);
}
