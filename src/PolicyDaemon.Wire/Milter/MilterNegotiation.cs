namespace PolicyDaemon.Wire.Milter;

/// <summary>What a connection is going to be: never more than is offered, and no more than the rules need.</summary>
internal static class MilterNegotiation
{
    public const uint Version = 6;

    /// <summary>Before it a milter could not leave out steps.</summary>
    public const uint OldestVersion = 2;

    /// <summary>
    /// A connection and a HELO are never refused, nor is a header before the end of the message: these get no reply. DATA decides
    /// nothing that the end of the message would not.
    /// </summary>
    private const MilterSteps Steps = MilterSteps.SilentConnect | MilterSteps.SilentHelo | MilterSteps.SilentHeader | MilterSteps.NoData |
        MilterSteps.NoUnknown | MilterSteps.NoEndOfHeader | MilterSteps.LeadingSpace | MilterSteps.Skip;

    public static MilterOptions Answer(MilterOptions offered, MilterNeeds needs)
    {
        var steps = Steps;
        if (!needs.Size) steps |= MilterSteps.NoBody;
        if (!needs.Size && !needs.Header) steps |= MilterSteps.NoHeader;
        var actions = MilterActions.Quarantine | MilterActions.NameMacros;
        if (needs.Header) actions |= MilterActions.ChangeHeader;
        return new MilterOptions(Math.Min(offered.Version, Version), actions & offered.Actions, steps & offered.Steps);
    }

    /// <summary>Whether a connection that was negotiated so shows what is needed now.</summary>
    public static bool Shows(MilterOptions agreed, MilterNeeds needs) =>
        (agreed.Steps & ~Answer(agreed, needs).Steps & (MilterSteps.NoHeader | MilterSteps.NoBody)) == MilterSteps.None;
}
