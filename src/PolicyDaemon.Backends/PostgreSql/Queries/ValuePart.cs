namespace PolicyDaemon.Backends.PostgreSql.Queries;

/// <summary>One piece of the value of a bind parameter.</summary>
/// <param name="Text">Of <see cref="KeyPart.Text"/> only.</param>
internal readonly record struct ValuePart(KeyPart Part, string Text = "");

/// <summary>What a piece of a value is taken from.</summary>
internal enum KeyPart
{
    /// <summary>The query's own text.</summary>
    Text,

    /// <summary><c>%s</c>.</summary>
    Whole,

    /// <summary><c>%u</c>.</summary>
    Localpart,

    /// <summary><c>%d</c>.</summary>
    Domain,
}
