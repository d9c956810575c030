using System.Text.RegularExpressions;
using PolicyDaemon.Configuration;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Configuration;

/// <summary>The commented example that is installed: as it is, and with everything in it switched on.</summary>
public sealed partial class ShippedConfigurationTests : IDisposable
{
    private static readonly string Shipped = File.ReadAllText(Path.Combine(Checkout.Directory, "src", "PolicyDaemon", "Configuration", "policydaemon.json"));

    private readonly ConfigurationFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void As_shipped_it_sets_nothing()
    {
        var loaded = folder.Load(Shipped);

        Assert.Empty(loaded.Errors);
        Assert.Empty(loaded.Warnings);
        Assert.Equal("{}\n", ConfigurationPrinter.PrintSet(loaded));
    }

    [Fact]
    public void With_every_comment_taken_away_it_is_a_good_configuration_that_sets_every_key()
    {
        var loaded = folder.Load(folder.WithFilesOfThisTest(Uncommented()));

        Assert.Empty(loaded.Errors);
        Assert.Empty(loaded.Warnings);
        var set = loaded.Readings.Select(reading => ElementNumber().Replace(reading.Path, "[]").Replace(':', '.')).ToHashSet(StringComparer.Ordinal);
        Assert.DoesNotContain(loaded.Keys, key => !set.Contains(key.Name) && !IsSetElsewhere(key.Name));
    }

    [Fact]
    public void Written_out_defaults_are_the_defaults()
    {
        var known = folder.Load("{}").Keys.Where(key => key.Default is not null).ToDictionary(key => key.Name, StringComparer.Ordinal);
        var shipped = folder.Load(folder.WithFilesOfThisTest(Uncommented()));

        // These show an example instead: their defaults are empty, or the key is of a kind that everybody sets; cluster makes sense with another store only.
        string[] examples =
        [
            "directory.domains", "directory.extraRecipients", "directory.files.passwd", "directory.files.aliases", "directory.ldap.startTls", "directory.postgres.pooled", "checks.identityBinding.sendAsAnyone",
            "checks.rateLimit.sharedNetworks", "milter.quarantine", "milter.authservIds", "milter.removeOnArrival",
            "milter.removeOnSubmission", "notify.mailTo", "listen.milter", "listen.sasl", "listen.userdb", "listen.authHttp", "listen.lmtp", "listen.http", "store",
        ];
        var written = shipped.Readings.Where(reading => known.ContainsKey(reading.Path.Replace(':', '.')) && !examples.Contains(reading.Path.Replace(':', '.'))).ToList();
        Assert.All(written, reading => Assert.Equal(known[reading.Path.Replace(':', '.')].Default, reading.Json.Replace(folder.Path, "/var/lib/policydaemon", StringComparison.Ordinal)));
        Assert.True(written.Count > 20);
    }

    /// <summary>Settings that are switched off have // right before their first sign; comments for people have a space there.</summary>
    private static string Uncommented() => SwitchedOff().Replace(Shipped, "");

    /// <summary>
    /// A list is set by its elements, a status of one's own by those that there are, a webhook by the file with its URL, and an override
    /// shows one check for all.
    /// </summary>
    private static bool IsSetElsewhere(string name) =>
        name is "notify.webhook" or "milter.perDomain" or "limits" or "containment" or "overrides" or "directory.accountStatuses.*" || name.StartsWith("overrides[].checks.", StringComparison.Ordinal);

    [GeneratedRegex(@"//(?=[""{}\[\]])", RegexOptions.CultureInvariant)]
    private static partial Regex SwitchedOff();

    [GeneratedRegex(":[0-9]+", RegexOptions.CultureInvariant)]
    private static partial Regex ElementNumber();
}
