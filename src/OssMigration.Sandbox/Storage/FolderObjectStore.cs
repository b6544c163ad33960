namespace OssMigration.Sandbox.Storage;
internal sealed class FolderObjectStore(string folder, ETagStyle etagStyle) : ObjectStore
{
    public override StoredObject? Find(string key) => throw new NotSupportedException(folder + etagStyle);
    public override StoredObject Set(StoredObject head) => throw new NotSupportedException();
    public override void Replace(StoredObject head) => throw new NotSupportedException();
    public override void Remove(string key) => throw new NotSupportedException();
    public override ObjectCursor OpenCursor() => throw new NotSupportedException();
    public override ValueTask<IObjectContent> AdoptAsync(IObjectContent content, CancellationToken cancellationToken) => throw new NotSupportedException();
}
