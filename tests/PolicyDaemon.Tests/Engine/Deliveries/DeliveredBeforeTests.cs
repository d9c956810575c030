using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Deliveries;
using Xunit;

namespace PolicyDaemon.Tests.Engine.Deliveries;

public sealed class DeliveredBeforeTests
{
    private const string Digest = "aa";

    private readonly DeliveredBefore before = new(most: 3);

    [Fact]
    public void Message_that_is_there_is_suspected_and_told_by_its_content()
    {
        before.Remember("mx1", Stored("4f1", "a@x", "b@y"));

        Assert.True(before.IsSuspected("mx1", "4f1", "a@x", "b@y"));
        Assert.True(before.IsThere("mx1", "4f1", "a@x", "b@y", Digest));

        // It may come a third time.
        Assert.True(before.IsSuspected("mx1", "4f1", "a@x", "b@y"));
    }

    [Fact]
    public void Message_is_handed_over_by_one_at_a_time_and_not_at_all_once_it_is_there()
    {
        IDisposable? first = before.TryClaim("mx1", "4f1", "a@x", ["b@y", "c@y", "c@y"]);
        Assert.NotNull(first);
        Assert.Null(before.TryClaim("mx1", "4f1", "a@x", ["d@y", "c@y"]));
        using (var other = before.TryClaim("mx1", "4f1", "a@x", ["d@y"])) Assert.NotNull(other);
        using (var other = before.TryClaim("mx1", "4f2", "a@x", ["b@y", "c@y"])) Assert.NotNull(other);

        before.Remember("mx1", Stored("4f1", "a@x", "b@y"));
        first.Dispose();
        Assert.Null(before.TryClaim("mx1", "4f1", "a@x", ["b@y"]));
        Assert.NotNull(before.TryClaim("mx1", "4f1", "a@x", ["c@y", "d@y"]));
    }

    [Fact]
    public void Without_a_queue_id_nobody_can_tell_that_two_messages_are_the_same()
    {
        using var first = before.TryClaim("mx1", "", "a@x", ["b@y"]);
        Assert.NotNull(before.TryClaim("mx1", "", "a@x", ["b@y"]));
    }

    [Theory]
    [InlineData("mx2", "4f1", "a@x", "b@y")]
    [InlineData("mx1", "4f2", "a@x", "b@y")]
    [InlineData("mx1", "4f1", "c@x", "b@y")]
    [InlineData("mx1", "4f1", "a@x", "c@y")]
    [InlineData("mx1", "", "a@x", "b@y")]
    [InlineData("mx1", "4f1", "a@xb", "@y")]
    public void Another_message_is_not_suspected(string node, string queueId, string sender, string recipient)
    {
        before.Remember("mx1", Stored("4f1", "a@x", "b@y"));
        before.Remember("mx1", Stored("", "a@x", "b@y"));

        Assert.False(before.IsSuspected(node, queueId, sender, recipient));
    }

    [Theory]
    [InlineData("bb")]
    [InlineData("")]
    public void New_message_under_an_old_queue_id_is_not_suspected_when_it_comes_again(string digest)
    {
        before.Remember("mx1", Stored("4f1", "a@x", "b@y"));

        Assert.False(before.IsThere("mx1", "4f1", "a@x", "b@y", digest));
        Assert.False(before.IsSuspected("mx1", "4f1", "a@x", "b@y"));
        Assert.False(before.IsThere("mx1", "4f1", "a@x", "b@y", Digest));
    }

    [Theory]
    [InlineData(DeliveryOutcome.Refused)]
    [InlineData(DeliveryOutcome.Deferred)]
    [InlineData(DeliveryOutcome.Unknown)]
    public void What_the_mail_store_has_not_said_it_has_is_delivered_again(DeliveryOutcome outcome)
    {
        before.Remember("mx1", Stored("4f1", "a@x", "b@y") with { Outcome = outcome });

        Assert.False(before.IsSuspected("mx1", "4f1", "a@x", "b@y"));
    }

    [Fact]
    public void What_has_no_digest_is_not_remembered()
    {
        before.Remember("mx1", Stored("4f1", "a@x", "b@y") with { Digest = "" });

        Assert.False(before.IsSuspected("mx1", "4f1", "a@x", "b@y"));
    }

    [Fact]
    public void Oldest_are_forgotten_and_those_remembered_anew_are_not()
    {
        foreach (var queueId in (string[])["1", "2", "1", "3"]) before.Remember("mx1", Stored(queueId, "a@x", "b@y"));
        Assert.True(before.IsSuspected("mx1", "1", "a@x", "b@y"));
        before.Remember("mx1", Stored("4", "a@x", "b@y"));

        Assert.Equal([true, false, true, true], new[] { "1", "2", "3", "4" }.Select(queueId => before.IsSuspected("mx1", queueId, "a@x", "b@y")));
    }

    private static Delivery Stored(string queueId, string sender, string recipient) => new()
    {
        Outcome = DeliveryOutcome.Stored,
        Stage = SmtpStage.EndOfMessage,
        QueueId = queueId,
        Sender = sender,
        Recipient = recipient,
        Size = 1,
        Digest = Digest,
        Backend = "unix:/b",
        Reply = "250",
        Elapsed = TimeSpan.Zero,
    };
}
