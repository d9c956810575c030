namespace PolicyDaemon.Engine.Directories;

/// <summary>What several sources answered to one question: which of them knew, how old the oldest fact is, and whether one could not say.</summary>
/// <param name="name">Of the sources together, for an answer that none of them gave.</param>
/// <remarks>Sources may answer at the same time.</remarks>
internal sealed class CombinedAnswer(string name)
{
    private readonly Lock gate = new();
    private readonly List<Provenance> found = [];
    private TimeSpan oldest;
    private string? cause;
    private bool isOutage;

    public void Add<T>(Lookup<T> answer)
        where T : class
    {
        lock (gate)
        {
            if (answer.Provenance.Age > oldest) oldest = answer.Provenance.Age;
            if (answer.Value is not null) found.Add(answer.Provenance);
            if (!answer.IsUnavailable) return;
            cause ??= $"{answer.Provenance.Source}: {answer.Cause ?? "no answer"}";
            isOutage |= !answer.IsAmbiguous;
        }
    }

    /// <param name="value">What those that knew say together; null: none knew.</param>
    public Lookup<T> ToLookup<T>(T? value)
        where T : class
    {
        var provenance = new Provenance(SourceNames(), string.Join("; ", found.Select(each => each.Entry).Where(entry => entry.Length > 0).Distinct()), oldest);
        if (cause is not null && value is null && !isOutage) return Lookup<T>.Ambiguous(cause, provenance);
        if (cause is not null) return Lookup<T>.Unavailable(cause, provenance, value);
        return value is null ? Lookup<T>.NotFound(provenance) : Lookup<T>.Found(value, provenance);
    }

    private string SourceNames() => found.Count == 0 ? name : string.Join("+", found.Select(each => each.Source).Distinct());
}
