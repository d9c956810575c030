using PolicyDaemon.Backends.Ldap.Sync;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Ldap.Sync;

public sealed class SyncRequestControlTests
{
    [Fact]
    public void Without_a_cookie_everything_is_asked_for()
    {
        var control = SyncRequestControl.Create(cookie: null);
        Assert.Equal("1.3.6.1.4.1.4203.1.9.1.1", control.Oid);
        Assert.True(control.IsCritical);
        Assert.Equal("30030A0103", Convert.ToHexString(control.Value!));
    }

    [Fact]
    public void Cookie_goes_back_octet_by_octet() =>
        Assert.Equal("300A0A01030405726964FF00", Convert.ToHexString(SyncRequestControl.Create(SyncCookie.Read([0x72, 0x69, 0x64, 0xff, 0])).Value!));
}
