using PolicyDaemon.Doctor.Policy;
using PolicyDaemon.Doctor.Postfix;

namespace PolicyDaemon.Doctor.Milters;

/// <summary>The milters that one service of Postfix asks, in their order.</summary>
/// <remarks>MILTER_README, "Per-Milter settings": <c>{ unix:path, default_action=tempfail }</c>, or an endpoint alone.</remarks>
internal sealed class MilterList
{
    internal const string OfSmtpd = "smtpd_milters";
    internal const string OfCleanup = "non_smtpd_milters";

    private readonly IReadOnlyList<string> words;

    /// <param name="parameter"><c>smtpd_milters</c> of an smtpd, <c>non_smtpd_milters</c> of a cleanup.</param>
    internal MilterList(string parameter, ServiceParameters service, DaemonListeners daemon)
    {
        Parameter = parameter;
        Service = service;
        words = ParameterText.SplitList(service.Find(parameter) ?? "");
        Place = words.ToList().FindIndex(word => Calls(word).Any(call => daemon.IsMeant(call.Endpoint)));
        Ours = Place < 0 ? null : Calls(words[Place]).First(call => daemon.IsMeant(call.Endpoint));
    }

    internal string Parameter { get; }

    internal ServiceParameters Service { get; }

    /// <summary>The daemon; null: it is not asked.</summary>
    internal PolicyServiceCall? Ours { get; }

    /// <summary>How many are asked before the daemon; -1: it is not asked.</summary>
    internal int Place { get; }

    internal string First => words[0];

    /// <summary>What Postfix does when the daemon does not answer.</summary>
    internal string DefaultAction => Ours!.Settings.GetValueOrDefault(PolicyServiceCall.DefaultAction) ?? Service.Get("milter_default_action");

    internal Mend MendWithOursFirst() => Write([words[Place], .. words.Where((_, at) => at != Place)]);

    internal Mend MendWithDefaultAction(string action) =>
        Write(words.Select((word, at) => at == Place ? Ours!.With(PolicyServiceCall.DefaultAction, action) : word));

    internal Mend MendWithEndpoint(string endpoint) => Write(words.Select((word, at) => at == Place ? Ours!.At(endpoint) : word));

    private IEnumerable<PolicyServiceCall> Calls(string word) => ParameterText.SplitList(Service.Expand(word)).Select(PolicyServiceCall.Parse);

    private Mend Write(IEnumerable<string> milters)
    {
        var value = string.Join(", ", milters);
        return Service.Service.Overrides.ContainsKey(Parameter) ? Mend.Override(Service, (Parameter, value)) : Mend.MainCf(Parameter, value);
    }
}
