using PolicyDaemon.Engine.Addresses;
using Xunit;

namespace PolicyDaemon.Tests.Engine.Addresses;

public sealed class SenderRewritingTests
{
    [Theory]
    [InlineData("prvs=0123abcdef=alice@truenorth.local", "alice@truenorth.local")]
    [InlineData("PRVS=0123ABCDEF=Alice@truenorth.local", "alice@truenorth.local")]
    [InlineData("prvs=0123abcdef=a=b@truenorth.local", "a=b@truenorth.local")]
    [InlineData("prvs=0123abcdef=@truenorth.local", null)]
    [InlineData("prvs=0123abcdefg=alice@truenorth.local", null)]
    [InlineData("prvs=012xyzcdef=alice@truenorth.local", null)]
    [InlineData("prvs=alice@truenorth.local", null)]
    [InlineData("alice@truenorth.local", null)]
    public void Address_inside_a_BATV_return_path_is_found(string text, string? expected) =>
        Assert.Equal(expected, SenderRewriting.UnwrapBatv(Mail.Address(text))?.Text);

    [Theory]
    [InlineData("SRS0=HHH=TT=example.org=bob@truenorth.local", true)]
    [InlineData("srs1+HHH=mx==HHH=TT=example.org=bob@truenorth.local", true)]
    [InlineData("srs0-x@truenorth.local", true)]
    [InlineData("srs0=@truenorth.local", false)]
    [InlineData("srs2=x@truenorth.local", false)]
    [InlineData("srsly@truenorth.local", false)]
    public void SRS_is_recognized_by_its_form(string text, bool expected) =>
        Assert.Equal(expected, SenderRewriting.IsSrs(Mail.Address(text)));
}
