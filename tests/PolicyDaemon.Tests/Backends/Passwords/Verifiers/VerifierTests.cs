using System.Text;
using PolicyDaemon.Backends.Passwords;
using PolicyDaemon.Backends.Passwords.Verifiers;
using PolicyDaemon.Contracts;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Passwords.Verifiers;

public sealed class VerifierTests
{
    [Theory]
    [MemberData(nameof(PasswordVectors.All), MemberType = typeof(PasswordVectors))]
    public void Password_stored_by_others_is_checked(string stored, string password)
    {
        Assert.True(PasswordHash.TryParse(stored, out var hash, out var error), error);
        Assert.Equal(stored, hash.Text);
        Assert.True(hash.Verify(Encoding.UTF8.GetBytes(password)));
    }

    /// <summary>Each differs within its first 8 octets: of a DES hash no more count.</summary>
    [Theory]
    [MemberData(nameof(PasswordVectors.All), MemberType = typeof(PasswordVectors))]
    public void No_other_password_is_right(string stored, string password)
    {
        Assert.True(PasswordHash.TryParse(stored, out var hash, out var error), error);
        var octets = Encoding.UTF8.GetBytes(password);
        byte[][] others =
        [
            [], "x"u8.ToArray(), [.. octets[..^1]], [.. octets[..^1], 0xff], Encoding.UTF8.GetBytes(char.ToUpperInvariant(password[0]) + password[1..]),
            [.. " "u8, .. octets], [.. octets, 0], Encoding.UTF8.GetBytes(stored), Encoding.UTF8.GetBytes(stored[(stored.IndexOf('}', StringComparison.Ordinal) + 1)..]),
        ];
        Assert.All(others.Where(other => !other.SequenceEqual(octets)), other => Assert.False(hash.Verify(other), Encoding.UTF8.GetString(other)));
    }

    [Fact]
    public void Every_scheme_has_a_vector()
    {
        var tried = PasswordVectors.All.Select(row => row.Data.Item1[1..row.Data.Item1.IndexOfAny(['}', '.'])].ToUpperInvariant()).Distinct();
        Assert.Equal(VerifierTable.Names.Append("MD5").Order(StringComparer.Ordinal), tried.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(PasswordVectors.Unreadable), MemberType = typeof(PasswordVectors))]
    public void Text_that_cannot_be_checked_is_refused_with_its_cause_and_without_its_data(string text, string cause)
    {
        Assert.False(PasswordHash.TryParse(text, out _, out var error));
        Assert.Contains(cause, error, StringComparison.Ordinal);
        Assert.DoesNotContain("test1234", error, StringComparison.Ordinal);
        Assert.DoesNotContain("$", error, StringComparison.Ordinal);
    }

    /// <summary>Whatever stands in a table: it is refused, or it can be checked, and then a random password is wrong.</summary>
    [Fact]
    public void Damaged_hash_never_throws_and_is_never_right()
    {
        var random = new Random(20261121);
        foreach (var row in PasswordVectors.All)
        {
            var (stored, _) = row.Data;
            if (stored.Contains("argon2", StringComparison.Ordinal) || stored.StartsWith("{PLAIN}", StringComparison.Ordinal)) continue;
            for (var i = 0; i < 8; i++)
            {
                var text = stored.ToCharArray();
                for (var times = random.Next(1, 4); times > 0; times--) text[random.Next(text.Length)] = (char)random.Next(' ', 0x180);
                if (PasswordHash.TryParse(new string(text), out var hash, out _)) Assert.False(hash.Verify("another"u8), new string(text));
            }
        }
    }

    /// <summary>The last octet decides, beyond what bcrypt (72) and DES (8) look at too.</summary>
    [Fact]
    public void Bcrypt_looks_at_72_octets_and_DES_at_8_as_everywhere()
    {
        var start = Encoding.ASCII.GetBytes(new string('x', 72));
        var hash = PasswordHash.Create(PasswordScheme.BlfCrypt, start);
        Assert.True(hash.Verify([.. start, (byte)'y']));
        Assert.True(PasswordHash.TryParse("{DES-CRYPT}yjrDWRYt3zsw6", out var des, out _));
        Assert.True(des.Verify("test12345"u8));
    }
}
