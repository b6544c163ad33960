namespace OssMigration.Sandbox.Storage;

/// <summary>
/// Where the objects of one bucket are: a map from key to the newest version (older ones hang on it), in key order.
/// All members but <see cref="CreateSink"/> and <see cref="AdoptAsync"/> are called under the bucket's lock.
/// </summary>
internal abstract class ObjectStore
{
    /// <summary>Whether keys can have more than one version here.</summary>
    public virtual bool HoldsVersions => false;

    /// <summary>The newest version of the key, possibly a delete marker; null when there is none.</summary>
    public abstract StoredObject? Find(string key);

    /// <summary>Makes this the newest version. Its content came from <see cref="AdoptAsync"/>. Gives it back as stored.</summary>
    public abstract StoredObject Set(StoredObject head);

    /// <summary>Changes what is known about an object (tags, ACL, archive state, older versions), not its bytes.</summary>
    public abstract void Replace(StoredObject head);

    /// <summary>Forgets the key with all its versions.</summary>
    public abstract void Remove(string key);

    /// <summary>A cursor over the newest versions in key order, before the first; void after any change.</summary>
    public abstract ObjectCursor OpenCursor();

    /// <summary>Something that takes the bytes of an upload.</summary>
    /// <param name="expectedLength">The announced number of bytes; null when unknown.</param>
    public virtual IContentSink CreateSink(long? expectedLength) => new MemorySink(expectedLength);

    /// <summary>Makes content from anywhere this store's own, copying where it must.</summary>
    public abstract ValueTask<IObjectContent> AdoptAsync(IObjectContent content, CancellationToken cancellationToken);
}

/// <summary>A position among the objects of a bucket, in key order.</summary>
internal abstract class ObjectCursor
{
    /// <summary>The object at the position.</summary>
    public abstract StoredObject Current { get; }

    /// <summary>Puts the cursor so that <see cref="MoveNext"/> shows the first object that is not before the bound. O(log n).</summary>
    public abstract void Seek(KeyBound bound);

    /// <summary>Goes to the next object; false at the end.</summary>
    public abstract bool MoveNext();
}
