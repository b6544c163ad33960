using OssMigration.Core.Stores;

namespace OssMigration.Stores.Files;

/// <summary>What errors of the file system mean for a store.</summary>
internal static class FileErrors
{
    // errno on Unix; the low half of a Windows HRESULT.
    private const int NoSpace = 28, ReadOnly = 30, QuotaExceeded = 122, NameTooLong = 36, NameTooLongMac = 63;
    private const int WindowsHandleDiskFull = 39, WindowsDiskFull = 112, WindowsWriteProtected = 19;

    /// <summary>Whether <see cref="Translate"/> knows it.</summary>
    public static bool IsKnown(Exception error) => error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException;

    /// <summary>The error to throw instead.</summary>
    /// <param name="error">What the file system threw.</param>
    /// <param name="store">The store's display name.</param>
    /// <param name="key">The key, or null.</param>
    public static StoreException Translate(Exception error, string store, string? key)
    {
        StoreErrorKind kind = error switch
        {
            FileNotFoundException or DirectoryNotFoundException => StoreErrorKind.NotFound,
            PathTooLongException or ArgumentException or NotSupportedException => StoreErrorKind.InvalidRequest,
            IOException io when IsDiskRefusal(io) => StoreErrorKind.LocalDisk,
            UnauthorizedAccessException => StoreErrorKind.AccessDenied,
            IOException io when IsNameTooLong(io) => StoreErrorKind.InvalidRequest,
            _ => StoreErrorKind.ServerError,
        };
        return new StoreException(kind, store, error.Message, error) { Key = key };
    }

    private static bool IsDiskRefusal(IOException error) => OperatingSystem.IsWindows()
        ? (error.HResult & 0xffff) is WindowsHandleDiskFull or WindowsDiskFull or WindowsWriteProtected
        : error.HResult is NoSpace or ReadOnly or QuotaExceeded;

    private static bool IsNameTooLong(IOException error) => !OperatingSystem.IsWindows() && error.HResult is NameTooLong or NameTooLongMac;
}
