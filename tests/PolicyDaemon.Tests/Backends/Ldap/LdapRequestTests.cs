using System.Formats.Asn1;
using System.Text;
using PolicyDaemon.Backends.Ldap;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Ldap;

/// <summary>Requests as octets: the expected ones were recorded from ldapsearch(1) of OpenLDAP 2.5 where it sends the same.</summary>
public sealed class LdapRequestTests
{
    [Fact]
    public void Bind_is_version_name_and_password()
    {
        var octets = new LdapBindRequest("cn=a", "pw"u8.ToArray()).Encode(1);
        Assert.Equal("3012 020101 600d 020103 0404 636e3d61 8002 7077".Replace(" ", "", StringComparison.Ordinal), Convert.ToHexStringLower(octets));
    }

    [Theory]
    [InlineData("cn=a", "")]
    [InlineData("", "pw")]
    public void Bind_that_would_be_unauthenticated_is_refused_before_it_is_sent(string dn, string password) =>
        Assert.Throws<ArgumentException>(() => new LdapBindRequest(dn, Encoding.UTF8.GetBytes(password)));

    [Fact]
    public void Bind_as_text_has_no_password() =>
        Assert.DoesNotContain("secret", new LdapBindRequest("cn=a", "secret"u8.ToArray()).ToString(), StringComparison.Ordinal);

    [Fact]
    public void Unbind_abandon_and_start_tls_are_as_rfc_4511_writes_them()
    {
        Assert.Equal("30050201034200", Convert.ToHexStringLower(new LdapUnbindRequest().Encode(3)));
        Assert.Equal("3006020104500103", Convert.ToHexStringLower(new LdapAbandonRequest(3).Encode(4)));
        Assert.Equal(
            "301d02010177188016" + Convert.ToHexStringLower("1.3.6.1.4.1.1466.20037"u8),
            Convert.ToHexStringLower(new LdapExtendedRequest(LdapExtendedRequest.StartTls).Encode(1)));
    }

    [Fact]
    public void Search_has_every_field_in_its_place()
    {
        var request = new LdapSearchRequest
        {
            BaseDn = "dc=x", Filter = LdapFilter.Equal("uid", "a"), Attributes = ["uid", "mail"], SizeLimit = 2, TimeLimitSeconds = 3,
        };
        var expected = "3031 020102 632c 0404 64633d78 0a0102 0a0100 020102 020103 010100 a308 0403 756964 0401 61 300b 0403 756964 0404 6d61696c";
        Assert.Equal(expected.Replace(" ", "", StringComparison.Ordinal), Convert.ToHexStringLower(request.Encode(2)));
    }

    [Fact]
    public void Search_for_no_attributes_asks_for_none_instead_of_all()
    {
        var request = new LdapSearchRequest { BaseDn = "", Filter = LdapFilter.Present("a"), Attributes = [] };
        Assert.EndsWith("3005" + "0403" + Convert.ToHexStringLower("1.1"u8), Convert.ToHexStringLower(request.Encode(1)), StringComparison.Ordinal);
    }

    [Fact]
    public void Controls_follow_the_operation()
    {
        var reader = new AsnReader(new LdapUnbindRequest().Encode(1, [new LdapControl("1.2.3", IsCritical: true, [5])]), AsnEncodingRules.BER).ReadSequence();
        reader.ReadInteger();
        reader.ReadNull(LdapTags.Application(LdapTags.UnbindRequest));
        var control = reader.ReadSequence(LdapTags.Context(0)).ReadSequence();
        Assert.Equal("1.2.3"u8, control.ReadOctetString());
        Assert.True(control.ReadBoolean());
        Assert.Equal([5], control.ReadOctetString());
    }
}
