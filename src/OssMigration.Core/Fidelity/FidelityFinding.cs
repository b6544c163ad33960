namespace OssMigration.Core.Fidelity;

/// <summary>Something of an object that does not arrive as it is.</summary>
/// <param name="Aspect">What.</param>
/// <param name="Effect">What becomes of it; never <see cref="FidelityEffect.Carried"/>.</param>
/// <param name="Reason">Why, and into what, in a few words.</param>
public sealed record FidelityFinding(FidelityAspect Aspect, FidelityEffect Effect, string Reason);

/// <summary>What became, or would become, of an object beyond its bytes.</summary>
/// <param name="Carried">The aspects that arrive, as bits by <see cref="FidelityAspect"/>.</param>
/// <param name="Findings">What does not arrive as it is; null for nothing.</param>
internal readonly record struct FidelityMarks(int Carried, IReadOnlyList<FidelityFinding>? Findings)
{
    /// <summary>The bit of an aspect.</summary>
    public static int Bit(FidelityAspect aspect) => 1 << (int)aspect;

    /// <summary>Whether the object is not migrated.</summary>
    public bool IsRefused => Findings?.Any(finding => finding.Effect == FidelityEffect.Refused) == true;

    /// <summary>What is counted: of an object that is not migrated nothing is carried.</summary>
    public FidelityMarks WhenCounted => Findings is not null && IsRefused ? this with { Carried = 0 } : this;

    /// <summary>Why the object is not migrated, in a sentence.</summary>
    public string WhyRefused => string.Join(" ", Findings!.Where(finding => finding.Effect == FidelityEffect.Refused).Select(finding => $"{finding.Aspect}: {finding.Reason}"));
}

/// <summary>An object as it will be written.</summary>
/// <param name="Metadata">Headers, user metadata and settings; the source's own where nothing had to be changed.</param>
/// <param name="Marks">What becomes of it.</param>
internal readonly record struct Translation(Stores.ObjectMetadata Metadata, FidelityMarks Marks);

/// <summary>The destination cannot hold the object, and the job does not want it in another form.</summary>
internal sealed class UntranslatableException(FidelityMarks marks) : Exception($"The destination cannot hold the object as the job wants it. {marks.WhyRefused}")
{
    /// <summary>What of it.</summary>
    public FidelityMarks Marks { get; } = marks;
}
