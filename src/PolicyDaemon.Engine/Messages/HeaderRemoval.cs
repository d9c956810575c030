namespace PolicyDaemon.Engine.Messages;

/// <summary>A field that is to be taken out of the header.</summary>
/// <param name="Name">Its <see cref="HeaderField.LookupName"/>.</param>
/// <param name="Index">Which of the fields of this name, without regard to case, as they were received: the first is 1.</param>
/// <remarks>The milter protocol's own numbers (<c>SMFIR_CHGHEADER</c>), so that a front hands them on as they are.</remarks>
public sealed record HeaderRemoval(string Name, int Index);
