using PolicyDaemon.Engine.Addresses;

namespace PolicyDaemon.Backends.Files;

/// <summary>Where mail for one address is sent.</summary>
/// <param name="Place">The file and the line.</param>
/// <param name="Destinations">Addresses; <c>@domain</c> for the same name there.</param>
/// <param name="LeadsElsewhere">Also, or only, to a program, a file or something else that is no address.</param>
internal sealed record AliasEntry(string Place, IReadOnlyList<EmailAddress> Destinations, bool LeadsElsewhere);
