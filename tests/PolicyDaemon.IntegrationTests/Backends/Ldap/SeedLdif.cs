using System.Globalization;
using System.Text;
using PolicyDaemon.Contracts;
using PolicyDaemon.MailStack.Slapd;

namespace PolicyDaemon.IntegrationTests.Backends.Ldap;

/// <summary>A <see cref="DirectorySeed"/> as LDIF: one entry per account, the main address in <c>mail</c>, the others in <c>mailAlternateAddress</c>.</summary>
internal static class SeedLdif
{
    /// <summary>The directory of the tests without its people.</summary>
    public static string EmptyTree { get; } = string.Join(
        "\n\n", TruenorthDirectory.Ldif.Split("\n\n").Where(entry => !entry.TrimStart().StartsWith("dn: uid=", StringComparison.Ordinal))) + "\n";

    /// <summary>To be added below the people that are there already.</summary>
    public static string Write(DirectorySeed seed) => string.Concat(seed.Accounts.Select(Entry));

    private static string Entry(SeedAccount account, int index)
    {
        // Two accounts may have one name, and a name may hold what a DN cannot: the number and the plain characters name the entry.
        var name = string.Create(CultureInfo.InvariantCulture, $"{index}-{string.Concat(account.Name.Where(char.IsAsciiLetterOrDigit))}");
        (string Name, string? Value)[] attributes =
        [
            ("objectClass", "inetOrgPerson"), ("objectClass", "tnMailAccount"), ("objectClass", "mailAccount"),
            ("cn", name), ("sn", name), ("uid", account.Name), ("mail", account.MainAddress),
            .. account.Addresses.Skip(1).Select(address => ("mailAlternateAddress", (string?)address)),
            ("userPassword", account.Password), ("mailSendAllowed", account.SendAllowed), ("mailAccountStatus", account.Status),
            .. account.SendAs.Select(address => ("tnMailSendAs", (string?)address)),
            .. account.AllowedSenders.Select(address => ("tnMailAllowedSenders", (string?)address)),
            .. account.Limits.Select(limit => ("tnMailLimits", (string?)string.Create(CultureInfo.InvariantCulture, $"{limit.Key}={limit.Value}"))),
        ];
        var lines = attributes.Where(attribute => attribute.Value is not null).Select(attribute => $"{attribute.Name}:: {Base64(attribute.Value!)}\n");
        return $"dn: cn={name},{TruenorthDirectory.People}\n{string.Concat(lines)}\n";
    }

    private static string Base64(string value) => Convert.ToBase64String(Encoding.UTF8.GetBytes(value));
}
