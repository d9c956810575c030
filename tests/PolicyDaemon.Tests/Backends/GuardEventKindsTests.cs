using PolicyDaemon.Backends;
using PolicyDaemon.Engine.Guessing;
using Xunit;

namespace PolicyDaemon.Tests.Backends;

public sealed class GuardEventKindsTests
{
    [Theory]
    [InlineData(GuardEventKind.Guess)]
    [InlineData(GuardEventKind.Known)]
    [InlineData(GuardEventKind.Clear)]
    internal void Kind_is_read_as_it_was_written(GuardEventKind kind) => Assert.Equal(kind, GuardEventKinds.Of(GuardEventKinds.ToText(kind)));

    [Theory]
    [InlineData("")]
    [InlineData("Clear")]
    [InlineData("pardon")]
    internal void Kind_of_a_newer_version_is_none_of_ours(string text) => Assert.Equal(GuardEventKind.Unknown, GuardEventKinds.Of(text));
}
