namespace PolicyDaemon.Engine.Storage;

/// <summary>Whether there is room for more mail on the disks of this machine. Answers at once, from what was seen last.</summary>
public interface IStorage
{
    /// <summary>
    /// The mailboxes' disk is below its critical threshold: one private sentence, which names the directory. Null: there is room, or nobody knows;
    /// what is not known stops no mail.
    /// </summary>
    string? MailStoreShortage { get; }

    /// <summary>The same of the disk with Postfix's queue. Nothing that takes mail out of the queue may depend on it.</summary>
    string? QueueShortage { get; }
}

/// <summary>What a client is told when there is no room.</summary>
public static class StorageReplies
{
    /// <remarks>RFC 5321 section 4.2.3 (452) and RFC 3463 section 3.4 (X.3.1, mail system full).</remarks>
    public static readonly SmtpReply Full = new(452, "3.1", "Insufficient system storage, try again later");
}
