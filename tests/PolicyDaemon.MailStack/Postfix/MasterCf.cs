using System.Net;
using System.Text.RegularExpressions;

namespace PolicyDaemon.MailStack.Postfix;

/// <summary>
/// The services of a master.cf, each once. Inet services keep their name for the test (<c>submission</c>, <c>smtp</c>)
/// and get an endpoint of the stack in the file.
/// </summary>
internal sealed partial class MasterCf
{
    private readonly Func<IPEndPoint> lease;
    private readonly List<(string Name, string Type, string Columns)> services = [];
    private readonly Dictionary<string, IPEndPoint> endpoints = new(StringComparer.Ordinal);

    /// <param name="lease">Gives the endpoint for one more inet service.</param>
    internal MasterCf(Func<IPEndPoint> lease) => this.lease = lease;

    internal IReadOnlyDictionary<string, IPEndPoint> Endpoints => endpoints;

    /// <summary>Takes over every service of the text; one of the same name and type is replaced with all its options.</summary>
    internal void Merge(string text)
    {
        foreach (string line in LogicalLines.Read(text))
        {
            Match fields = ServiceLine().Match(line);
            if (!fields.Success)
                throw new FormatException($"master.cf: fewer than eight columns in '{line}'");
            Add(fields.Groups["name"].Value, fields.Groups["type"].Value, fields.Groups["columns"].Value);
        }
    }

    public override string ToString() =>
        string.Concat(services.Select(service => $"{FileName(service.Name, service.Type)} {service.Type} {service.Columns}\n"));

    private void Add(string name, string type, string columns)
    {
        if (type == "inet")
            endpoints.TryAdd(name, lease());
        int index = services.FindIndex(service => service.Name == name && service.Type == type);
        if (index < 0)
            services.Add((name, type, columns));
        else
            services[index] = (name, type, columns);
    }

    private string FileName(string name, string type) => type == "inet" ? endpoints[name].ToString() : name;

    [GeneratedRegex(@"^(?<name>\S+)\s+(?<type>inet|unix|fifo|pass|unix-dgram)\s+(?<columns>(\S+\s+){5}\S.*)$",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex ServiceLine();
}
