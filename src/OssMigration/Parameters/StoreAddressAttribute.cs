using System.Management.Automation;
using OssMigration.Core.Stores;
using OssMigration.Stores;

namespace OssMigration.Parameters;

/// <summary>Lets a parameter that wants an address take a URI such as <c>s3://bucket/prefix</c> as well.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class StoreAddressAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (value is StoreAddress)
            return value;
        string? text = value switch
        {
            string s => s,
            Uri uri => uri.OriginalString,
            _ => null,
        };
        if (text is null)
            return inputData!;
        try
        {
            return StoreAddressParser.Parse(text);
        }
        catch (ArgumentException e)
        {
            throw new ArgumentTransformationMetadataException(Errors.Sentence(e), e);
        }
    }
}
