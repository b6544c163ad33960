using System.Management.Automation;
using OssMigration.Core.Throttling;

namespace OssMigration.Parameters;

/// <summary>
/// Lets a parameter that wants bytes a second take the words links are sold in: <c>200Mbps</c> (decimal bits),
/// <c>25MB/s</c> (decimal bytes), <c>24MiB/s</c> (binary bytes). A plain number is bytes a second.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class BandwidthAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (value is not string text)
            return inputData!;
        return Bandwidth.TryParse(text, out long bytes)
            ? bytes
            : throw new ArgumentTransformationMetadataException(
                $"'{Views.Display.Text(text)}' is no rate. Examples: 200Mbps, 1.5Gbit/s, 25MB/s, 24MiB/s, 26214400 (bytes a second), 0 (no limit).");
    }
}
