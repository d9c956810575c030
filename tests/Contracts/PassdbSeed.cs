using System.Security.Cryptography;
using System.Text;
using static PolicyDaemon.Contracts.DirectorySeed;

namespace PolicyDaemon.Contracts;

/// <summary>People with passwords, for a source of passwords under test.</summary>
public static class PassdbSeed
{
    public const string AlicesPassword = "test1234";

    public static readonly SeedAccount Alice = new("alice", $"alice@{Ours}") { Password = "{SSHA}mY7zuYc4trYAyZ+XnSY5sN93XC0YMoM8" };

    /// <summary>A hash that takes long enough to be measured.</summary>
    public static readonly SeedAccount Slow = new("slow", $"slow@{Ours}")
    {
        Password = "{CRYPT}$6$rounds=50000$abcdefgh$/npaTbrbivrzwGnbe3x/9nL/evMVhXkytqAB9Xc5sGqo89v95mAdPggKkq/ViXzy.sDNQvyisIsTznjb.00nt/",
    };

    /// <summary>An account, but no password there.</summary>
    public static readonly SeedAccount Locked = new("locked", $"locked@{Ours}") { Password = "{CRYPT}*" };

    /// <summary>What cannot be checked says nothing about any password.</summary>
    public static readonly SeedAccount Unreadable = new("unreadable", $"unreadable@{Ours}") { Password = "{CRAM-MD5}8cefdb4a4c942dabfbe831fe091f7e7c" };

    public static readonly SeedAccount Hostile = new(HostileName, $"{HostileName}@{Ours}") { Password = "{SSHA}mY7zuYc4trYAyZ+XnSY5sN93XC0YMoM8" };

    /// <summary>Passwords as nobody should send them, and somebody does.</summary>
    public static readonly string[] HostilePasswords =
    [
        "grün-名前-🔑", "a\tb", "line\nfeed", "%s%n%u%d%w", "\"quoted\" 'single'", "*)(uid=*", "\\2a\\", "'; DROP TABLE virtual_users; --", "$1", "{PLAIN}x", " ",
        new string('x', 1024),
    ];

    public static readonly DirectorySeed Standard = new(
        [new(Ours)], [Alice, Slow, Locked, Unreadable, Hostile, .. HostilePasswords.Select(WithPassword)], []);

    public static string LoginWith(int password) => $"hostile{password}@{Ours}";

    private static SeedAccount WithPassword(string password, int index) => new($"hostile{index}", LoginWith(index)) { Password = Ssha(password) };

    /// <summary>The one scheme that every source can check.</summary>
    private static string Ssha(string password)
    {
        byte[] salt = [1, 2, 3, 4];
        return "{SSHA}" + Convert.ToBase64String([.. CryptographicOperations.HashData(HashAlgorithmName.SHA1, [.. Encoding.UTF8.GetBytes(password), .. salt]), .. salt]);
    }
}
