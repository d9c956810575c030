using PolicyDaemon.Backends.Files;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Files;

public sealed class ExtraRecipientsTests : IDisposable
{
    private static readonly AddressNormalizer Normalizer = new("+");

    private readonly string path = Path.GetTempFileName();
    private readonly SteppedTime time = new();

    public void Dispose() => File.Delete(path);

    [Theory]
    [InlineData("root: alice\n", "root@truenorth.local", true)]
    [InlineData("Root: alice\n", "ROOT@truenorth.local", true)]
    [InlineData("\"mailman-bounces\": \"|/usr/lib/mailman bounces\"\n", "mailman-bounces@truenorth.local", true)]
    [InlineData("list@truenorth.local other@elsewhere.example\n", "list@truenorth.local", true)]
    [InlineData("list@truenorth.local other@elsewhere.example\n", "list@example.org", false)]
    [InlineData("@old.example alice@truenorth.local\n", "@old.example", true)]
    [InlineData("# root: alice\n", "root@truenorth.local", false)]
    [InlineData("team: alice,\n  bob: carol\n", "bob@truenorth.local", false)]
    [InlineData("lonely\n", "lonely@truenorth.local", false)]
    [InlineData("\"unended: alice\n", "unended@truenorth.local", false)]
    [InlineData("list@bücher.example x\n", "list@xn--bcher-kva.example", true)]
    public async Task Left_hand_sides_of_aliases_and_virtual_texts_exist(string text, string asked, bool exists)
    {
        await File.WriteAllTextAsync(path, text);
        Lookup<AddressEntry> answer = await FindAsync(Open(path), asked);

        Assert.Equal(exists ? LookupAnswer.Found : LookupAnswer.NotFound, answer.Answer);
        Assert.Equal(exists, answer.Value?.IsExtra ?? false);
    }

    [Fact]
    public async Task Changed_file_is_read_again_after_a_second()
    {
        await File.WriteAllTextAsync(path, "one: x\n");
        ExtraRecipients directory = Open(path);
        await File.WriteAllTextAsync(path, "one: x\nsecond: x\n");

        Assert.True((await FindAsync(directory, "second@truenorth.local")).IsNotFound);
        time.Step(TimeSpan.FromSeconds(1));
        Assert.True((await FindAsync(directory, "second@truenorth.local")).IsFound);
    }

    [Fact]
    public async Task Change_behind_a_symbolic_link_is_seen_too()
    {
        await File.WriteAllTextAsync(path, "one: x\n");
        string link = path + ".link";
        File.CreateSymbolicLink(link, path);
        try
        {
            ExtraRecipients directory = Open(link);
            await File.WriteAllTextAsync(path, "one: x\nsecond: x\n");
            time.Step(TimeSpan.FromSeconds(1));

            Assert.True((await FindAsync(directory, "second@truenorth.local")).IsFound);
        }
        finally
        {
            File.Delete(link);
        }
    }

    [Fact]
    public async Task Removed_file_keeps_its_last_content()
    {
        await File.WriteAllTextAsync(path, "one: x\n");
        ExtraRecipients directory = Open(path);
        File.Delete(path);
        time.Step(TimeSpan.FromSeconds(2));

        Assert.True((await FindAsync(directory, "one@truenorth.local")).IsFound);
        Assert.True((await FindAsync(directory, "two@truenorth.local")).IsNotFound);
    }

    [Fact]
    public async Task File_that_was_never_read_is_unavailable_and_names_itself()
    {
        Lookup<AddressEntry> answer = await FindAsync(Open("/nonexistent/aliases"), "root@truenorth.local");

        Assert.True(answer.IsUnavailable);
        Assert.Contains("/nonexistent/aliases", answer.Cause, StringComparison.Ordinal);
    }

    private ExtraRecipients Open(string file) => new([file], Normalizer, time);

    private static async Task<Lookup<AddressEntry>> FindAsync(ExtraRecipients directory, string text)
    {
        Assert.True(Normalizer.TryParsePattern(text, out EmailAddress? address));
        return await directory.FindAddressAsync(address, CancellationToken.None);
    }

    private sealed class SteppedTime : TimeProvider
    {
        private long now = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => now;

        public void Step(TimeSpan by) => now += by.Ticks;
    }
}
