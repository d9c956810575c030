namespace PolicyDaemon.Backends.Mailboxes;

/// <summary>How a change to domains, accounts or aliases ended. Only <see cref="Done"/> has changed anything.</summary>
public enum MailboxOutcome
{
    /// <summary>First, so that a forgotten outcome is no success.</summary>
    Invalid,
    Done,
    AlreadyExists,
    NotFound,

    /// <summary>The domain of an address is not in the table of domains.</summary>
    DomainMissing,

    /// <summary>A domain that still has accounts or aliases.</summary>
    NotEmpty,
}

/// <param name="Message">One line for the administrator: what was done, or why it was not.</param>
public sealed record MailboxResult(MailboxOutcome Outcome, string Message)
{
    public bool IsDone => Outcome == MailboxOutcome.Done;

    internal static MailboxResult Done(string message) => new(MailboxOutcome.Done, message);

    internal static MailboxResult AlreadyExists(string what) => new(MailboxOutcome.AlreadyExists, what + " already exists");

    internal static MailboxResult NotFound(string what) => new(MailboxOutcome.NotFound, what + " does not exist");

    internal static MailboxResult DomainMissing(string domain) =>
        new(MailboxOutcome.DomainMissing, $"domain {domain} does not exist; add it first");

    internal static MailboxResult NotEmpty(string message) => new(MailboxOutcome.NotEmpty, message);

    internal static MailboxResult Invalid(string message) => new(MailboxOutcome.Invalid, message);
}
