using PolicyDaemon.Doctor.Postfix;

namespace PolicyDaemon.Doctor.Policy;

/// <summary>One <c>smtpd_…_restrictions</c> of a service: the words as written, and the restrictions they come to.</summary>
/// <remarks>
/// <c>$name</c> is expanded and restriction classes are put in place of their names, as Postfix evaluates them; each restriction still
/// knows the words it stems from, so that a mended line reads like the one it replaces.
/// </remarks>
internal sealed class RestrictionList
{
    /// <summary>Classes within classes; deeper is a circle.</summary>
    private const int MaxDepth = 20;

    private readonly List<Restriction> restrictions = [];
    private readonly HashSet<string> classes;
    private readonly ServiceParameters parameters;

    internal RestrictionList(string parameter, ServiceParameters parameters)
    {
        Parameter = parameter;
        this.parameters = parameters;
        classes = [.. ParameterText.SplitList(parameters.Get("smtpd_restriction_classes"))];
        Words = ParameterText.SplitList(parameters.Find(parameter) ?? "");
        Add(Expand(Words), null, isWarning: false, depth: 0);
    }

    /// <summary>For example <c>smtpd_recipient_restrictions</c>.</summary>
    internal string Parameter { get; }

    internal IReadOnlyList<string> Words { get; }

    internal IReadOnlyList<Restriction> Restrictions => restrictions;

    /// <summary>The words that stand for a restriction, as written: <c>check_policy_service $policydaemon_smtp</c>.</summary>
    internal string WordsOf(Restriction restriction) => Written(restriction.FirstWord, restriction.LastWord);

    /// <summary>The list with <paramref name="moved"/> before <paramref name="before"/>.</summary>
    internal string Move(Restriction moved, Restriction before)
    {
        // Out of a class, or out of a $name that holds both, nothing can be moved: it is asked for once more, in front.
        if (moved.Class is not null || moved.FirstWord <= before.LastWord) return Insert(moved.Text, before);
        var items = Items();
        items.RemoveAll(item => item.Covers(moved));
        items.Insert(items.FindIndex(item => item.Covers(before)), new Item(0, -1, WordsOf(moved)));
        return Join(items);
    }

    /// <summary>The list with one more restriction before the given one, or at the end.</summary>
    internal string Insert(string added, Restriction? before)
    {
        var items = Items();
        items.Insert(before is null ? items.Count : items.FindIndex(item => item.Covers(before)), new Item(0, -1, added));
        return Join(items);
    }

    /// <summary>The list with other words in place of a restriction's.</summary>
    internal string Replace(Restriction replaced, string text) =>
        Join(Items().Select(item => item.Covers(replaced) ? item with { Text = text } : item));

    private static string Join(IEnumerable<Item> items) => string.Join(", ", items.Select(item => item.Text));

    /// <summary>The list as written, cut into restrictions; several that stem from one word, a <c>$name</c> or a class, are one item.</summary>
    private List<Item> Items()
    {
        List<Item> items = [];
        var written = -1;
        foreach (var one in restrictions)
        {
            var first = Math.Max(one.FirstWord, written + 1);
            if (first > one.LastWord) continue;
            items.Add(new Item(first, one.LastWord, Written(first, one.LastWord)));
            written = one.LastWord;
        }

        return items;
    }

    private string Written(int first, int last) => string.Join(' ', Words.Skip(first).Take(last - first + 1));

    private IEnumerable<(string Text, int Word)> Expand(IEnumerable<string> words) =>
        words.SelectMany((word, index) => ParameterText.SplitList(parameters.Expand(word)).Select(text => (text, index)));

    /// <param name="container">The class that is being put in place of its name; null for the list itself.</param>
    private void Add(IEnumerable<(string Text, int Word)> words, Container? container, bool isWarning, int depth)
    {
        if (depth > MaxDepth) return;
        int? warning = null;
        using var word = words.GetEnumerator();
        while (word.MoveNext())
        {
            var name = word.Current.Text.ToLowerInvariant();
            var first = container?.FirstWord ?? warning ?? word.Current.Word;
            if (name == "warn_if_reject")
            {
                warning = first;
                continue;
            }

            var onlyWarns = isWarning || warning is not null;
            warning = null;
            if (classes.Contains(word.Current.Text))
            {
                var members = ParameterText.SplitList(parameters.Get(word.Current.Text)).Select(text => (text, 0));
                Add([.. members], container ?? new Container(word.Current.Text, first, word.Current.Word), onlyWarns, depth + 1);
                continue;
            }

            var argument = Restriction.TakesArgument(name) && word.MoveNext() ? word.Current.Text : null;
            restrictions.Add(new Restriction(name, argument, first, container?.LastWord ?? word.Current.Word, onlyWarns, container?.Name));
        }
    }

    private sealed record Container(string Name, int FirstWord, int LastWord);

    private sealed record Item(int FirstWord, int LastWord, string Text)
    {
        internal bool Covers(Restriction restriction) => FirstWord <= restriction.LastWord && restriction.FirstWord <= LastWord;
    }
}
