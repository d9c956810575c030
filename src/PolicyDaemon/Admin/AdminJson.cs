using System.Text.Json;
using System.Text.Json.Serialization;
using PolicyDaemon.Backends.Ldap.Sync;
using PolicyDaemon.Configuration;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.Engine.Checks;
using PolicyDaemon.Engine.Counters;
using PolicyDaemon.Engine.Deliveries;
using PolicyDaemon.Engine.Directories;
using PolicyDaemon.MailQueue;
using PolicyDaemon.Watch;

namespace PolicyDaemon.Admin;

/// <summary>How reports and requests look as JSON, on the admin socket and after <c>--json</c>.</summary>
/// <remarks>
/// Names and words in camelCase, times in RFC 3339 UTC, ages in milliseconds. Every name is always there, null where it has nothing to
/// say. Programs read this: a name is never changed, only added.
/// </remarks>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = 16,
    AllowDuplicateProperties = false,
    WriteIndented = true,
    Converters =
    [
        typeof(WordConverter<Verdict>), typeof(WordConverter<CheckName>), typeof(WordConverter<CheckMode>),
        typeof(WordConverter<WhenUnavailable>),
        typeof(WordConverter<LookupAnswer>), typeof(WordConverter<LookupKind>), typeof(WordConverter<SendAllowed>),
        typeof(WordConverter<BlockScope>), typeof(WordConverter<BlockAction>), typeof(WordConverter<SourceState>),
        typeof(WordConverter<SyncConnection>), typeof(WordConverter<AnswersFrom>), typeof(WordConverter<CountedBy>), typeof(WordConverter<LdapMode>),
        typeof(WordConverter<RefusalKind>), typeof(WordConverter<MailboxChange>),
        typeof(WordConverter<LimitKey>), typeof(WordConverter<LimitUnit>),
        typeof(WordConverter<WatchSubject>), typeof(WordConverter<WatchLevel>), typeof(WordConverter<DeliveryOutcome>),
    ])]
[JsonSerializable(typeof(NoRequest))]
[JsonSerializable(typeof(Refusal))]
[JsonSerializable(typeof(StatusReport))]
[JsonSerializable(typeof(AskRequest))]
[JsonSerializable(typeof(AskReport))]
[JsonSerializable(typeof(LookupRequest))]
[JsonSerializable(typeof(LookupReport))]
[JsonSerializable(typeof(BlockOrder))]
[JsonSerializable(typeof(BlockTarget))]
[JsonSerializable(typeof(BlockGiven))]
[JsonSerializable(typeof(BlockTaken))]
[JsonSerializable(typeof(BlockList))]
[JsonSerializable(typeof(ListRequest))]
[JsonSerializable(typeof(DomainOrder))]
[JsonSerializable(typeof(AccountOrder))]
[JsonSerializable(typeof(AliasOrder))]
[JsonSerializable(typeof(ChangeReport))]
[JsonSerializable(typeof(DomainList))]
[JsonSerializable(typeof(AccountList))]
[JsonSerializable(typeof(AliasList))]
[JsonSerializable(typeof(LdapReport))]
[JsonSerializable(typeof(AcceptOrder))]
[JsonSerializable(typeof(LimitTarget))]
[JsonSerializable(typeof(LimitUseList))]
[JsonSerializable(typeof(GuardTarget))]
[JsonSerializable(typeof(GuardList))]
[JsonSerializable(typeof(DeliveryRequest))]
[JsonSerializable(typeof(DeliveryList))]
[JsonSerializable(typeof(QueueReport))]
internal sealed partial class AdminJson : JsonSerializerContext;

/// <summary>Writes the value of an enumeration as its name in camelCase; reads names, never numbers.</summary>
internal sealed class WordConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;
