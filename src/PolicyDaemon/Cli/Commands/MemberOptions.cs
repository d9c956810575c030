using System.CommandLine;
using PolicyDaemon.Admin;

namespace PolicyDaemon.Cli.Commands;

/// <summary>Two options, each repeatable, that put addresses into a set and take them out of it.</summary>
internal sealed class MemberOptions(string add, string remove, string description)
{
    public Option<string[]> Added { get; } = new(add)
    {
        HelpName = "ADDRESS",
        Description = $"{description}: an address or @domain. Repeatable.",
        Arity = ArgumentArity.OneOrMore,
    };

    public Option<string[]> Removed { get; } = new(remove)
    {
        HelpName = "ADDRESS",
        Description = $"Take one away that {add} gave. Repeatable.",
        Arity = ArgumentArity.OneOrMore,
    };

    /// <summary>Null when neither option was given.</summary>
    public MemberOrder? Read(ParseResult parsed)
    {
        var order = new MemberOrder(parsed.GetValue(Added) ?? [], parsed.GetValue(Removed) ?? []);
        return order.Add.Count + order.Remove.Count == 0 ? null : order;
    }
}
