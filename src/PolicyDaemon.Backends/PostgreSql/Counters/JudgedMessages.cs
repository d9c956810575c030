using Npgsql;
using PolicyDaemon.Engine.Counters;

namespace PolicyDaemon.Backends.PostgreSql.Counters;

/// <summary>What the store has said about a batch.</summary>
/// <param name="Missing">Not null: nothing was judged, for the store has this node's charges only up to here.</param>
/// <param name="Answers">In the order of the messages.</param>
internal sealed record JudgedMessages(long? Missing, CountAnswer[] Answers)
{
    /// <param name="reader">At the row that the function <c>charge</c> answers with.</param>
    public static JudgedMessages Read(NpgsqlDataReader reader, IReadOnlyList<CountMessage> messages, ChargeKeys keys)
    {
        if (!reader.IsDBNull(0)) return new JudgedMessages(reader.GetInt64(0), []);
        var answers = new CountAnswer[messages.Count];
        Array.Fill(answers, CountAnswer.Fits);
        if (reader.IsDBNull(2)) return new JudgedMessages(null, answers);

        var (message, decisive) = (reader.GetFieldValue<int[]>(2), reader.GetFieldValue<int[]>(3));
        var (used, isCharged) = (reader.GetFieldValue<long[]>(4), reader.GetFieldValue<bool[]>(5));
        var slices = ReadSlices(reader);
        for (var i = 0; i < message.Length; i++)
        {
            var number = message[i] - 1;
            var charge = messages[number].Asked[decisive[i]];
            var key = keys.Key[keys.Firsts[number] - 1 + decisive[i]];
            var retryAfter = slices[key].RetryAfter(charge.Units, charge.Limit, charge.Window, reader.GetInt64(1));
            answers[number] = new CountAnswer(isCharged[i] ? CountOutcome.ExceededSoftly : CountOutcome.Exceeded, charge, used[i], retryAfter);
        }

        return new JudgedMessages(null, answers);
    }

    /// <summary>By number of the key.</summary>
    private static Dictionary<int, StoredSlices> ReadSlices(NpgsqlDataReader reader) => reader.GetFieldValue<int[]>(6)
        .Zip(reader.GetFieldValue<long[]>(7), reader.GetFieldValue<long[]>(8))
        .GroupBy(slice => slice.First, slice => (slice.Second, slice.Third))
        .ToDictionary(of => of.Key, of => new StoredSlices([.. of]));
}
