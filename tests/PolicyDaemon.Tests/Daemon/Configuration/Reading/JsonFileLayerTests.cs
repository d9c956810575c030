using System.Text;
using PolicyDaemon.Configuration.Reading;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Configuration.Reading;

public sealed class JsonFileLayerTests
{
    private const int VariantsPerFile = 15;

    [Fact]
    public void Every_setting_has_the_line_of_its_name()
    {
        var layer = Parse("{\n  \"a\":\n    1,\n  \"b\": [\n    2,\n\n    3 ] }");

        Assert.Equal(["f:2", "f:4", "f:5", "f:7"], new[] { "a", "b", "b:0", "b:1" }.Select(path => layer.FindOrigin(path)?.Place));
    }

    [Theory]
    [InlineData("{ \"a\": \"\\ud800\" }")]
    [InlineData("{ \"\\ud800\": 1 }")]
    public void Half_a_character_is_an_error(string json) =>
        Assert.Equal("f:1: is not JSON: here or a little further on is text that is not UTF-8", Assert.Single(Parse(json).Problems).ToString());

    [Fact]
    public void Octets_that_are_not_utf_8_are_an_error()
    {
        var layer = JsonFileLayer.Parse("f", [.. "{ \"a\": \""u8, 0xff, .. "\" }"u8]);

        Assert.Single(layer.Problems);
        Assert.True(layer.IsBroken);
    }

    [Fact]
    public void Seventeen_brackets_inside_each_other_are_an_error() =>
        Assert.Single(Parse("{ \"a\": " + new string('[', 17) + new string(']', 17) + "}").Problems);

    [Fact]
    public void File_cut_anywhere_or_with_any_octet_changed_is_read_or_refused()
    {
        var random = new Random(20251);
        foreach (var file in Directory.GetFiles(Path.Combine(Checkout.Directory, "tests", "corpus", "bad-config"), "*.json").Order(StringComparer.Ordinal))
        {
            var json = File.ReadAllBytes(file);
            for (var variant = 0; variant < VariantsPerFile && json.Length > 0; variant++) ReadAll(Mutate(json, random));
        }
    }

    /// <summary>What an administrator may have written never ends in an exception, whatever it is.</summary>
    private static void ReadAll(byte[] json)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, json);
            var loaded = PolicyDaemon.Configuration.ConfigurationLoader.Load(file, [], new Dictionary<string, string>());
            Assert.Equal(loaded.Options is null, loaded.Errors.Count > 0);
            Assert.DoesNotContain(loaded.Errors, line => line.Any(char.IsControl));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static byte[] Mutate(byte[] json, Random random)
    {
        var position = random.Next(json.Length);
        switch (random.Next(4))
        {
            case 0: return json[..position];
            case 1: return [.. json[..position], .. json[(position + 1)..]];
            case 2: return [.. json[..position], (byte)random.Next(256), .. json[position..]];
            default: return [.. json[..position], (byte)random.Next(256), .. json[(position + 1)..]];
        }
    }

    private static JsonFileLayer Parse(string json) => JsonFileLayer.Parse("f", Encoding.UTF8.GetBytes(json));
}
