using OssMigration.Core.Stores;

namespace OssMigration.Core.Fidelity;

/// <summary>Makes the translation of an object that does not fit as it is, aspect by aspect.</summary>
internal sealed class TranslationBuilder
{
    private readonly FidelityPolicy _policy;
    private readonly ObjectMetadata _source;
    private readonly List<FidelityFinding> _findings = [];
    private readonly Dictionary<string, string> _user = new(StringComparer.Ordinal);
    private ObjectMetadata _metadata;
    private ObjectSettings? _settings;
    private int _carried;
    private int _found;

    /// <summary>Begins with the object as it is.</summary>
    public TranslationBuilder(FidelityPolicy policy, ObjectMetadata source)
    {
        _policy = policy;
        _source = source;
        _metadata = source;
    }

    /// <summary>The key, where it is encoded.</summary>
    public void SetKey(string key, string stored)
    {
        _user[KeptNames.Key] = HeaderForm.Word(key);
        Add(FidelityAspect.Key, FidelityEffect.Changed, $"Written as '{stored}'.");
    }

    /// <summary>The content type.</summary>
    public void SetType(string key)
    {
        if (string.IsNullOrEmpty(_source.ContentType))
        {
            string? guess = ContentTypes.Guess(key);
            _metadata = _metadata with { ContentType = guess };
            Add(FidelityAspect.ContentType, FidelityEffect.Changed, guess is null
                ? "The source has none, and the key tells none: application/octet-stream."
                : "The source has none; guessed from the key's extension.");
        }
        else if (!HeaderForm.Fits(_source.ContentType))
        {
            _metadata = _metadata with { ContentType = null };
            KeepHeader(FidelityAspect.ContentType, "content-type", _source.ContentType);
        }
    }

    /// <summary>The other headers of the content.</summary>
    public void SetHeaders()
    {
        _metadata = _metadata with
        {
            CacheControl = Header("cache-control", _source.CacheControl),
            ContentDisposition = Disposition(_source.ContentDisposition),
            ContentEncoding = Header("content-encoding", _source.ContentEncoding),
            ContentLanguage = Header("content-language", _source.ContentLanguage),
            Expires = Header("expires", _source.Expires),
        };
    }

    /// <summary>User metadata: names first as they are, so that what fits keeps its name.</summary>
    public void SetUser()
    {
        foreach ((string name, string value) in _source.User)
        {
            if (HeaderForm.FitsName(name))
                SetUser(name, name, value);
        }

        List<string> renamed = [];
        foreach ((string name, string value) in _source.User.Where(pair => !HeaderForm.FitsName(pair.Key)).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (!MayChange(FidelityAspect.Metadata, $"the name '{name}' has other characters than letters, digits and hyphens"))
                continue;
            string fitting = Unused(HeaderForm.Hyphenated(name));
            renamed.Add($"{fitting}={Uri.EscapeDataString(name)}");
            SetUser(fitting, name, value);
        }

        if (renamed.Count > 0)
            _user[KeptNames.Names] = string.Join(',', renamed);
    }

    /// <summary>The storage class.</summary>
    /// <param name="from">As the source names it.</param>
    /// <param name="to">What the table says; null where it has none.</param>
    public void SetStorageClass(string? from, string? to)
    {
        if (to is null)
        {
            Keep(FidelityAspect.StorageClass, KeptNames.StorageClass, from, "no table has the class; the bucket's own holds");
            return;
        }

        if (to == StorageClassMap.BucketDefault)
            return;
        Settings(settings => settings with { StorageClass = to });
        Carry(FidelityAspect.StorageClass);
    }

    /// <summary>Server-side encryption.</summary>
    /// <param name="from">The source's, where it is not the usual one.</param>
    public void SetEncryption(string? from)
    {
        if (_policy.Encryption is { } chosen)
        {
            Settings(settings => settings with { Encryption = chosen, EncryptionKeyId = _policy.EncryptionKeyId });
            if (from is null)
                Carry(FidelityAspect.Encryption);
            else
                Change(FidelityAspect.Encryption, $"{from} there, {chosen} here");
        }
        else if (from is not null)
        {
            Change(FidelityAspect.Encryption, $"{from} there; here the bucket's own encryption holds");
        }
    }

    /// <summary>Tags.</summary>
    /// <param name="count">How many the object says that it has.</param>
    /// <param name="tags">Those that were read; null where nobody asked.</param>
    public void SetTags(int count, IReadOnlyList<KeyValuePair<string, string>>? tags)
    {
        if (tags is null)
        {
            if (count == 0)
                return;
            bool isRefused = _policy.ActionOf(FidelityAspect.Tags) == UnfitAction.Refuse;
            Add(FidelityAspect.Tags, isRefused ? FidelityEffect.Refused : FidelityEffect.Dropped, "The job does not copy tags.");
            return;
        }

        (IReadOnlyList<KeyValuePair<string, string>> fit, IReadOnlyList<KeyValuePair<string, string>> unfit) = TagRules.Part(tags);
        if (fit.Count > 0)
        {
            Settings(settings => settings with { Tags = fit });
            Carry(FidelityAspect.Tags);
        }

        if (unfit.Count > 0)
            Keep(FidelityAspect.Tags, KeptNames.Tags, TagRules.Text(unfit), $"{unfit.Count} of {tags.Count} tags are not possible at OSS");
    }

    /// <summary>The access list; null where nobody asked.</summary>
    public void SetAccess(AccessList? access)
    {
        if (access is null)
            return;
        AccessMapping mapping = AccessMapping.Of(access);
        if (mapping.Canned != "default")
            Settings(settings => settings with { Acl = mapping.Canned });
        if (mapping.Lost is { } lost)
            Keep(FidelityAspect.Acl, KeptNames.Acl, lost, $"OSS has no form for {lost}; it becomes {mapping.Canned}");
        else
            Carry(FidelityAspect.Acl);
    }

    /// <summary>Keeps as user metadata what has no other place, as far as the policy wants that.</summary>
    public void Keep(FidelityAspect aspect, string name, string? value, string why)
    {
        if (string.IsNullOrEmpty(value) || !MayChange(aspect, why))
            return;
        _user[name] = HeaderForm.EncodeWord(value);
    }

    /// <summary>Holds user metadata against the most bytes that it may have.</summary>
    public void FitInto(int most, int eachName)
    {
        int bytes = _user.Sum(pair => eachName + pair.Key.Length + pair.Value.Length);
        if (bytes <= most)
            return;
        if (_policy.ActionOf(FidelityAspect.Metadata) != UnfitAction.Drop)
        {
            Add(FidelityAspect.Metadata, FidelityEffect.Refused, $"{bytes} bytes of user metadata, and OSS takes {most} beside the stamp.");
            return;
        }

        foreach ((string name, string value) in _user.OrderByDescending(pair => pair.Key.Length + pair.Value.Length).ThenBy(pair => pair.Key, StringComparer.Ordinal).ToList())
        {
            _user.Remove(name);
            bytes -= eachName + name.Length + value.Length;
            if (bytes <= most)
                break;
        }

        Add(FidelityAspect.Metadata, FidelityEffect.Dropped, $"OSS takes {most} bytes of user metadata beside the stamp; the largest items are left away.");
    }

    /// <summary>The translation.</summary>
    /// <param name="carried">What fits by itself, as bits.</param>
    public Translation Finish(int carried)
    {
        carried = (carried | _carried) & ~_found;
        ObjectMetadata made = _metadata with { User = _user, Settings = _settings };
        return new Translation(made, new FidelityMarks(carried, _findings.Count == 0 ? null : _findings));
    }

    private void SetUser(string name, string original, string value)
    {
        if (HeaderForm.Fits(value))
            _user[name] = value;
        else if (MayChange(FidelityAspect.Metadata, $"the value of '{original}' is beyond ASCII"))
            _user[name] = HeaderForm.EncodeWord(value);
    }

    private string Unused(string name)
    {
        string unused = name;
        for (int number = 2; _user.ContainsKey(unused) || _source.User.ContainsKey(unused); number++)
            unused = FormattableString.Invariant($"{name}-{number}");
        return unused;
    }

    private string? Header(string name, string? value)
    {
        if (HeaderForm.Fits(value))
            return value;
        KeepHeader(FidelityAspect.Headers, name, value!);
        return null;
    }

    private string? Disposition(string? value)
    {
        if (HeaderForm.Fits(value) || _policy.ActionOf(FidelityAspect.Headers) != UnfitAction.Change || HeaderForm.EncodeFileName(value!) is not { } encoded)
            return Header("content-disposition", value);
        Change(FidelityAspect.Headers, "the file name of content-disposition is beyond ASCII; it is written as RFC 6266 does");
        return encoded;
    }

    private void KeepHeader(FidelityAspect aspect, string name, string value)
        => Keep(aspect, KeptNames.Header + name, value, $"the value of {name} is beyond ASCII");

    private bool MayChange(FidelityAspect aspect, string why)
    {
        Change(aspect, why);
        return _policy.ActionOf(aspect) == UnfitAction.Change;
    }

    private void Change(FidelityAspect aspect, string why) => Add(
        aspect,
        _policy.ActionOf(aspect) switch { UnfitAction.Drop => FidelityEffect.Dropped, UnfitAction.Refuse => FidelityEffect.Refused, _ => FidelityEffect.Changed },
        $"{char.ToUpperInvariant(why[0])}{why[1..]}.");

    // An object counts once for each effect on an aspect, with all its reasons.
    private void Add(FidelityAspect aspect, FidelityEffect effect, string reason)
    {
        _found |= FidelityMarks.Bit(aspect);
        int known = _findings.FindIndex(finding => finding.Aspect == aspect && finding.Effect == effect);
        if (known < 0)
            _findings.Add(new FidelityFinding(aspect, effect, reason));
        else if (!_findings[known].Reason.Contains(reason, StringComparison.Ordinal))
            _findings[known] = _findings[known] with { Reason = $"{_findings[known].Reason} {reason}" };
    }

    private void Carry(FidelityAspect aspect) => _carried |= FidelityMarks.Bit(aspect);

    private void Settings(Func<ObjectSettings, ObjectSettings> change) => _settings = change(_settings ?? new ObjectSettings());
}
