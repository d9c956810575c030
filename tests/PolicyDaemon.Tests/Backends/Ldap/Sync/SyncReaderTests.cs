using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Backends.Ldap.Sync;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Ldap.Sync;

/// <summary>The octets of slapd 2.5 as they were on the wire, then every form that RFC 4533 allows besides.</summary>
public sealed class SyncReaderTests
{
    private const string StateOid = "1.3.6.1.4.1.4203.1.9.1.2";
    private const string InfoOid = "1.3.6.1.4.1.4203.1.9.1.4";
    private const string Cookie = "rid=000,csn=20261120183535.368988Z#000000#000#000000";
    private const string CookieHex =
        "7269643D3030302C63736E3D32303236313132303138333533352E3336383938385A2330303030303023303030233030303030" + "30";

    private static readonly Guid Alice = new("e7b56c16-795c-1041-83bf-d93a4df66e1e");
    private static readonly Guid Carol = new("e7b56de2-795c-1041-83c1-d93a4df66e1e");

    /// <summary>One message of each form, by name.</summary>
    private static readonly Dictionary<string, byte[]> Messages = new(StringComparer.Ordinal)
    {
        ["added"] = SyncReplies.Entry(1, 1, Alice, "uid=alice", null, ("uid", ["alice"])),
        ["modified"] = SyncReplies.Entry(1, 2, Carol, "uid=carol", Cookie, ("uid", ["carol"])),
        ["deleted"] = SyncReplies.Entry(1, 3, Carol, "uid=carol", Cookie),
        ["reference"] = SyncReplies.Reference(1, 1, Alice, "ldap://elsewhere"),
        ["new cookie"] = SyncReplies.NewCookie(1, Cookie),
        ["delete phase"] = SyncReplies.PhaseEnd(1, false, null, Cookie),
        ["present phase"] = SyncReplies.PhaseEnd(1, true, false, Cookie),
        ["ids"] = SyncReplies.IdSet(1, [Alice, Carol], true, Cookie),
        ["end"] = SyncReplies.Done(1, LdapResultCode.SyncRefreshRequired, Cookie, true),
    };

    public static TheoryData<string> Names => [.. Messages.Keys];

    [Fact]
    public void Octets_of_slapd_for_an_added_entry()
    {
        var said = Assert.IsType<SyncEntry>(State(Convert.FromBase64String("MBUKAQEEEOe1bBZ5XBBBg7/ZOk32bh4=")));
        Assert.Equal((SyncState.Add, Alice, null), (said.State, said.Id, said.Cookie));
        Assert.Equal("uid=alice", said.Entry.Dn);
    }

    [Fact]
    public void Octets_of_slapd_for_a_modified_entry_with_a_cookie()
    {
        var said = Assert.IsType<SyncEntry>(State(Convert.FromHexString($"304B0A01020410E7B56DE2795C104183C1D93A4DF66E1E0434{CookieHex}")));
        Assert.Equal((SyncState.Modify, Carol, Cookie), (said.State, said.Id, said.Cookie?.Text));
    }

    [Theory]
    [InlineData("A100", false, true, null)]
    [InlineData($"A1360434{CookieHex}", false, true, Cookie)]
    [InlineData("A1030101FF", false, true, null)]
    [InlineData("A103010101", false, true, null)]
    [InlineData("A103010100", false, false, null)]
    [InlineData("A18100", false, true, null)]
    [InlineData("A20401020000", true, false, null, true)]
    [InlineData("A200", true, true, null)]
    [InlineData("A203010100", true, false, null)]
    [InlineData($"A28200390434{CookieHex}010100", true, false, Cookie)]
    [InlineData($"A1840000003B048200 34{CookieHex}0101FF", false, true, Cookie)]
    [InlineData("A1020400", false, true, "")]
    public void End_of_a_phase_in_every_form(string octets, bool isPresentPhase, bool isDone, string? cookie, bool isMalformed = false)
    {
        var value = Convert.FromHexString(octets.Replace(" ", "", StringComparison.Ordinal));
        if (isMalformed)
        {
            Assert.Throws<LdapProtocolException>(() => Info(value));
            return;
        }

        var said = Assert.IsType<SyncPhaseEnd>(Info(value));
        Assert.Equal((isPresentPhase, isDone, cookie), (said.IsPresentPhase, said.IsDone, said.Cookie?.Text));
    }

    [Theory]
    [InlineData("A3023100", false, 0)]
    [InlineData("A3143112 0410E7B56C16795C104183BFD93A4DF66E1E", false, 1)]
    [InlineData("A3170101FF3112 0410E7B56C16795C104183BFD93A4DF66E1E", true, 1)]
    [InlineData("A3170101003112 0410E7B56C16795C104183BFD93A4DF66E1E", false, 1)]
    [InlineData("A38129 0101013124 0410E7B56C16795C104183BFD93A4DF66E1E 0410E7B56DE2795C104183C1D93A4DF66E1E", true, 2)]
    public void Set_of_ids_in_every_form(string octets, bool areDeleted, int count)
    {
        var said = Assert.IsType<SyncIdSet>(Info(Convert.FromHexString(octets.Replace(" ", "", StringComparison.Ordinal))));
        Assert.Equal(areDeleted, said.AreDeleted);
        Assert.Equal(new[] { Alice, Carol }.Take(count), said.Ids);
    }

    [Fact]
    public void Set_of_many_ids_is_read_whole()
    {
        List<Guid> ids = [.. Enumerable.Range(0, 5000).Select(_ => Guid.NewGuid())];
        Assert.Equal(ids, Assert.IsType<SyncIdSet>(Read(SyncReplies.IdSet(1, ids))).Ids);
    }

    [Fact]
    public void New_cookie_is_kept_octet_by_octet()
    {
        var said = Assert.IsType<SyncNewCookie>(Info([0x80, 4, 0x00, 0xff, 0x80, 0x0a]));
        Assert.Equal([0x00, 0xff, 0x80, 0x0a], said.Cookie!.Octets);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData(Cookie, true)]
    [InlineData(null, false)]
    public void End_has_result_and_cookie(string? cookie, bool? refreshDeletes)
    {
        var said = Assert.IsType<SyncEnd>(Read(SyncReplies.Done(1, LdapResultCode.SyncRefreshRequired, cookie, refreshDeletes)));
        Assert.Equal((LdapResultCode.SyncRefreshRequired, cookie), (said.Result.Code, said.Cookie?.Text));
    }

    [Fact]
    public void End_without_control_is_an_end() =>
        Assert.Equal(LdapResultCode.Busy, Assert.IsType<SyncEnd>(Read(LdapReplies.Done(1, LdapResultCode.Busy))).Result.Code);

    [Fact]
    public void Entry_without_state_means_that_the_server_ignores_the_control() =>
        Assert.IsType<SyncUnsupported>(Read(LdapReplies.Entry(1, "uid=alice", ("uid", ["alice"]))));

    [Fact]
    public void Reference_without_state_and_unknown_intermediate_responses_say_nothing()
    {
        Assert.Null(Read(LdapReplies.Reference(1, "ldap://elsewhere")));
        Assert.Null(Read(LdapReplies.Intermediate(1, "1.2.3", [0xa1, 0])));
        Assert.Null(Read(LdapReplies.Message(1, LdapTags.IntermediateResponse, static _ => { })));
    }

    [Fact]
    public void Reference_that_was_an_account_counts_as_deleted()
    {
        var said = Assert.IsType<SyncEntry>(Read(SyncReplies.Reference(1, 2, Alice, "ldap://elsewhere")));
        Assert.Equal((SyncState.Delete, Alice), (said.State, said.Id));
    }

    [Theory]
    [InlineData("300E0A01010409E7B56C16795C1041 83")]
    [InlineData("30150A01040410E7B56C16795C104183BFD93A4DF66E1E")]
    [InlineData("30150A01FF0410E7B56C16795C104183BFD93A4DF66E1E")]
    [InlineData("30160A0200010410E7B56C16795C104183BFD93A4DF66E1E")]
    [InlineData("30150A01010410E7B56C16795C104183BFD93A4DF66E1E00")]
    [InlineData("3000")]
    [InlineData("")]
    public void Malformed_state_is_refused(string octets) =>
        Assert.Throws<LdapProtocolException>(() => State(Convert.FromHexString(octets.Replace(" ", "", StringComparison.Ordinal))));

    [Theory]
    [InlineData("A400")]
    [InlineData("3000")]
    [InlineData("A10000")]
    [InlineData("A300")]
    [InlineData("A3053103040101")]
    [InlineData("")]
    public void Malformed_info_is_refused(string octets) => Assert.Throws<LdapProtocolException>(() => Info(Convert.FromHexString(octets)));

    [Fact]
    public void Info_and_controls_without_a_value_are_refused()
    {
        Assert.Throws<LdapProtocolException>(() => SyncReader.Read(new LdapMessage(1, new LdapIntermediateResponse(InfoOid, null), [], 0)));
        var entry = new LdapSearchEntry(LdapEntry.Nameless);
        Assert.Throws<LdapProtocolException>(() => SyncReader.Read(new LdapMessage(1, entry, [new LdapControl(StateOid, false, null)], 0)));
    }

    [Fact]
    public void Cookie_of_the_greatest_length_is_taken_and_a_longer_one_is_refused()
    {
        Assert.NotNull(Read(SyncReplies.NewCookie(1, new string('x', SyncCookie.MaxBytes))));
        Assert.Throws<LdapProtocolException>(() => Read(SyncReplies.NewCookie(1, new string('x', SyncCookie.MaxBytes + 1))));
    }

    [Fact]
    public void Answer_of_another_kind_is_refused() => Assert.Throws<LdapProtocolException>(() => Read(LdapReplies.Bind(1)));

    [Theory]
    [MemberData(nameof(Names))]
    public void Value_truncated_at_any_octet_is_refused(string name)
    {
        foreach (var (message, value) in Shortened(name))
        {
            // A value that ends where a field may end is a whole one of another form only if its own length says so, which it does not.
            Assert.True(Throws(message), $"{name} cut to {value.Length} octets was taken");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Mutated_message_is_read_or_refused_and_never_anything_else(string name)
    {
        var mutator = new Mutator(20261121);
        var refused = 0;
        for (var i = 0; i < 3000; i++)
        {
            var whole = LdapResponseReader.Read(Messages[name]);
            refused += Throws(WithValue(whole, mutator.Mutate(ValueOf(whole)))) ? 1 : 0;
        }

        Assert.InRange(refused, 100, 2999);
    }

    private static IEnumerable<(LdapMessage Message, byte[] Value)> Shortened(string name)
    {
        var whole = LdapResponseReader.Read(Messages[name]);
        var value = ValueOf(whole);
        for (var length = 0; length < value.Length; length++) yield return (WithValue(whole, value[..length]), value[..length]);
    }

    private static bool Throws(LdapMessage message)
    {
        try
        {
            SyncReader.Read(message);
            return false;
        }
        catch (LdapProtocolException)
        {
            return true;
        }
    }

    private static byte[] ValueOf(LdapMessage message) =>
        message.Response is LdapIntermediateResponse info ? info.Value! : Assert.Single(message.Controls).Value!;

    private static LdapMessage WithValue(LdapMessage message, byte[] value) => message.Response is LdapIntermediateResponse info
        ? message with { Response = info with { Value = value } }
        : message with { Controls = [message.Controls[0] with { Value = value }] };

    private static SyncMessage? Read(byte[] octets) => SyncReader.Read(LdapResponseReader.Read(octets));

    private static SyncMessage? State(byte[] value) =>
        Read(LdapReplies.Entry(1, "uid=alice", [], [new LdapControl(StateOid, IsCritical: true, value)]));

    private static SyncMessage? Info(byte[] value) => Read(SyncReplies.Info(1, value));
}
