using System.Text;
using PolicyDaemon.Backends.Passwords;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Passwords;

public sealed class PasswordHashTests
{
    /// <summary>Made by doveadm pw of Dovecot 2.3.19 for the password <c>test1234</c>.</summary>
    public static TheoryData<PasswordScheme, string> Vectors => new()
    {
        { PasswordScheme.Plain, "{PLAIN}test1234" },
        { PasswordScheme.Plain, "{CLEARTEXT}test1234" },
        { PasswordScheme.Plain, "{plain.b64}dGVzdDEyMzQ=" },
        { PasswordScheme.Plain, "{CLEAR.hex}7465737431323334" },
        { PasswordScheme.Sha512Crypt, "{SHA512-CRYPT}$6$qy7/6AEYsYBtdx9f$i8x3J7uiHNvv6bKRtVpHx9YjmkWtrDgcG/PtYlhNC9KjGzCzdjc3m5ryMJ4ZPQBDTfNWGfAQew4enRs6JD7O61" },
        { PasswordScheme.Sha256Crypt, "{sha256-crypt}$5$k5KYu8qIdk06HJkX$VdNQqhVhx5asyMwF./2Q6I3WmIY6KQmCCfKTGNqwwJB" },
        { PasswordScheme.BlfCrypt, "{BLF-CRYPT}$2y$05$TP5JXSc9TczYuI4cuvHDdu.L9ByJ6oYXHS93QwhLmIhWzFfiJo8ca" },
        { PasswordScheme.Argon2Id, "{ARGON2ID}$argon2id$v=19$m=65536,t=3,p=1$C8KEGW27MHtYnW2kHjAAYg$fRwGZocWjjUPhl8EEF0TOGCJf6vLqdQ1+YFseIA2C/o" },
        { PasswordScheme.Ssha512, "{SSHA512}fIgqTVXEoK7RZbIcWDcI+/poNbvEwI0y+Qg9YyI/SsvXVtZnm3F2W8tv5YUteA0HJ/NFa3AvYLiYfpA9W0OsgQnq1lM=" },
    };

    public static TheoryData<PasswordScheme> Schemes => [.. Enum.GetValues<PasswordScheme>()];

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Hash_made_by_Dovecot_is_read_and_checked(PasswordScheme scheme, string text)
    {
        var hash = Parse(text);
        Assert.Equal(scheme, hash.Scheme);
        Assert.Equal(text, hash.Text);
        Assert.True(hash.Verify("test1234"u8));
        Assert.False(hash.Verify("test12345"u8));
        Assert.False(hash.Verify("Test1234"u8));
        Assert.False(hash.Verify(""u8));
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public void New_hash_verifies_its_password_and_no_other(PasswordScheme scheme)
    {
        var password = Encoding.UTF8.GetBytes("pä ß'\"}{$名 ");
        var hash = Parse(PasswordHash.Create(scheme, password).Text);
        Assert.Equal(scheme, hash.Scheme);
        Assert.True(hash.Verify(password));
        Assert.False(hash.Verify(password.AsSpan(1)));
        Assert.False(hash.Verify(password.AsSpan(0, password.Length - 1)));
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public void Same_password_twice_makes_different_hashes_and_any_octets_will_do(PasswordScheme scheme)
    {
        byte[] password = [0xff, 0x01, (byte)'\n', 0x80, 0x7f];
        var first = PasswordHash.Create(scheme, password);
        Assert.Equal(scheme == PasswordScheme.Plain, first.Text == PasswordHash.Create(scheme, password).Text);
        Assert.True(first.Verify(password));
        Assert.All(first.Text, character => Assert.InRange(character, '!', '~'));
        Assert.InRange(first.Text.Length, 1, 255);
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public void Password_that_cannot_be_given_is_refused_and_never_right(PasswordScheme scheme)
    {
        var hash = PasswordHash.Create(scheme, "test1234"u8);
        foreach (var (password, fault) in new (byte[], string)[]
        {
            ([], "the password is empty"),
            ("test1234\0"u8.ToArray(), "the password contains NUL"),
            (new byte[1025], "the password is longer than 1024 octets"),
        })
        {
            Assert.Equal(fault, PasswordHash.FindFault(scheme, password));
            Assert.Throws<ArgumentException>(() => PasswordHash.Create(scheme, password));
            Assert.False(hash.Verify(password));
        }
    }

    [Fact]
    public void Longest_password_counts_to_its_last_octet_and_is_too_long_for_bcrypt()
    {
        var password = Enumerable.Repeat((byte)'x', 1024).ToArray();
        var other = password.Append((byte)'y').Skip(1).ToArray();
        foreach (var scheme in new[] { PasswordScheme.Argon2Id, PasswordScheme.Ssha512, PasswordScheme.Plain })
        {
            var hash = PasswordHash.Create(scheme, password);
            Assert.True(hash.Verify(password));
            Assert.False(hash.Verify(other));
        }

        Assert.Null(PasswordHash.FindFault(PasswordScheme.BlfCrypt, password.AsSpan(0, 72)));
        Assert.Contains("72 octets", PasswordHash.FindFault(PasswordScheme.BlfCrypt, password.AsSpan(0, 73)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "no scheme")]
    [InlineData("test1234", "no scheme")]
    [InlineData("{}test1234", "no scheme")]
    [InlineData("{PLAIN", "no scheme")]
    [InlineData("$6$salt$hash", "no scheme")]
    [InlineData("{MD5-CRYPT}$1$210Kb7Zx$0LMZ76AwZjXXYaMQarFss.", "scheme is not one that is checked here")]
    [InlineData("{NONSENSE}test1234", "scheme is not one that is checked here")]
    [InlineData("{PLAIN.ROT13}grfg", "encoding is damaged or unknown")]
    [InlineData("{PLAIN.HEX}123", "encoding is damaged or unknown")]
    [InlineData("{SSHA512}###", "encoding is damaged or unknown")]
    [InlineData("{SSHA512.HEX}00112233", "too short to have a salt")]
    [InlineData("{SHA512-CRYPT}$1$210Kb7Zx$0LMZ76AwZjXXYaMQarFss.", "damaged")]
    [InlineData("{SHA512-CRYPT}$5$k5KYu8qIdk06HJkX$VdNQqhVhx5asyMwF./2Q6I3WmIY6KQmCCfKTGNqwwJB", "damaged")]
    [InlineData("{SHA512-CRYPT}$6$salt", "damaged")]
    [InlineData("{SHA256-CRYPT}$5$rounds=1000001$k5KYu8qIdk06HJkX$VdNQqhVhx5asyMwF./2Q6I3WmIY6KQmCCfKTGNqwwJB", "too much work")]
    [InlineData("{BLF-CRYPT}$2y$15$TP5JXSc9TczYuI4cuvHDdu.L9ByJ6oYXHS93QwhLmIhWzFfiJo8ca", "too much work")]
    [InlineData("{BLF-CRYPT}*0", "damaged")]
    [InlineData("{ARGON2ID}$argon2id$v=19$m=1048577,t=1,p=1$C8KEGW27MHtYnW2kHjAAYg$fRwGZocWjjUPhl8EEF0TOGCJf6vLqdQ1+YFseIA2C/o", "too much work")]
    [InlineData("{ARGON2ID}$argon2id$v=19$m=65536,t=999999999,p=1$C8KEGW27MHtYnW2kHjAAYg$fRwGZocWjjUPhl8EEF0TOGCJf6vLqdQ1+YFseIA2C/o", "too much work")]
    [InlineData("{ARGON2ID}$argon2i$v=19$m=32768,t=4,p=1$v/eJ43Jrmt3PrA7Jc956Qg$n7vuN5vCWk93A5VQqlF72WzTjIhRpGdSb4ShV9iATH8", "damaged")]
    public void Text_that_cannot_be_checked_is_refused_with_its_cause_and_without_its_data(string text, string cause)
    {
        Assert.False(PasswordHash.TryParse(text, out _, out var error));
        Assert.Contains(cause, error, StringComparison.Ordinal);
        Assert.DoesNotContain("test1234", error, StringComparison.Ordinal);
        Assert.DoesNotContain("$", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Hash_is_not_shown_by_accident() => Assert.Equal("{PLAIN}", Parse("{PLAIN}test1234").ToString());

    [Fact]
    public void Default_is_the_first_of_the_names() =>
        Assert.Equal(PasswordSchemes.NameOf(PasswordSchemes.Default), PasswordSchemes.Names[0]);

    [Fact]
    public void Missing_library_is_named_with_the_Debian_package_that_has_it()
    {
        var exception = Assert.Throws<PasswordLibraryException>(() => PasswordLibrary.Load("libmissing.so.9", "libmissing9"));
        Assert.Equal("libmissing.so.9 is missing; on Debian install the package libmissing9", exception.Message);
    }

    [Fact]
    public async Task Right_and_wrong_passwords_checked_at_once_are_told_apart()
    {
        var hashes = Enum.GetValues<PasswordScheme>().Select(scheme => PasswordHash.Create(scheme, "test1234"u8)).ToArray();
        var questions = Enumerable.Repeat(hashes, 10).SelectMany(each => each).SelectMany(hash => new[] { (hash, true), (hash, false) });
        await Parallel.ForEachAsync(questions, TestContext.Current.CancellationToken, (question, _) =>
        {
            var (hash, isRight) = question;
            Assert.Equal(isRight, hash.Verify(isRight ? "test1234"u8 : "test1235"u8));
            return default;
        });
    }

    private static PasswordHash Parse(string text)
    {
        Assert.True(PasswordHash.TryParse(text, out var hash, out var error), error);
        return hash;
    }
}
