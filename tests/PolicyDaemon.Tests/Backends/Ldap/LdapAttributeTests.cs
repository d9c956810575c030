using PolicyDaemon.Backends.Ldap;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Ldap;

public sealed class LdapAttributeTests
{
    [Theory]
    [InlineData("userPassword", true)]
    [InlineData("USERPASSWORD", true)]
    [InlineData("userpassword;x-old", true)]
    [InlineData("userPKCS12;binary", true)]
    [InlineData("authPassword", true)]
    [InlineData("sambaNTPassword", true)]
    [InlineData("krbPrincipalKey", true)]
    [InlineData("2.5.4.35", true)]
    [InlineData("2.5.4.35;x-old", true)]
    [InlineData("userPasswords", false)]
    [InlineData("mail", false)]
    [InlineData("2.5.4.3", false)]
    public void Attributes_of_passwords_are_known_whatever_their_case_and_options(string description, bool expected) =>
        Assert.Equal(expected, LdapAttribute.HoldsPasswords(description));
}
