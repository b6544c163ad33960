using System.Management.Automation;
using OssMigration.Views;

namespace OssMigration.Parameters;

/// <summary>Lets a parameter that wants process ids of sandboxes take the sandboxes themselves.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class SandboxPidAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value switch
        {
            SandboxInfo sandbox => new[] { sandbox.Pid },
            object[] several when several.All(one => (one is PSObject o ? o.BaseObject : one) is SandboxInfo)
                => several.Select(one => ((SandboxInfo)(one is PSObject o ? o.BaseObject : one)).Pid).ToArray(),
            _ => inputData!,
        };
    }
}
