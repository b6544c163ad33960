using OssMigration.Core.Reporting;

namespace OssMigration.Core.Fidelity;

/// <summary>How many objects have one effect on one aspect.</summary>
/// <param name="Aspect">What.</param>
/// <param name="Effect">What becomes of it.</param>
/// <param name="Count">The objects and their listed bytes. An object counts once for each effect on each aspect.</param>
public sealed record FidelityCount(FidelityAspect Aspect, FidelityEffect Effect, ObjectCount Count);

/// <summary>What was foreseen of one aspect and effect, beside what happened.</summary>
/// <param name="Aspect">What.</param>
/// <param name="Effect">What became of it.</param>
/// <param name="Happened">The objects that the run copied, or refused for it.</param>
/// <param name="Foreseen">What the job's last forecast has; null where there is none that looked at the aspect.</param>
public sealed record FidelityTotal(FidelityAspect Aspect, FidelityEffect Effect, ObjectCount Happened, ObjectCount? Foreseen);

/// <summary>An object that did not arrive as it was.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Findings">What of it, and why.</param>
public sealed record ChangedObject(string Key, IReadOnlyList<FidelityFinding> Findings);
