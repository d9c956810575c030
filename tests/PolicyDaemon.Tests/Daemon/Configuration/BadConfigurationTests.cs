using PolicyDaemon.Configuration;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Configuration;

/// <summary>One file per mistake in <c>tests/corpus/bad-config</c>, each with the lines that an administrator reads.</summary>
public sealed class BadConfigurationTests
{
    private static readonly string Corpus = Path.Combine(Checkout.Directory, "tests", "corpus", "bad-config");

    public static TheoryData<string> Mistakes() => [.. Directory.GetFiles(Corpus, "*.json").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Mistake_is_reported_in_these_words(string file)
    {
        var loaded = ConfigurationLoader.Load(Path.Combine(Corpus, file), [], new Dictionary<string, string>());

        var expected = File.ReadAllText(Path.ChangeExtension(Path.Combine(Corpus, file), ".expected"));
        Assert.Equal(expected, Lines(loaded));
        Assert.Equal(loaded.Errors.Count == 0, loaded.Options is not null);
    }

    [Fact]
    public void Corpus_has_a_file_for_each_of_at_least_sixty_mistakes() => Assert.True(Mistakes().Count >= 60);

    private static string Lines(LoadedConfiguration loaded) => string.Concat(
        loaded.Errors.Select(line => $"error: {line}\n").Concat(loaded.Warnings.Select(line => $"warning: {line}\n")))
        .Replace(Corpus + "/", "", StringComparison.Ordinal);
}
