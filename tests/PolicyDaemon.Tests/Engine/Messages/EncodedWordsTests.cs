using PolicyDaemon.Engine.Messages;
using Xunit;

namespace PolicyDaemon.Tests.Engine.Messages;

public sealed class EncodedWordsTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("=?utf-8?Q?J=C3=B6rg_M?=", "Jörg M")]
    [InlineData("=?ISO-8859-1?q?J=F6rg?= M", "Jörg M")]
    [InlineData("=?windows-1252?Q?=80?=", "€")]
    [InlineData("=?utf-8?b?SsO2cmc=?=", "Jörg")]
    [InlineData("=?utf-8?B?SsO2cmc?=", "Jörg")]
    [InlineData("=?utf-8?B?Ss-O2 cmc?=", "Jörg")]
    [InlineData("a =?utf-8?q?b?= \t =?utf-8?q?c?= d", "a bc d")]
    [InlineData("=?utf-8?q?b?= and =?utf-8?q?c?=", "b and c")]
    [InlineData("=?utf-8*de?q?b?=", "b")]
    [InlineData("=?nobodys?q?=E9?=", "é")]
    [InlineData("=?utf-8?x?b?=", "=?utf-8?x?b?=")]
    [InlineData("=?utf-8?q?open", "=?utf-8?q?open")]
    [InlineData("=??q?b?=", "=??q?b?=")]
    [InlineData("=?utf-8?q?=4?=", "=4")]
    [InlineData("=?utf-8?b??=", "")]
    [InlineData("?= =?utf-8?q?b?= ?=", "?= b ?=")]
    public void Words_are_decoded_as_the_most_generous_program_does(string text, string expected) => Assert.Equal(expected, EncodedWords.Decode(text));
}
