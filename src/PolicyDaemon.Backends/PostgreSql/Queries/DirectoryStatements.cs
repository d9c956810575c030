namespace PolicyDaemon.Backends.PostgreSql.Queries;

/// <summary>One statement for each question of a directory.</summary>
internal sealed class DirectoryStatements
{
    public DirectoryStatements(DirectoryQueries queries)
    {
        Account = new DirectoryStatement((queries.Account, 2));
        Domain = new DirectoryStatement((queries.Domain, 2));

        var address = new List<(LookupQuery, int)> { (queries.Address, DirectoryRows.MaxOwners + 1) };
        if (queries.Alias is not null)
        {
            AliasPart = address.Count;
            address.Add((queries.Alias, DirectoryRows.MaxDestinations));
        }

        if (queries.AllowedSenders is not null)
        {
            SendersPart = address.Count;
            address.Add((queries.AllowedSenders, DirectoryRows.MaxSenders + 1));
        }

        Address = new DirectoryStatement(address);
    }

    public DirectoryStatement Account { get; }

    public DirectoryStatement Address { get; }

    public DirectoryStatement Domain { get; }

    /// <summary>Which part of <see cref="Address"/> gives the aliases; null: none.</summary>
    public int? AliasPart { get; }

    /// <summary>Which part of <see cref="Address"/> gives who may write; null: none.</summary>
    public int? SendersPart { get; }

    public IEnumerable<(Question Question, DirectoryStatement Statement)> All =>
        [(Question.Account, Account), (Question.Address, Address), (Question.Domain, Domain)];
}
