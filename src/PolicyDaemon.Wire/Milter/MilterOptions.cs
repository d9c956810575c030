namespace PolicyDaemon.Wire.Milter;

/// <summary>What a milter may do to a message.</summary>
[Flags]
internal enum MilterActions : uint
{
    None = 0,
    ChangeHeader = 0x10, // SMFIF_CHGHDRS
    Quarantine = 0x20, // SMFIF_QUARANTINE

    /// <summary>The milter says which macros it wants.</summary>
    NameMacros = 0x100, // SMFIF_SETSYMLIST
}

/// <summary>Which steps of a session are left out, and which get no reply.</summary>
[Flags]
internal enum MilterSteps : uint
{
    None = 0,
    NoBody = 0x10, // SMFIP_NOBODY
    NoHeader = 0x20, // SMFIP_NOHDRS
    NoEndOfHeader = 0x40, // SMFIP_NOEOH
    SilentHeader = 0x80, // SMFIP_NR_HDR
    NoUnknown = 0x100, // SMFIP_NOUNKNOWN
    NoData = 0x200, // SMFIP_NODATA

    /// <summary>The reply "no more of these in this message" is understood.</summary>
    Skip = 0x400, // SMFIP_SKIP
    SilentConnect = 0x1000, // SMFIP_NR_CONN
    SilentHelo = 0x2000, // SMFIP_NR_HELO

    /// <summary>Header values come as they are, with the space behind the colon.</summary>
    LeadingSpace = 0x100000, // SMFIP_HDR_LEADSPC
}

/// <summary>What a mail server offers, or what both use: protocol version, actions, steps.</summary>
internal readonly record struct MilterOptions(uint Version, MilterActions Actions, MilterSteps Steps);
