using System.Text;

namespace PolicyDaemon.Backends.PostgreSql.Queries;

/// <summary>The inside of quotes: as written, and as it is meant when it becomes a value.</summary>
internal sealed class QuotedText
{
    private readonly StringBuilder raw = new();
    private readonly StringBuilder meant = new();
    private readonly List<ValuePart> parts = [];

    public bool HasKey => parts.Count > 0;

    public bool HasEscapes { get; private set; }

    /// <summary>As written, with <c>%%</c> made one.</summary>
    public string Raw => raw.ToString();

    public IReadOnlyList<ValuePart> Parts => meant.Length == 0 ? parts : [.. parts, new ValuePart(KeyPart.Text, meant.ToString())];

    public void Add(char c)
    {
        raw.Append(c);
        meant.Append(c);
    }

    public void Add(ValuePart part)
    {
        if (part.Part == KeyPart.Text)
        {
            raw.Append(part.Text);
            meant.Append(part.Text);
            return;
        }

        if (meant.Length > 0) parts.Add(new ValuePart(KeyPart.Text, meant.ToString()));
        meant.Clear();
        parts.Add(part);
    }

    /// <summary>A doubled quote, of which the first is read already.</summary>
    public void AddDoubledQuote(ref int position)
    {
        position++;
        raw.Append("''");
        meant.Append('\'');
    }

    /// <summary>A backslash, which is read already, and what follows it.</summary>
    public void AddEscaped(string text, ref int position)
    {
        HasEscapes = true;
        raw.Append('\\');
        if (position < text.Length && text[position] != '%') raw.Append(text[position++]);
    }
}
