namespace PolicyDaemon.Backends.Ldap;

/// <summary>What the servers say of a password.</summary>
/// <param name="Cause">One private line without the password, for our own log; null when it is right.</param>
internal sealed record LdapPasswordCheck(LdapPasswordAnswer Answer, string? Cause)
{
    internal static readonly LdapPasswordCheck Right = new(LdapPasswordAnswer.Right, Cause: null);
}

/// <summary>How a check of a password ended.</summary>
internal enum LdapPasswordAnswer
{
    /// <summary>Could not ask: says nothing about the password. First, so that a default value lets nobody in and turns nobody away.</summary>
    Unavailable,
    Wrong,
    Right,
}
