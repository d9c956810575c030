using System.Text.RegularExpressions;
using Xunit;

namespace PolicyDaemon.Tests.Rules;

/// <summary><c>ansible/README.md</c>, the defaults of the role and what it takes say the same of each variable.</summary>
public sealed partial class AnsibleDocumentationTests
{
    private static readonly string Role = Path.Combine("ansible", "roles", "policydaemon");

    [Fact]
    public void Each_variable_stands_in_the_readme_with_its_default()
    {
        var defaults = Variables(Default(), Path.Combine(Role, "defaults", "main.yml"));
        Assert.True(defaults.Count > 10);

        Assert.Equal(defaults, Variables(Row(), Path.Combine("ansible", "README.md")));
    }

    [Fact]
    public void Each_variable_is_specified_with_its_default() => Assert.Equal(
        Variables(Default(), Path.Combine(Role, "defaults", "main.yml")),
        Variables(Specification(), Path.Combine(Role, "meta", "argument_specs.yml")));

    private static Dictionary<string, string> Variables(Regex line, string file) =>
        line.Matches(File.ReadAllText(Path.Combine(Checkout.Directory, file))).ToDictionary(match => match.Groups["name"].Value, match => match.Groups["value"].Value);

    [GeneratedRegex(@"^(?<name>policydaemon_\w+): (?<value>.+)$", RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Default();

    [GeneratedRegex(@"^\| `(?<name>policydaemon_\w+)` \| `(?<value>[^`]+)` \|", RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Row();

    [GeneratedRegex(@"^      (?<name>policydaemon_\w+):\n(        .+\n)*?        default: (?<value>.+)$", RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Specification();
}
