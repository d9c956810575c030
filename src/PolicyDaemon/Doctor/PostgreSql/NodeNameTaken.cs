using System.Globalization;

namespace PolicyDaemon.Doctor.PostgreSql;

/// <summary>More than one daemon is connected to the store under this node's name.</summary>
internal sealed class NodeNameTaken : IDiagnosis
{
    public string Id => "node-name-taken";

    public IEnumerable<Finding> Examine(Installation installation)
    {
        if (installation.Postgres is not { NodesOfThisName: > 1 and var daemons }) yield break;
        var node = installation.Own.Node;
        yield return new(
            Id,
            Severity.Error,
            "node",
            $"{daemons.ToString(CultureInfo.InvariantCulture)} daemons are connected to the database as {node}",
            "two nodes have one name",
            "each takes what the other has charged and delivered for its own, so that limits are not exact; it is seen, too, for a while after a machine was cut off",
            new Mend(MendPlace.PolicyDaemon, [$"\"node\": \"{node}-2\",   // of one of them; then restart it"]));
    }
}
