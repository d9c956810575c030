using System.Text.Json.Nodes;

namespace PolicyDaemon.Notices;

/// <summary>What people are told about one event.</summary>
/// <param name="Id">Unique; the same in every copy and every attempt.</param>
/// <param name="Node">Who tells it.</param>
/// <param name="Subject">One line.</param>
/// <param name="Text">The whole story, lines ending in LF.</param>
/// <param name="Fields">The same for programs.</param>
internal sealed record Notice(string Id, DateTimeOffset Time, string Node, string Subject, string Text, JsonObject Fields);

/// <summary>A notice could not be handed over.</summary>
/// <param name="message">One private sentence.</param>
/// <param name="isFinal">The peer will say the same next time.</param>
internal sealed class NoticeRefusedException(string message, bool isFinal) : Exception(message)
{
    public bool IsFinal => isFinal;
}
