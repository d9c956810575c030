using PolicyDaemon.Backends.Passwords;
using PolicyDaemon.Engine.Authentication;

namespace PolicyDaemon.Backends.Ldap;

/// <summary>Passwords compared here with <c>userPassword</c>, which the daemon must be allowed to read; any of several values is right.</summary>
public sealed class LdapAttributePassdb : IPassdb
{
    private const string Attribute = "userPassword";

    private readonly LdapDirectory directory;
    private readonly IReadOnlyList<string> attributes;
    private readonly PasswordComparison comparison;

    /// <param name="directory">Of the same options; not disposed here.</param>
    public LdapAttributePassdb(LdapDirectory directory, LdapOptions options, HashWorkers workers, TimeProvider time)
    {
        this.directory = directory;
        comparison = new PasswordComparison(workers, time);
        attributes = [.. options.Attributes.Login.Concat(options.Attributes.Addresses).Append(Attribute).Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    public string Name => directory.Name;

    public async ValueTask<PasswordAnswer> VerifyAsync(PasswordQuestion question, CancellationToken cancellationToken)
    {
        foreach (var login in question.Logins)
        {
            var entry = await directory.FindEntryAsync(login, attributes, cancellationToken);
            if (entry.IsUnavailable) return PasswordAnswer.Unavailable(entry.Cause ?? "no answer");
            if (entry.IsFound)
                return await comparison.CompareAsync(KnownPasswords.OfAttribute(entry.Value.Texts(Attribute)), question.Password, cancellationToken);
        }

        return await comparison.CompareAsync(KnownPasswords.None, question.Password, cancellationToken);
    }
}
