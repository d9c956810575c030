using System.Formats.Asn1;
using System.Text;

namespace PolicyDaemon.MailStack.Slapd;

/// <summary>One change of a directory, as a <see cref="DirectoryWriter"/> sends it (RFC 4511 sections 4.6 to 4.9).</summary>
public abstract record DirectoryChange(string Dn)
{
    internal abstract void Encode(AsnWriter writer);

    private protected static Asn1Tag Application(int number, bool isConstructed = true) => new(TagClass.Application, number, isConstructed);

    private protected static void WriteText(AsnWriter writer, string text) => writer.WriteOctetString(Encoding.UTF8.GetBytes(text));

    /// <summary><c>SEQUENCE { type, SET OF value }</c></summary>
    private protected static void WriteAttribute(AsnWriter writer, string name, IEnumerable<string> values)
    {
        using AsnWriter.Scope attribute = writer.PushSequence();
        WriteText(writer, name);
        using AsnWriter.Scope set = writer.PushSetOf();
        foreach (string value in values)
            WriteText(writer, value);
    }
}

/// <param name="Attributes">Object classes among them; a name may occur once.</param>
public sealed record AddEntry(string Dn, IReadOnlyDictionary<string, IReadOnlyList<string>> Attributes) : DirectoryChange(Dn)
{
    internal override void Encode(AsnWriter writer)
    {
        using AsnWriter.Scope operation = writer.PushSequence(Application(8));
        WriteText(writer, Dn);
        using AsnWriter.Scope attributes = writer.PushSequence();
        foreach ((string name, IReadOnlyList<string> values) in Attributes)
            WriteAttribute(writer, name, values);
    }
}

/// <param name="Values">None: the attribute goes.</param>
public sealed record ReplaceValues(string Dn, string Attribute, params IReadOnlyList<string> Values) : DirectoryChange(Dn)
{
    private enum Operation
    {
        Replace = 2,
    }

    internal override void Encode(AsnWriter writer)
    {
        using AsnWriter.Scope operation = writer.PushSequence(Application(6));
        WriteText(writer, Dn);
        using AsnWriter.Scope changes = writer.PushSequence();
        using AsnWriter.Scope change = writer.PushSequence();
        writer.WriteEnumeratedValue(Operation.Replace);
        WriteAttribute(writer, Attribute, Values);
    }
}

public sealed record DeleteEntry(string Dn) : DirectoryChange(Dn)
{
    internal override void Encode(AsnWriter writer) => writer.WriteOctetString(Encoding.UTF8.GetBytes(Dn), Application(10, isConstructed: false));
}

/// <param name="Rdn">The new name below its parent; the value of the old one goes.</param>
/// <param name="Parent">The new parent; null: the same.</param>
public sealed record RenameEntry(string Dn, string Rdn, string? Parent = null) : DirectoryChange(Dn)
{
    internal override void Encode(AsnWriter writer)
    {
        using AsnWriter.Scope operation = writer.PushSequence(Application(12));
        WriteText(writer, Dn);
        WriteText(writer, Rdn);
        writer.WriteBoolean(true);
        if (Parent is not null)
            writer.WriteOctetString(Encoding.UTF8.GetBytes(Parent), new(TagClass.ContextSpecific, 0));
    }
}
