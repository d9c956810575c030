using System.Diagnostics;
using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Backends.Ldap.Sync;
using PolicyDaemon.Engine.Addresses;
using Xunit;
using static PolicyDaemon.Tests.Backends.Ldap.Sync.ViewEntries;

namespace PolicyDaemon.Tests.Backends.Ldap.Sync;

public sealed class SavedViewTests : IDisposable
{
    private const string Provider = "ldaps://ldap1.truenorth.local";

    private static readonly LdapOptions Options = new() { Urls = [], BaseDn = "dc=truenorth,dc=local" };
    private static readonly SyncCookie Cookie = SyncCookie.Read("rid=001,csn=20261121101500.123456Z#000000#001#000000");
    private static readonly AccountView View = AccountView.Empty.Put(FullEntry(1, "alice")).Put(Entry(2, ["bob"], "bob@truenorth.local")).Put(Entry(3, [], "list@truenorth.local"));

    private readonly string folder = Directory.CreateTempSubdirectory("pds-view-").FullName;
    private readonly ManualClock clock = new();

    private string File => Path.Combine(folder, "ldap.view");

    private DateTimeOffset Now => clock.GetUtcNow();

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void View_comes_back_with_cookie_provider_and_the_time_when_one_was_heard()
    {
        var heard = Now.AddMinutes(-7);
        Assert.Null(Saved().Write(Content(heard)));
        var content = ReadWell();
        Assert.Equal(View.Entries.OrderBy(entry => entry.Id), content.View.Entries.OrderBy(entry => entry.Id));
        Assert.Equal((Cookie.Text, Provider, true, heard), (content.Cookie!.Text, content.Provider, content.Differs, content.Heard));
        Assert.Equal("bob", Assert.Single(content.View.WithAddress("bob@truenorth.local")).Account.Name);
    }

    [Fact]
    public void View_without_cookie_or_entries_comes_back_so()
    {
        Assert.Null(Saved().Write(new SavedContent(AccountView.Empty, null, null, Differs: false, Now)));
        var content = ReadWell();
        Assert.Equal((0, null, null, false), (content.View.Count, content.Cookie, content.Provider, content.Differs));
    }

    [Fact]
    public void Nothing_saved_is_no_fault() => Assert.Equal(default, Saved().Read());

    [Fact]
    public void File_is_for_its_owner_only_and_leaves_no_other_behind()
    {
        System.IO.File.WriteAllText(File + ".new", "of a crash");
        Assert.Null(Saved().Write(Content(Now)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
        Assert.Equal([File], Directory.GetFiles(folder));
    }

    [Fact]
    public void Link_at_the_name_used_while_writing_is_removed_and_not_followed()
    {
        var victim = Path.Combine(folder, "victim");
        System.IO.File.WriteAllText(victim, "mine");
        System.IO.File.CreateSymbolicLink(File + ".new", victim);
        Assert.Null(Saved().Write(Content(Now)));
        Assert.Equal("mine", System.IO.File.ReadAllText(victim));
        ReadWell();
    }

    [Fact]
    public void File_with_any_octet_changed_is_ignored_or_older_but_never_another_view()
    {
        var heard = Now.AddHours(-1);
        var saved = Saved();
        Assert.Null(saved.Write(Content(heard)));
        Assert.Null(saved.NoteHeard(View, heard.AddMinutes(30)));
        var octets = System.IO.File.ReadAllBytes(File);
        for (var i = 0; i < octets.Length; i++)
        {
            foreach (var bit in (byte[])[0x01, 0x80, 0xff])
            {
                byte[] changed = [.. octets];
                changed[i] ^= bit;
                System.IO.File.WriteAllBytes(File, changed);
                var (content, cause) = Saved().Read();
                if (i is >= SavedViewHeader.HeardOffset and < SavedViewHeader.HeardEnd) Assert.Equal(heard, content!.Heard);
                else Assert.True(content is null && cause is not null, $"octet {i}");
            }
        }
    }

    [Fact]
    public void File_cut_anywhere_or_with_more_behind_is_ignored()
    {
        Assert.Null(Saved().Write(Content(Now)));
        var octets = System.IO.File.ReadAllBytes(File);
        for (var length = 0; length < octets.Length; length++) AssertDamaged(octets[..length]);
        AssertDamaged([.. octets, 0]);
        AssertDamaged([.. octets, .. octets]);
    }

    [Fact]
    public void File_of_another_kind_format_or_of_other_settings_is_ignored_with_its_cause()
    {
        Assert.Null(Saved().Write(Content(Now)));
        var octets = System.IO.File.ReadAllBytes(File);
        AssertCause("it was saved with other settings of the directory", Saved(Options with { BaseDn = "dc=other" }).Read());

        octets[8]++;
        System.IO.File.WriteAllBytes(File, octets);
        AssertCause("it is of format 2", Saved().Read());

        System.IO.File.WriteAllText(File, string.Concat(Enumerable.Repeat("root:x:0:0:root:/root:/bin/bash\n", 20)));
        AssertCause("it is not a saved view", Saved().Read());
    }

    [Fact]
    public void Settings_that_shape_the_content_count_and_the_way_to_it_does_not()
    {
        var fingerprint = Fingerprint(Options);
        Assert.True(LdapUrl.TryParse("ldap://other", out var url, out _));
        Assert.Equal(fingerprint, Fingerprint(Options with { Urls = [url], Timeout = TimeSpan.FromSeconds(9), BindDn = "cn=x" }));
        LdapOptions[] others =
        [
            Options with { BaseDn = "dc=x" },
            Options with { Filter = LdapFilter.Present("uid") },
            Options with { Attributes = new LdapAttributes { Login = ["uid", "mail"], Addresses = [] } },
            Options with { Attributes = new LdapAttributes { SendAllowed = "a" } },
            Options with { Attributes = new LdapAttributes { AccountStatus = "a" } },
            Options with { Attributes = new LdapAttributes { Limits = "a" } },
            Options with { Attributes = new LdapAttributes { UserdbUid = "a" } },
            Options with { Attributes = new LdapAttributes { UserdbGid = "a" } },
            Options with { Attributes = new LdapAttributes { UserdbHome = "a" } },
            Options with { Attributes = new LdapAttributes { UserdbMail = "a" } },
            Options with { Attributes = new LdapAttributes { UserdbQuota = "a" } },
            Options with { Attributes = new LdapAttributes { UserdbQuota = "a" }, Values = new LdapValues { QuotaUnit = 'M' } },
            Options with { Values = new LdapValues { True = ["TRUE", "FALSE"], False = [] } },
            Options with { Values = new LdapValues { True = ["TRUEFALSE"], False = [] } },
        ];
        string[] all =
        [
            fingerprint,
            .. others.Select(options => Fingerprint(options)),
            Fingerprint(Options, new AddressNormalizer("+-", Mail.Domain)),
            Fingerprint(Options, new AddressNormalizer("+", "other.example")),
            Fingerprint(Options, new AddressNormalizer("+")),
        ];
        Assert.Equal(all, all.Distinct());
    }

    [Fact]
    public void View_from_the_future_is_ignored_however_it_says_so()
    {
        var saved = Saved();
        Assert.Null(saved.Write(Content(Now.AddSeconds(1))));
        AssertCause("it is from the future", Saved().Read());

        Assert.Null(saved.Write(Content(Now)));
        Assert.Null(saved.NoteHeard(View, Now.AddSeconds(1)));
        AssertCause("it is from the future", Saved().Read());
        clock.Advance(TimeSpan.FromSeconds(2));
        ReadWell();
    }

    [Fact]
    public void Time_when_a_provider_was_heard_is_renewed_in_place()
    {
        var saved = Saved();
        Assert.Null(saved.Write(Content(Now.AddHours(-2))));
        var before = System.IO.File.ReadAllBytes(File);
        Assert.Null(saved.NoteHeard(View, Now.AddHours(-1)));
        Assert.Equal(Now.AddHours(-1), ReadWell().Heard);
        Assert.Equal(before[SavedViewHeader.HeardEnd..], System.IO.File.ReadAllBytes(File)[SavedViewHeader.HeardEnd..]);
    }

    [Fact]
    public void Another_view_than_the_saved_one_does_not_make_it_look_younger()
    {
        var saved = Saved();
        Assert.Null(saved.Write(Content(Now.AddHours(-2))));
        var changed = View.Remove(Id(2));
        Assert.False(saved.Holds(changed));
        Assert.Null(saved.NoteHeard(changed, Now));
        Assert.Equal(Now.AddHours(-2), ReadWell().Heard);
    }

    [Fact]
    public void View_that_was_read_is_the_saved_one()
    {
        Assert.Null(Saved().Write(Content(Now.AddHours(-2))));
        var saved = Saved();
        var view = saved.Read().Content!.View;
        Assert.True(saved.Holds(view));
        Assert.Null(saved.NoteHeard(view, Now));
        Assert.Equal(Now, ReadWell().Heard);
    }

    [Fact]
    public void Time_of_one_file_says_nothing_about_another()
    {
        var saved = Saved();
        Assert.Null(saved.Write(Content(Now)));
        var young = System.IO.File.ReadAllBytes(File);
        Assert.Null(saved.Write(Content(Now.AddHours(-3))));
        var old = System.IO.File.ReadAllBytes(File);
        young[SavedViewHeader.HeardOffset..SavedViewHeader.HeardEnd].CopyTo(old, SavedViewHeader.HeardOffset);
        System.IO.File.WriteAllBytes(File, old);
        Assert.Equal(Now.AddHours(-3), ReadWell().Heard);
    }

    [Fact]
    public void Link_is_not_trusted()
    {
        Assert.Null(Saved().Write(Content(Now)));
        System.IO.File.Move(File, File + ".real");
        System.IO.File.CreateSymbolicLink(File, File + ".real");
        AssertCause("it is a symbolic link", Saved().Read());
    }

    [Theory]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void File_that_others_may_write_is_not_trusted(UnixFileMode also)
    {
        var saved = Saved();
        Assert.Null(saved.Write(Content(Now)));
        System.IO.File.SetUnixFileMode(File, System.IO.File.GetUnixFileMode(File) | also);
        AssertCause("others may write to it", Saved().Read());
        Assert.StartsWith("others may write to it", saved.NoteHeard(View, Now));
    }

    [Fact]
    public void File_of_another_user_is_not_trusted()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            AssertCause("it belongs to another user (uid 0)", new SavedView("/etc/passwd", "ldap", Options, Mail.Normalizer, clock).Read());
            return;
        }

        Assert.Null(Saved().Write(Content(Now)));
        using var change = Process.Start("chown", ["65534", File]);
        change.WaitForExit();
        AssertCause("it belongs to another user (uid 65534)", Saved().Read());
    }

    [Fact]
    public void Directory_in_its_place_or_no_directory_above_it_is_a_cause_and_no_exception()
    {
        Directory.CreateDirectory(File);
        AssertCause("it is not a file", Saved().Read());
        Assert.NotNull(Saved().Write(Content(Now)));
        Assert.NotNull(new SavedView(Path.Combine(folder, "none", "view"), "ldap", Options, Mail.Normalizer, clock).Write(Content(Now)));
    }

    [Fact]
    public void Password_that_a_server_sends_is_not_in_the_file()
    {
        var reader = new LdapAccountReader("ldap", Options, Mail.Normalizer);
        var entry = new LdapEntry("uid=alice", [new("uid", ["alice"]), new("userPassword", ["{SSHA}secret"])]);
        Assert.Null(Saved().Write(Content(Now) with { View = AccountView.Empty.Put(reader.ReadViewEntry(entry, Id(1), null)!) }));
        var octets = System.IO.File.ReadAllBytes(File).AsSpan();
        Assert.True(octets.IndexOf("uid=alice"u8) > 0);
        Assert.True(octets.IndexOf("secret"u8) < 0);
        Assert.True(octets.IndexOf("userPassword"u8) < 0);
    }

    private static SavedContent Content(DateTimeOffset heard) => new(View, Cookie, Provider, Differs: true, heard);

    private static string Fingerprint(LdapOptions options, AddressNormalizer? normalizer = null) =>
        Convert.ToHexString(ViewFingerprint.Of(options, normalizer ?? Mail.Normalizer));

    private static void AssertCause(string expected, SavedViewAnswer answer)
    {
        Assert.Null(answer.Content);
        Assert.StartsWith(expected, answer.Cause, StringComparison.Ordinal);
    }

    private void AssertDamaged(byte[] octets)
    {
        System.IO.File.WriteAllBytes(File, octets);
        AssertCause("it is damaged", Saved().Read());
    }

    private SavedContent ReadWell()
    {
        var (content, cause) = Saved().Read();
        Assert.Null(cause);
        return content!;
    }

    private SavedView Saved(LdapOptions? options = null) => new(File, "ldap", options ?? Options, Mail.Normalizer, clock);
}
