using PolicyDaemon.Wire.Milter;
using Xunit;

namespace PolicyDaemon.Tests.Wire.Milter;

public sealed class MilterCorpusTests
{
    private const string Good = "milter/good";
    private const string Bad = "milter/bad";

    public static TheoryData<string> GoodNames => [.. Corpus.Names(Good)];

    public static TheoryData<string> BadNames => [.. Corpus.Names(Bad)];

    [Theory]
    [MemberData(nameof(GoodNames))]
    public async Task Dialog_is_as_written(string name)
    {
        var dialog = MilterDialog.Read(Good, name);
        MilterPeer peer = new(needs: dialog.Needs);
        await peer.SendAsync(dialog.Sent);
        var replies = peer.Received();
        var questions = peer.Questions.Select(MilterPeer.Describe).ToArray();
        Assert.True(
            dialog.Replies.SequenceEqual(replies) && dialog.Questions.SequenceEqual(questions),
            $"{name} was\n{string.Join('\n', questions.Select(question => $"? {question}"))}\n{string.Join('\n', replies.Select(reply => $"< {reply}"))}");
        Assert.True(peer.Session.IsCompletedSuccessfully);
        Assert.Empty(peer.Log.Malformed);
        Assert.Empty(peer.Log.Faults);
    }

    [Theory]
    [MemberData(nameof(BadNames))]
    public async Task Malformed_packet_is_warned_of_once_never_answered_and_ends_the_connection(string name)
    {
        var dialog = MilterDialog.Read(Bad, name);
        MilterPeer peer = new(needs: dialog.Needs);
        await peer.SendAsync(dialog.Sent);
        Assert.Equal(dialog.Errors.Select(error => $"milter unix:test {error}"), peer.Log.Malformed);
        Assert.True(peer.Session.IsCompletedSuccessfully);
        Assert.Empty(peer.Log.Faults);
    }

    [Theory]
    [MemberData(nameof(GoodNames))]
    [MemberData(nameof(BadNames))]
    public async Task Connection_split_at_any_byte_goes_the_same(string name)
    {
        var dialog = MilterDialog.Read(Corpus.Names(Good).Contains(name) ? Good : Bad, name);
        var octets = dialog.Sent;
        var whole = await PlayAsync(dialog.Needs, octets);
        for (var cut = 0; cut <= octets.Length; cut++) Assert.Equal(whole, await PlayAsync(dialog.Needs, octets.AsMemory(0, cut), octets.AsMemory(cut)));
    }

    [Theory]
    [MemberData(nameof(GoodNames))]
    public async Task Connection_fed_byte_by_byte_goes_the_same(string name)
    {
        var dialog = MilterDialog.Read(Good, name);
        var octets = dialog.Sent;
        Assert.Equal(await PlayAsync(dialog.Needs, octets), await PlayAsync(dialog.Needs, [.. octets.Select(octet => new ReadOnlyMemory<byte>([octet]))]));
    }

    [Theory]
    [MemberData(nameof(GoodNames))]
    public async Task Peer_that_closes_at_any_byte_harms_nothing(string name)
    {
        var dialog = MilterDialog.Read(Good, name);
        for (var length = 0; length < dialog.Sent.Length; length++)
        {
            MilterPeer peer = new(needs: dialog.Needs);
            await peer.SendAsync(dialog.Sent.AsMemory(0, length));
            await peer.Connection.Output.CompleteAsync();
            Assert.True(peer.Session.IsCompletedSuccessfully);
            Assert.Empty(peer.Log.Faults);
            Assert.All(peer.Log.Malformed, error => Assert.Equal("milter unix:test connection closed within a packet", error));
        }
    }

    [Fact]
    public async Task Mutated_connections_end_or_go_on_without_a_mistake_of_ours()
    {
        Mutator mutator = new(20261121);
        var (ended, wentOn) = (0, 0);
        foreach (var (folder, name) in Corpus.Names(Good).Select(name => (Good, name)).Concat(Corpus.Names(Bad).Select(name => (Bad, name))))
        {
            var dialog = MilterDialog.Read(folder, name);
            for (var round = 0; round < 100; round++)
            {
                MilterPeer peer = new(needs: new MilterNeeds(Header: true, Size: true));
                await peer.SendAsync(mutator.Mutate(dialog.Sent));
                Assert.Empty(peer.Log.Faults);
                Assert.All(peer.Log.Malformed, error => Assert.DoesNotContain(error, character => character is < ' ' or > '~'));
                if (peer.Session.IsCompleted) ended++;
                else wentOn++;
            }
        }

        Assert.InRange(ended, 100, int.MaxValue);
        Assert.InRange(wentOn, 100, int.MaxValue);
    }

    private static async Task<string> PlayAsync(MilterNeeds needs, params ReadOnlyMemory<byte>[] pieces)
    {
        MilterPeer peer = new(needs: needs);
        foreach (var piece in pieces)
        {
            if (!peer.Session.IsCompleted) await peer.SendAsync(piece);
        }

        return string.Join('\n', [.. peer.Questions.Select(MilterPeer.Describe), .. peer.Received(), .. peer.Log.Malformed, $"{peer.Session.IsCompleted}", .. peer.Log.Faults.Select(fault => $"{fault}")]);
    }
}
