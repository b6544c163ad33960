namespace OssMigration.TestKit;

/// <summary>Every call a store can be asked for.</summary>
public enum StoreOperation
{
    /// <summary>One page of a listing.</summary>
    List,

    /// <summary>Headers of one object.</summary>
    Head,

    /// <summary>Content of one object.</summary>
    Read,

    /// <summary>One whole object.</summary>
    Put,

    /// <summary>Deletion of one object.</summary>
    Delete,

    /// <summary>Beginning of an upload.</summary>
    Initiate,

    /// <summary>One part.</summary>
    UploadPart,

    /// <summary>Parts to object.</summary>
    Complete,

    /// <summary>End of an upload without an object.</summary>
    Abort,

    /// <summary>Open uploads.</summary>
    ListUploads,

    /// <summary>Headers and user metadata of one object.</summary>
    ReplaceMetadata,

    /// <summary>Tags of one object.</summary>
    ReadTags,

    /// <summary>The access list of one object.</summary>
    ReadAccess,

    /// <summary>Restoration of one archived object.</summary>
    Restore,

    /// <summary>Facts of the bucket.</summary>
    Inspect,

    /// <summary>A configuration document.</summary>
    ReadDocument,

    /// <summary>A configuration document in place of the one that stands.</summary>
    WriteDocument,

    /// <summary>No configuration document any more.</summary>
    DeleteDocument,

    /// <summary>One page of a listing of versions.</summary>
    ListVersions,
}
