using PolicyDaemon.Doctor.Postfix;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Doctor;

public sealed class MasterServiceTests
{
    [Theory]
    [InlineData("-o name=value", "value")]
    [InlineData("-oname=value", "value")]
    [InlineData("-o { name = two words }", "two words")]
    [InlineData("-o {name=check_policy_service { unix:x, timeout=5s }, reject}", "check_policy_service { unix:x, timeout=5s }, reject")]
    [InlineData("-v -o name=first -o name=last -o other=x", "last")]
    [InlineData("-o name=", "")]
    public void Overrides_are_read_in_every_spelling(string arguments, string value)
    {
        MasterService service = MasterService.Parse($"127.0.0.1:587 inet n - y - - smtpd {arguments}");

        Assert.Equal(value, service.Overrides["name"]);
        Assert.Equal(("127.0.0.1:587/inet", "y", "smtpd"), (service.Label, service.Chroot, service.Program));
    }

    [Fact]
    public void A_line_with_fewer_than_eight_columns_is_refused() =>
        Assert.Throws<FormatException>(() => MasterService.Parse("smtp inet n - y - -"));
}
