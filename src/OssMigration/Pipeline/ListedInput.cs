using System.Globalization;
using System.Management.Automation;
using OssMigration.Core.Lists;
using OssMigration.Core.Stores;
using OssMigration.Credentials;
using OssMigration.Stores;
using OssMigration.Views;

namespace OssMigration.Pipeline;

/// <summary>Object lists as PowerShell has them: a path, an address, or objects of the pipeline.</summary>
internal static class ListedInput
{
    /// <summary>Where a list lies that was given as a path, a URI or an address.</summary>
    /// <param name="given">What was given.</param>
    /// <param name="cmdlet">Knows the location that a path is relative to.</param>
    public static ObjectListPlace PlaceOf(object given, PSCmdlet cmdlet)
    {
        object value = given is PSObject wrapped ? wrapped.BaseObject : given;
        StoreAddress? address = value as StoreAddress ?? (value.ToString() is { } text && text.Contains("://", StringComparison.Ordinal) ? StoreAddressParser.Parse(text) : null);
        if (address is null)
            return new ObjectListPlace(cmdlet.GetUnresolvedProviderPathFromPSPath(value.ToString()), null, null);
        if (address.Scheme == "file")
            return new ObjectListPlace(address.Bucket, null, null);
        return address.Prefix.Length > 0
            ? new ObjectListPlace(null, address, CredentialVault.For(address, given: null, "ObjectList"))
            : throw new ArgumentException($"-ObjectList names the bucket {address}, and no file in it.");
    }

    /// <summary>The row of an object: its properties Key, Size, ETag, LastModified and StorageClass, also as texts.</summary>
    public static ListedObject Read(PSObject input) => new(
        Text(input, "Key") ?? throw new ArgumentException("An object came down the pipeline that has no Key."),
        Text(input, "Size") is { } size ? Number(size) : null,
        Text(input, "ETag"),
        Date(input),
        Text(input, "StorageClass"));

    private static string? Text(PSObject input, string property)
        => input.Properties[property]?.Value is { } value && Convert.ToString(value is PSObject wrapped ? wrapped.BaseObject : value, CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : null;

    private static long Number(string text)
        => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : throw new ArgumentException($"An object of the pipeline has the Size '{Display.Text(text)}', which is no number of bytes.");

    private static DateTimeOffset? Date(PSObject input)
    {
        object? value = input.Properties["LastModified"]?.Value;
        return (value is PSObject wrapped ? wrapped.BaseObject : value) switch
        {
            DateTimeOffset date => date,
            DateTime date => new DateTimeOffset(date.Kind == DateTimeKind.Unspecified ? DateTime.SpecifyKind(date, DateTimeKind.Utc) : date),
            string text when DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset date) => date,
            _ => null,
        };
    }
}
