using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Checks;
using PolicyDaemon.Engine.Storage;
using Xunit;

namespace PolicyDaemon.Tests.Engine.Checks;

public sealed class StorageRoomTests
{
    private readonly Disks disks = new();

    /// <summary>Client, envelope sender, stage, what is full → the decision.</summary>
    public static TheoryData<string, string?, SmtpStage, string, string> Mails => new()
    {
        { "outside", "who@example.org", SmtpStage.Mail, "mail store", "defer 452 4.3.1 storage_full" },
        { "outside", "who@example.org", SmtpStage.Rcpt, "mail store", "defer 452 4.3.1 storage_full" },
        { "outside", "who@example.org", SmtpStage.Rcpt, "queue", "defer 452 4.3.1 storage_full" },
        { "outside", "who@example.org", SmtpStage.Data, "queue", "defer 452 4.3.1 storage_full" },
        { "outside", "who@example.org", SmtpStage.EndOfMessage, "queue", "defer 452 4.3.1 storage_full" },
        { "outside", "", SmtpStage.Rcpt, "queue", "defer 452 4.3.1 storage_full" },
        { "outside", "who@example.org", SmtpStage.Rcpt, "", "dunno" },
        { "outside", null, SmtpStage.Connect, "queue", "dunno" },
        { "trusted", "who@example.org", SmtpStage.Rcpt, "queue", "dunno" },
        { "alice", "alice@truenorth.local", SmtpStage.Rcpt, "mail store", "dunno" },
        { "outside", "alice@truenorth.local", SmtpStage.Delivery, "mail store", "defer 452 4.3.1 storage_full" },
        { "trusted", "alice@truenorth.local", SmtpStage.Delivery, "mail store", "defer 452 4.3.1 storage_full" },
        { "outside", "who@example.org", SmtpStage.Delivery, "queue", "dunno" },
    };

    [Theory]
    [MemberData(nameof(Mails))]
    public async Task Full_disk_defers_mail_from_outside_alone(string client, string? sender, SmtpStage stage, string full, string expected)
    {
        if (full == "mail store") disks.MailStoreShortage = "full";
        if (full == "queue") disks.QueueShortage = "full";

        Assert.Equal(expected, EngineBench.Describe(await DecideAsync(Mail.From(client, sender, "alice@truenorth.local") with { Stage = stage })));
    }

    [Fact]
    public async Task Nothing_is_deferred_where_nothing_is_watched() =>
        Assert.Equal("dunno", EngineBench.Describe(await new EngineBench().Only(CheckName.Storage).DecideAsync(Mail.FromOutside("who@example.org"))));

    [Fact]
    public async Task Check_can_be_observed_and_its_reply_be_another()
    {
        disks.QueueShortage = "full";
        var observed = await DecideAsync(Mail.FromOutside("who@example.org"), new CheckSettings(CheckMode.Observe));
        Assert.Equal(Verdict.Dunno, observed.Verdict);
        Assert.Equal("storage_full", Assert.Single(observed.Remarks).Reason.Name);

        var worded = await DecideAsync(Mail.FromOutside("who@example.org"), new CheckSettings(CheckMode.Enforce, Reply: new SmtpReply(451, "3.2", "Later")));
        Assert.Equal("451 4.3.2 Later", worded.Reply!.Line);
    }

    private async Task<Decision> DecideAsync(MailRequest request, CheckSettings? settings = null)
    {
        EngineBench bench = new EngineBench().Only(CheckName.Storage);
        if (settings is not null) bench.Policy = bench.Policy.With(CheckName.Storage, settings);
        var facts = new FactSources(bench.Directory, bench.Blocks, bench.Counters, Storage: disks);
        return await new DecisionEngine(bench.Policy, facts, bench.Observer, bench.Clock).DecideAsync(request, TestContext.Current.CancellationToken);
    }

    private sealed class Disks : IStorage
    {
        public string? MailStoreShortage { get; set; }

        public string? QueueShortage { get; set; }
    }
}
