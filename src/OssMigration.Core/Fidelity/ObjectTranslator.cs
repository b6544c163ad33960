using OssMigration.Core.Stores;

namespace OssMigration.Core.Fidelity;

/// <summary>Asks a source for what the rules need beside headers, as far as the job wants that, and applies them. Thread-safe.</summary>
/// <param name="rules">The rules.</param>
/// <param name="tagReader">Asks for tags, and for ACLs where it is an <see cref="IObjectTraitReader"/>; null where the store has neither.</param>
internal sealed class ObjectTranslator(FidelityRules rules, IObjectTagReader? tagReader)
{
    private readonly IObjectTraitReader? _accessReader = rules.Policy.CopyAcls ? tagReader as IObjectTraitReader : null;
    private readonly bool _asksForTags = tagReader is not null && rules.Policy.CopyTags;

    /// <summary>How an object will be written. Without request, and so at once, where it needs none.</summary>
    /// <exception cref="UntranslatableException">The destination cannot hold it, and the job refuses it in another form.</exception>
    public async ValueTask<Translation> TranslateAsync(ObjectHead source, CancellationToken cancellationToken)
    {
        Translation translation = await ForeseeAsync(source, cancellationToken).ConfigureAwait(false);
        return translation.Marks.Findings is not null && translation.Marks.IsRefused
            ? throw new UntranslatableException(translation.Marks)
            : translation;
    }

    /// <summary>The same, where a refusal is foreseen only.</summary>
    public ValueTask<Translation> ForeseeAsync(ObjectHead source, CancellationToken cancellationToken)
    {
        bool hasTags = _asksForTags && source.Traits is { TagCount: > 0 };
        return hasTags || _accessReader is not null
            ? AskAsync(source, hasTags, cancellationToken)
            : new ValueTask<Translation>(rules.Translate(source, tags: null, access: null));
    }

    /// <summary>What headers and user metadata become, as far as it is known without a request.</summary>
    public ObjectMetadata WithoutRequest(ObjectHead source) => rules.Translate(source, tags: null, access: null).Metadata;

    private async ValueTask<Translation> AskAsync(ObjectHead source, bool hasTags, CancellationToken cancellationToken)
    {
        string key = source.Entry.Key;
        IReadOnlyList<KeyValuePair<string, string>>? tags = hasTags ? await tagReader!.ReadTagsAsync(key, cancellationToken).ConfigureAwait(false) : null;
        AccessList? access = _accessReader is { } reader ? await reader.ReadAccessAsync(key, cancellationToken).ConfigureAwait(false) : null;
        return rules.Translate(source, tags, access);
    }
}
