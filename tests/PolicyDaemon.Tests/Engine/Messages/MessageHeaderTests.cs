using System.Text;
using PolicyDaemon.Engine.Messages;
using Xunit;

namespace PolicyDaemon.Tests.Engine.Messages;

public sealed class MessageHeaderTests
{
    [Fact]
    public void Fields_are_kept_as_they_came()
    {
        var builder = new MessageHeader.Builder();
        builder.Add("From"u8, " alice\n <alice@truenorth.local>"u8);
        builder.Add("x-\xe9 "u8, [0x20, 0xfc, 0x00]);
        var header = builder.Build();

        Assert.False(header.IsTruncated);
        Assert.Equal(" alice\n <alice@truenorth.local>", Encoding.UTF8.GetString(header.Fields[0].Value.Span));
        Assert.Equal([0x20, 0xfc, 0x00], header.Fields[1].Value.ToArray());
    }

    [Fact]
    public void White_space_before_the_colon_and_case_are_no_part_of_the_name_that_is_looked_for()
    {
        var field = new HeaderField("fROM \t", default);
        Assert.Equal("fROM", field.LookupName);
        Assert.True(field.IsNamed("From"));
        Assert.False(new HeaderField("X-From", default).IsNamed("From"));
    }

    [Fact]
    public void What_was_added_does_not_change_with_the_buffer_it_was_in()
    {
        byte[] buffer = [1, 2];
        var builder = new MessageHeader.Builder();
        builder.Add("A"u8, buffer);
        buffer[0] = 9;
        Assert.Equal([1, 2], builder.Build().Fields[0].Value.ToArray());
    }

    [Fact]
    public void More_fields_than_are_kept_make_a_truncated_header()
    {
        var builder = new MessageHeader.Builder();
        for (var i = 0; i < MessageHeader.MaxFields; i++) builder.Add("A"u8, ""u8);
        Assert.False(builder.Build().IsTruncated);

        builder.Add("A"u8, ""u8);
        Assert.True(builder.Build().IsTruncated);
        Assert.Equal(MessageHeader.MaxFields, builder.Build().Fields.Count);
    }

    [Fact]
    public void More_octets_than_are_kept_make_a_truncated_header_without_gaps()
    {
        var builder = new MessageHeader.Builder();
        builder.Add("Large"u8, new byte[MessageHeader.MaxOctets]);
        builder.Add("Small"u8, "1"u8);
        var header = builder.Build();

        Assert.True(header.IsTruncated);
        Assert.Empty(header.Fields);
    }
}
