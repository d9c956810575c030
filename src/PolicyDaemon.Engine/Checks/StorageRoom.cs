using PolicyDaemon.Engine.Storage;

namespace PolicyDaemon.Engine.Checks;

/// <summary>
/// Defers mail from outside while a disk that it would lie on is nearly full: the mailboxes', or that of Postfix's queue. Asked only for clients
/// without a login and outside the trusted networks: who works here goes on, with the room that this keeps. At delivery for all mail, when it is the
/// mailboxes' disk: leaving the queue makes room there.
/// </summary>
/// <remarks>Reply 452 4.3.1. At every stage, for Postfix skips the others for postmaster, and a session may be open for long.</remarks>
/// <param name="storage">Null: nothing is watched.</param>
internal sealed class StorageRoom(IStorage? storage) : ICheck
{
    public CheckName Name => CheckName.Storage;

    public ValueTask<CheckResult> DecideAsync(DecisionContext context, CancellationToken cancellationToken)
    {
        var isDelivery = context.Request.Stage == SmtpStage.Delivery;
        if (storage is null || !(isDelivery || context.IsSending)) return new(CheckResult.Dunno());
        var shortage = storage.MailStoreShortage ?? (isDelivery ? null : storage.QueueShortage);
        context.Note("room for mail", shortage ?? "as far as known", Provenance);
        return new(shortage is null ? CheckResult.Dunno() : CheckResult.Refuse(Reason.StorageFull, StorageReplies.Full, shortage));
    }

    private static Directories.Provenance Provenance => Directories.Provenance.Of("watch");
}
