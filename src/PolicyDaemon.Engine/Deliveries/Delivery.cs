namespace PolicyDaemon.Engine.Deliveries;

/// <summary>What became of one message for one recipient, at one attempt.</summary>
public enum DeliveryOutcome
{
    /// <summary>The mail store said that it has it.</summary>
    Stored,

    /// <summary>Refused for good.</summary>
    Refused,

    /// <summary>Not stored; it will be tried again.</summary>
    Deferred,

    /// <summary>The mail store had all of it and did not say what became of it: it is tried again, and may be there twice then.</summary>
    Unknown,
}

/// <summary>One recipient of one message, as the mail store answered.</summary>
public sealed record Delivery
{
    public required DeliveryOutcome Outcome { get; init; }

    /// <summary>The command that was answered: MAIL, RCPT, DATA, or the end of the message.</summary>
    public required SmtpStage Stage { get; init; }

    /// <summary>Postfix's queue id; empty when it did not say.</summary>
    public required string QueueId { get; init; }

    /// <summary>In internal form; empty: the null sender.</summary>
    public required string Sender { get; init; }

    /// <summary>In internal form, as Postfix gave it; empty when the message was refused before any was named.</summary>
    public required string Recipient { get; init; }

    /// <summary>Octets of the content, its line ends counted as two; 0 when it was not transferred.</summary>
    public required long Size { get; init; }

    /// <summary>SHA-256 of the content as Postfix gave it, hexadecimal; empty when not all of it came.</summary>
    public string Digest { get; init; } = "";

    /// <summary>Endpoint of the mail store; empty when none could be asked.</summary>
    public required string Backend { get; init; }

    /// <summary>The reply of the mail store, or what kept it from giving one. Text of a peer.</summary>
    public required string Reply { get; init; }

    /// <summary>From the end of the message, or the command, to the answer.</summary>
    public required TimeSpan Elapsed { get; init; }
}

/// <summary>Told of every answer of the mail store before Postfix is: what must be on record by then is written here.</summary>
public interface IDeliveryObserver
{
    /// <summary>Postfix hears of these only when this has completed. Those of one message come in several calls, as the mail store answers.</summary>
    ValueTask OnDeliveriesAsync(IReadOnlyList<Delivery> deliveries);
}
