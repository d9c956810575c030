namespace PolicyDaemon.Cli.Pages;

/// <summary>How a word looks on a terminal that shows colours.</summary>
internal enum Tone
{
    Plain,
    Strong,
    Faint,
    Good,
    Warning,
    Bad,
}

/// <summary>A piece of text with its tone.</summary>
internal readonly record struct Word(string Text, Tone Tone = Tone.Plain)
{
    public static implicit operator Word(string text) => new(text);

    public static Word Strong(string text) => new(text, Tone.Strong);

    public static Word Faint(string text) => new(text, Tone.Faint);
}
