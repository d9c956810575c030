using System.Text.RegularExpressions;
using Xunit;

namespace PolicyDaemon.Tests.Rules;

/// <summary>Size, names and places of the source files.</summary>
public sealed partial class SourceRules
{
    private const int MaxLines = 400;

    /// <summary>More than this needs a reason in the file's first line.</summary>
    private const int MaxLinesWithoutReason = 250;

    /// <summary>Each hides a missing word.</summary>
    private static readonly string[] EmptyWords =
        ["Manager", "Helper", "Helpers", "Util", "Utils", "Utilities", "Common", "Processor", "Handler", "Provider", "Base", "Impl", "Data", "Info"];

    [Fact]
    public void No_source_file_is_too_long() =>
        Assert.DoesNotContain(FilesBelow("src").Concat(FilesBelow("tests")), file => LinesOf(file).Length > MaxLines);

    [Fact]
    public void Long_source_file_says_why_in_its_first_line() =>
        Assert.DoesNotContain(
            FilesBelow("src"),
            file => LinesOf(file) is { Length: > MaxLinesWithoutReason } lines && !lines[0].StartsWith("// Longer than", StringComparison.Ordinal));

    [Fact]
    public void Namespaces_equal_folders()
    {
        var misplaced = FilesBelow("src")
            .Select(file => (File: file, Namespace: NamespaceLine().Match(File.ReadAllText(file)).Groups["name"].Value))
            .Where(source => source.Namespace.Length > 0 && source.Namespace != FolderOf(source.File));
        Assert.Empty(misplaced);
    }

    [Fact]
    public void Type_names_say_what_the_type_is()
    {
        var names = FilesBelow("src").Concat(FilesBelow("tests"))
            .SelectMany(file => TypeDeclaration().Matches(File.ReadAllText(file)).Select(match => match.Groups["name"].Value));
        Assert.DoesNotContain(names, name => EmptyWords.Any(word => name.EndsWith(word, StringComparison.Ordinal)));
    }

    [Fact]
    public void Files_are_UTF_8_without_a_mark_and_end_lines_as_Unix_does()
    {
        var strange = FilesBelow("src").Concat(FilesBelow("tests")).Where(file =>
        {
            var bytes = File.ReadAllBytes(file);
            return bytes.Contains((byte)'\r') || bytes is [0xef, 0xbb, 0xbf, ..] || bytes is not [.., (byte)'\n'];
        });
        Assert.Empty(strange);
    }

    private static IEnumerable<string> FilesBelow(string folder) => Directory
        .EnumerateFiles(Path.Combine(Checkout.Directory, folder), "*.cs", SearchOption.AllDirectories)
        .Where(file => !BuildOutput().IsMatch(file));

    private static string[] LinesOf(string file) => File.ReadAllLines(file);

    private static string FolderOf(string file) =>
        Path.GetRelativePath(Path.Combine(Checkout.Directory, "src"), Path.GetDirectoryName(file)!).Replace(Path.DirectorySeparatorChar, '.');

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"^\s*(public |internal |private |protected |sealed |abstract |static |partial |readonly |file )+(class|record struct|record|struct|interface|enum) (?<name>\w+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex TypeDeclaration();

    [GeneratedRegex(@"[/\\](bin|obj)[/\\]")]
    private static partial Regex BuildOutput();
}
