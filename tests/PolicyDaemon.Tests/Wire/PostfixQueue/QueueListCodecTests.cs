using System.Buffers;
using System.Globalization;
using System.Text;
using PolicyDaemon.Wire.PostfixQueue;
using Xunit;

namespace PolicyDaemon.Tests.Wire.PostfixQueue;

public sealed class QueueListCodecTests
{
    private const string Greeting = "protocol|mail_queue_list_protocol||";

    /// <summary>As showq writes it, with | for NUL.</summary>
    private static readonly string Three =
        Greeting +
        Message("active", 1_794_000_300, "recipient|b@y|") +
        Message("deferred", 1_794_000_100, "recipient|b@y|reason|connect to y[192.0.2.1]:25: Connection refused|recipient|c@y|reason|the same|") +
        Message("hold", 1_793_000_000, "recipient|d@y|") + "|";

    [Fact]
    public void List_split_at_any_byte_counts_the_same()
    {
        var bytes = Encode(Three);
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            QueueListCodec codec = new();
            ReadOnlySequence<byte> first = new(bytes, 0, cut);
            codec.Read(ref first);
            var rest = Segments.Of([.. first.ToArray(), .. bytes[cut..]], (int)first.Length);
            codec.Read(ref rest);

            Assert.Equal("active=1 deferred=1 hold=1 waiting=2 oldest=1794000100", Describe(codec.Listing));
        }
    }

    [Fact]
    public void Empty_queue_has_no_oldest_message() => Assert.Equal("waiting=0 oldest=", Describe(Read(Greeting + "|").Listing));

    [Fact]
    public void List_is_whole_only_behind_its_last_empty_name()
    {
        for (var length = 0; length < Three.Length; length++) Assert.False(Read(Three[..length]).IsComplete);
        Assert.True(Read(Three).IsComplete);
    }

    [Fact]
    public void Names_of_a_later_version_are_passed_over() =>
        Assert.Equal("active=1 waiting=1 oldest=5", Describe(Read(Greeting + Message("active", 5, "recipient|b@y|").Replace("size|", "colour|blue|size|", StringComparison.Ordinal) + "|").Listing));

    [Theory]
    [InlineData("protocol|other||", "the protocol is 'other', and not mail_queue_list_protocol")]
    [InlineData("queue_name|active|", "begins with 'queue_name', and not with its protocol")]
    [InlineData("|", "is empty")]
    [InlineData(Greeting + "queue_name|active|queue_id|x||", "a message has no time")]
    [InlineData(Greeting + "queue_name|active|time|-5|", "the time '-5' is no time")]
    [InlineData(Greeting + "queue_name|active|time|5x|", "the time '5x' is no time")]
    [InlineData(Greeting + "queue_name|active|time|253402300800|", "the time '253402300800' is no time")]
    public void What_is_no_list_of_a_queue_is_refused(string sent, string cause) =>
        Assert.Equal(cause, Assert.Throws<InvalidDataException>(() => Read(sent)).Message);

    [Fact]
    public void Text_without_end_is_refused() =>
        Assert.Contains("65536", Assert.Throws<InvalidDataException>(() => Read(Greeting + new string('x', QueueListCodec.MaxTextBytes + 1))).Message, StringComparison.Ordinal);

    [Fact]
    public void More_queues_than_postfix_has_are_refused() => Assert.Contains("queues", Assert.Throws<InvalidDataException>(() => Read(
        Greeting + string.Concat(Enumerable.Range(0, 17).Select(number => Message(string.Create(CultureInfo.InvariantCulture, $"q{number}"), 5, ""))))).Message, StringComparison.Ordinal);

    private static string Message(string queue, long time, string recipients) => string.Create(
        CultureInfo.InvariantCulture, $"queue_name|{queue}|queue_id|4jX2Dd06rBz1k61j|time|{time}|size|1035|forced_expire|0|sender|a@x|{recipients}|");

    private static byte[] Encode(string text) => Encoding.ASCII.GetBytes(text.Replace('|', '\0'));

    private static QueueListCodec Read(string text)
    {
        QueueListCodec codec = new();
        ReadOnlySequence<byte> input = new(Encode(text));
        codec.Read(ref input);
        return codec;
    }

    private static string Describe(QueueListing listing) => string.Join(
        ' ',
        [
            .. listing.Messages.OrderBy(queue => queue.Key, StringComparer.Ordinal).Select(queue => $"{queue.Key}={queue.Value}"),
            $"waiting={listing.Waiting}", $"oldest={listing.Oldest?.ToUnixTimeSeconds()}",
        ]);
}
