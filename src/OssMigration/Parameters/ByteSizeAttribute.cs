using System.Management.Automation;
using OssMigration.Core.Throttling;

namespace OssMigration.Parameters;

/// <summary>
/// Lets a parameter that wants bytes take sizes as clouds are sold: <c>'320 TB'</c> is decimal (320,000,000,000,000 bytes), <c>'320 TiB'</c>
/// binary. A number is bytes; PowerShell's own <c>320TB</c> without quotes is such a number, and binary (351,843,720,888,320).
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class ByteSizeAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (value is not string text)
            return inputData!;
        string size = text.Trim();

        // A size is a rate without its second; bits are no size.
        bool isSize = size.Length > 0 && (size[^1] == 'B' || char.IsAsciiDigit(size[^1]));
        return isSize && Bandwidth.TryParse(size[^1] == 'B' ? size + "/s" : size, out long bytes)
            ? bytes
            : throw new ArgumentTransformationMetadataException(
                $"'{Views.Display.Text(text)}' is no size. Examples: '320 TB' (decimal), '320 TiB' (binary), '20GB', 20000000000 (bytes). Without quotes PowerShell reads 320TB as binary.");
    }
}
