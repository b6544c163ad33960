using System.Management.Automation;

namespace OssMigration.Parameters;

/// <summary>
/// Lets a parameter that wants a job's name take anything that carries one: a job, a report, an item, a comparison, also
/// after serialisation (a property JobName or Name).
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class JobNameAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        if (inputData is null || (inputData is PSObject { BaseObject: string } or string))
            return inputData!;
        if (inputData is object[] or string[])
            return inputData;
        PSObject bag = PSObject.AsPSObject(inputData);
        object? name = bag.Properties["JobName"]?.Value ?? bag.Properties["Name"]?.Value;
        return name is string text ? text : inputData;
    }
}
