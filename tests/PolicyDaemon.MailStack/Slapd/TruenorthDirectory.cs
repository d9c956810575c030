using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PolicyDaemon.MailStack.Slapd;

/// <summary>
/// The people of <c>truenorth.local</c> as the tests know them: login = uid, password = uid + <c>-pw</c>, address =
/// uid + <c>@truenorth.local</c>, and who has which state.
/// </summary>
/// <remarks>
/// alice: alias <c>alice.north@truenorth.local</c>, may send as <c>sales@truenorth.local</c>. bob: nothing special.
/// carol: tnMailSendAllowed FALSE. dave: tnAccountStatus disabled. erin: offboarded. grace: a second address at
/// <c>partner.example</c>, a domain that is not ours. newsletter: an account of a program. sales: a shared address, nobody logs in.
/// staff: only alice and bob may write to it.
/// </remarks>
public static class TruenorthDirectory
{
    public const string Suffix = "dc=truenorth,dc=local";

    public const string Domain = "truenorth.local";

    public const string People = $"ou=people,{Suffix}";

    public const string AdministratorDn = $"cn=admin,{Suffix}";

    public const string AdministratorPassword = "adminpw";

    /// <summary>May read everything but passwords; nothing else may.</summary>
    public const string ServiceDn = $"cn=policydaemon,ou=services,{Suffix}";

    public const string ServicePassword = "policydaemon-pw";

    /// <summary>Everyone who has a mailbox.</summary>
    public static IReadOnlyList<string> Logins { get; } =
        ["alice", "bob", "carol", "dave", "erin", "grace", "newsletter", "sales", "staff"];

    /// <summary>The two object classes that carry the state, with and without a name space, and both kinds of attribute.</summary>
    /// <remarks>Object identifiers below 1.3.6.1.4.1.32473 are reserved for documentation, RFC 5612.</remarks>
    internal const string Schema = """
        attributetype ( 1.3.6.1.4.1.32473.1.1.1 NAME 'tnMailSendAllowed'
          EQUALITY booleanMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.7 SINGLE-VALUE )
        attributetype ( 1.3.6.1.4.1.32473.1.1.2 NAME 'tnAccountStatus'
          EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15{64} SINGLE-VALUE )
        attributetype ( 1.3.6.1.4.1.32473.1.1.3 NAME 'tnMailSendAs'
          DESC 'addresses this account may send as, besides its own'
          EQUALITY caseIgnoreIA5Match SYNTAX 1.3.6.1.4.1.1466.115.121.1.26{256} )
        attributetype ( 1.3.6.1.4.1.32473.1.1.4 NAME 'tnMailAllowedSenders'
          DESC 'who may write to this address'
          EQUALITY caseIgnoreIA5Match SYNTAX 1.3.6.1.4.1.1466.115.121.1.26{256} )
        attributetype ( 1.3.6.1.4.1.32473.1.1.5 NAME 'tnMailLimits'
          DESC 'name=number of a limit that differs for this account'
          EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15{128} )
        attributetype ( 1.3.6.1.4.1.32473.1.1.6 NAME 'mailAlternateAddress'
          EQUALITY caseIgnoreIA5Match SUBSTR caseIgnoreIA5SubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.26{256} )
        attributetype ( 1.3.6.1.4.1.32473.1.1.7 NAME 'mailSendAllowed'
          DESC 'a plain string: takes values that are neither TRUE nor FALSE'
          EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15{64} )
        attributetype ( 1.3.6.1.4.1.32473.1.1.8 NAME 'mailAccountStatus'
          EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15{64} )
        objectclass ( 1.3.6.1.4.1.32473.1.2.1 NAME 'tnMailAccount' SUP top AUXILIARY
          MAY ( tnMailSendAllowed $ tnAccountStatus $ tnMailSendAs $ tnMailAllowedSenders $ tnMailLimits $ mailAlternateAddress ) )
        objectclass ( 1.3.6.1.4.1.32473.1.2.2 NAME 'mailAccount' SUP top AUXILIARY
          MAY ( mailSendAllowed $ mailAccountStatus $ mailAlternateAddress ) )

        """;

    public static string Ldif { get; } = $"""
        dn: {Suffix}
        objectClass: dcObject
        objectClass: organization
        dc: truenorth
        o: True North

        dn: {People}
        objectClass: organizationalUnit
        ou: people

        dn: ou=services,{Suffix}
        objectClass: organizationalUnit
        ou: services

        dn: {ServiceDn}
        objectClass: organizationalRole
        objectClass: simpleSecurityObject
        cn: policydaemon
        userPassword: {Ssha(ServicePassword)}

        {Person("alice", "mailAlternateAddress: alice.north@truenorth.local", "tnMailSendAs: sales@truenorth.local")}
        {Person("bob")}
        {Person("carol", "tnMailSendAllowed: FALSE")}
        {Person("dave", "tnAccountStatus: disabled")}
        {Person("erin", "tnAccountStatus: offboarded")}
        {Person("grace", "mailAlternateAddress: grace@partner.example")}
        {Person("newsletter")}
        {Person("sales")}
        {Person("staff", "tnMailAllowedSenders: alice@truenorth.local", "tnMailAllowedSenders: bob@truenorth.local")}
        """;

    public static string DnOf(string login) => $"uid={login},{People}";

    public static string AddressOf(string login) => $"{login}@{Domain}";

    public static string PasswordOf(string login) => $"{login}-pw";

    /// <summary>One entry of inetOrgPerson with both auxiliary classes, ended by an empty line.</summary>
    /// <param name="attributes">Further lines, <c>name: value</c>.</param>
    public static string Person(string login, params string[] attributes) => string.Join('\n',
    [
        $"dn: {DnOf(login)}",
        "objectClass: inetOrgPerson",
        "objectClass: tnMailAccount",
        "objectClass: mailAccount",
        $"uid: {login}",
        $"cn: {login}",
        $"sn: {login}",
        $"mail: {AddressOf(login)}",
        $"userPassword: {Ssha(PasswordOf(login))}",
        .. attributes,
        "",
    ]);

    /// <summary>Any number of people <c>u0</c>, <c>u1</c> ... more, for a server that starts with many: each with an alias, without password.</summary>
    public static string Crowd(int count)
    {
        StringBuilder ldif = new();
        for (int i = 0; i < count; i++)
        {
            ldif.Append(CultureInfo.InvariantCulture, $"""
                dn: uid=u{i},{People}
                objectClass: inetOrgPerson
                objectClass: tnMailAccount
                objectClass: mailAccount
                uid: u{i}
                cn: u{i}
                sn: u{i}
                mail: u{i}@{Domain}
                mailAlternateAddress: first.u{i}@{Domain}


                """);
        }

        return ldif.ToString();
    }

    /// <summary>The salted form slapd itself writes: <c>{SSHA}</c> and base64 of SHA-1(password + salt) + salt.</summary>
    private static string Ssha(string password)
    {
        byte[] salt = RandomNumberGenerator.GetBytes(8);
#pragma warning disable CA5350 // What directories hold is what is tested.
        byte[] hash = SHA1.HashData([.. Encoding.UTF8.GetBytes(password), .. salt]);
#pragma warning restore CA5350
        return $"{{SSHA}}{Convert.ToBase64String([.. hash, .. salt])}";
    }
}
