using System.Text;

namespace PolicyDaemon.IntegrationTests.Support.Secrecy;

/// <summary>Looks for secrets in what a program wrote, and collects where they were found.</summary>
internal sealed class SecretSearch
{
    private readonly List<Secret> secrets = [];
    private readonly List<string> findings = [];
    private readonly HashSet<string> searched = new(StringComparer.Ordinal);

    /// <summary>Where something was found, and what; the secret itself is not in it.</summary>
    public IReadOnlyList<string> Findings => findings;

    /// <summary>The places that were searched and had something in them.</summary>
    public IReadOnlySet<string> Searched => searched;

    /// <summary>Every secret that is to be found nowhere but in places that have it by their nature.</summary>
    public IReadOnlyList<Secret> Secrets => secrets;

    public Secret Add(string name, string text)
    {
        Secret secret = new(name, text);
        secrets.Add(secret);
        return secret;
    }

    public void LookAt(string place, string text, params ReadOnlySpan<Secret> allowed) => LookAt(place, Encoding.UTF8.GetBytes(text), allowed);

    /// <param name="allowed">What this place is made to hold.</param>
    public void LookAt(string place, ReadOnlySpan<byte> octets, params ReadOnlySpan<Secret> allowed)
    {
        if (octets.Length > 0) searched.Add(place);
        foreach (Secret secret in secrets)
        {
            if (allowed.Contains(secret)) continue;
            foreach (byte[] form in secret.Forms)
            {
                int at = octets.IndexOf(form);
                if (at >= 0) findings.Add($"{place} at {at}: {secret.Name}");
            }
        }
    }

    public void LookAtFile(string path, params ReadOnlySpan<Secret> allowed)
    {
        if (File.Exists(path)) LookAt(path, Read(path), allowed);
    }

    /// <summary>The arguments and the environment of every process of the machine.</summary>
    public void LookAtProcesses()
    {
        foreach (string process in Directory.EnumerateDirectories("/proc").Where(path => Path.GetFileName(path).All(char.IsAsciiDigit)))
        {
            foreach (string file in (string[])["cmdline", "environ"])
            {
                try
                {
                    LookAt($"{process}/{file}", Read(Path.Combine(process, file)));
                }
                catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
                {
                    // Ended meanwhile.
                }
            }
        }
    }

    /// <summary>Whoever has locked it; the files of /proc have no length.</summary>
    private static byte[] Read(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using MemoryStream read = new();
        file.CopyTo(read);
        return read.ToArray();
    }
}
