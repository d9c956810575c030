namespace PolicyDaemon.Wire.Milter;

/// <summary>What the rules of the moment need to see of a message, besides its envelope.</summary>
/// <param name="Header">Its header.</param>
/// <param name="Size">How big it really is: header and body have to be counted.</param>
public readonly record struct MilterNeeds(bool Header, bool Size);
