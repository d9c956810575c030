namespace PolicyDaemon.Engine;

/// <summary>
/// Our judgement. There is no OK: a policy answer of OK would end Postfix's restriction list and skip every restriction after us.
/// </summary>
public enum Verdict
{
    /// <summary>Nothing against it: Postfix goes on with its next restriction.</summary>
    Dunno,

    /// <summary>5xx.</summary>
    Reject,

    /// <summary>4xx.</summary>
    Defer,

    /// <summary>Accepted into Postfix's hold queue.</summary>
    Hold,
}
