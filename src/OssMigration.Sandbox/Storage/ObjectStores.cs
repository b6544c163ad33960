namespace OssMigration.Sandbox.Storage;

/// <summary>Makes the store that a bucket declaration names.</summary>
internal static class ObjectStores
{
    /// <summary>Makes a store.</summary>
    /// <param name="folder">A folder to serve in place; null for none.</param>
    /// <param name="synthetic">KIND,count=N,size=N[,seed=N]; null for none.</param>
    /// <param name="etagStyle">How ETags of objects that are there already are made.</param>
    /// <returns>The store; null for memory.</returns>
    /// <exception cref="ArgumentException">The declaration has not that form, or both are given, or the folder is missing.</exception>
    public static ObjectStore? Create(string? folder, string? synthetic, ETagStyle etagStyle)
    {
        if (folder is not null && synthetic is not null)
            throw new ArgumentException("A bucket is a folder or synthetic, not both.");
        if (synthetic is not null)
            return new SyntheticObjectStore(SyntheticFormula.Parse(synthetic), etagStyle);
        return folder is null ? null : new FolderObjectStore(folder, etagStyle);
    }
}
