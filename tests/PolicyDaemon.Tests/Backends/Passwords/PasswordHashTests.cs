using System.Text;
using PolicyDaemon.Backends.Passwords;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Passwords;

public sealed class PasswordHashTests
{
    public static TheoryData<PasswordScheme> Schemes => [.. Enum.GetValues<PasswordScheme>()];

    [Theory]
    [MemberData(nameof(Schemes))]
    public void New_hash_verifies_its_password_and_no_other(PasswordScheme scheme)
    {
        var password = Encoding.UTF8.GetBytes("pä ß'\"}{$名 ");
        var hash = Parse(PasswordHash.Create(scheme, password).Text);
        Assert.Equal(PasswordSchemes.NameOf(scheme), hash.Scheme);
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
