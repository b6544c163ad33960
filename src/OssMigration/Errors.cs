using System.Management.Automation;
using OssMigration.Cluster;
using OssMigration.Core.Cutover;
using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Credentials;
using OssMigration.Sandboxes;
using OssMigration.Views;

namespace OssMigration;

/// <summary>
/// Makes every error record of the module. The ids are contract, scripts and tests branch on them: <c>Store*</c> for what a
/// store refused (the word is the <see cref="StoreErrorKind"/>), <c>Job*</c> for a job that cannot be used
/// (<see cref="JobStateError"/>), <c>JobOptionsInvalid</c>, <c>Object*</c> for one object of a run
/// (<see cref="MigrationItemState"/>), <c>Run*</c>, <c>JobBase*</c>, <c>State*</c>, <c>Mirror*</c>, <c>Cutover*</c> and <c>Lifecycle*</c> for what is refused on
/// safety's behalf, <c>Bucket*</c>, <c>Policy*</c> and <c>Forecast*</c> for a preparation that cannot be made (<see cref="RefusedException"/>),
/// <c>Cluster*</c> for a machine that cannot take part in a job of many, <c>Queue*</c> for a broker that cannot be used (<see cref="QueueProblem"/>),
/// <c>CredentialNeeded</c>, <c>Sandbox*</c>, <c>ArgumentInvalid</c>, <c>LocalDisk</c>, <c>Unexpected</c>.
/// </summary>
internal static class Errors
{
    /// <summary>The record for an exception.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="target">What the user named; used where the exception does not know better.</param>
    public static ErrorRecord From(Exception exception, object? target) => exception switch
    {
        StoreException e => Record(e, "Store" + e.Kind, CategoryOf(e.Kind), e.Key is null ? e.Store : e.Key, e.Describe(), AdviceFor(e.Kind)),
        JobOptionException e => Record(e, "JobOptionsInvalid", ErrorCategory.InvalidArgument, target, e.Message),
        JobStateException e => Record(e, "Job" + e.Error, CategoryOf(e.Error), e.JobName, e.Message),
        CredentialNeededException e => Record(e, "CredentialNeeded", ErrorCategory.AuthenticationError, e.Address.Uri, e.Message),
        RefusedException { ErrorId: "StateLeaseHeld" } e => Record(e, e.ErrorId, ErrorCategory.ResourceBusy, target, e.Reason, e.Mend),
        RefusedException e => Record(e, e.ErrorId, ErrorCategory.InvalidOperation, target, e.Reason, e.Mend),
        CutoverTimeoutException e => Record(e, "CutoverTimeout", ErrorCategory.OperationTimeout, e.Last ?? target, e.Message),
        QueueException e => Record(e, "Queue" + e.Problem, CategoryOf(e.Problem), target, e.Message),
        SandboxException e => Record(e, "Sandbox" + e.Problem, ErrorCategory.NotInstalled, target, e.Message),
        ArgumentException e => Record(e, "ArgumentInvalid", ErrorCategory.InvalidArgument, target, Sentence(e)),
        UnauthorizedAccessException e => Record(e, "LocalDisk", ErrorCategory.PermissionDenied, target, e.Message),
        IOException e => Record(e, "LocalDisk", ErrorCategory.WriteError, target, e.Message),
        OperationCanceledException e => Record(e, "Stopped", ErrorCategory.OperationStopped, target, "The operation was stopped."),
        _ => Record(exception, "Unexpected", ErrorCategory.NotSpecified, target, exception.Message),
    };

    /// <summary>The record for one object that a run did not migrate.</summary>
    public static ErrorRecord From(MigrationItem item)
    {
        string text = $"{item.Key}: {item.State} ({item.ErrorKind}). {item.Message}";
        return Record(new MigrationItemException(Display.Text(text)), "Object" + item.State, CategoryOf(item), item, text);
    }

    /// <summary>What an argument error says, without the name of a parameter that the user never saw.</summary>
    public static string Sentence(ArgumentException exception)
        => exception.Message.Replace($" (Parameter '{exception.ParamName}')", "", StringComparison.Ordinal);

    private static ErrorRecord Record(Exception exception, string id, ErrorCategory category, object? target, string text, string? advice = null)
    {
        ErrorDetails details = new(Display.Text(text));
        if (advice is not null)
            details.RecommendedAction = advice;
        ErrorRecord record = new(exception, id, category, target) { ErrorDetails = details };

        // PowerShell makes it of the target, and shows it in NormalView and CategoryView.
        record.CategoryInfo.TargetName = Display.Text((target as MigrationItem)?.Key ?? target?.ToString());
        return record;
    }

    private static ErrorCategory CategoryOf(StoreErrorKind kind) => kind switch
    {
        StoreErrorKind.ServerError or StoreErrorKind.Network or StoreErrorKind.NoSuchUpload => ErrorCategory.ConnectionError,
        StoreErrorKind.Throttled => ErrorCategory.LimitsExceeded,
        StoreErrorKind.Integrity or StoreErrorKind.DigestMismatch or StoreErrorKind.Changed or StoreErrorKind.Listing => ErrorCategory.InvalidData,
        StoreErrorKind.NotFound or StoreErrorKind.NoSuchBucket => ErrorCategory.ObjectNotFound,
        StoreErrorKind.AlreadyExists => ErrorCategory.ResourceExists,
        StoreErrorKind.NeedsRestore => ErrorCategory.ResourceUnavailable,
        StoreErrorKind.AccessDenied => ErrorCategory.PermissionDenied,
        StoreErrorKind.Credential or StoreErrorKind.ClockSkew => ErrorCategory.AuthenticationError,
        StoreErrorKind.WrongRegion or StoreErrorKind.InvalidRequest => ErrorCategory.InvalidArgument,
        StoreErrorKind.NotSupported => ErrorCategory.NotImplemented,
        StoreErrorKind.LocalDisk => ErrorCategory.WriteError,
        _ => ErrorCategory.NotSpecified,
    };

    private static ErrorCategory CategoryOf(JobStateError error) => error switch
    {
        JobStateError.NotFound or JobStateError.NothingThere => ErrorCategory.ObjectNotFound,
        JobStateError.AlreadyExists => ErrorCategory.ResourceExists,
        JobStateError.Locked => ErrorCategory.ResourceBusy,
        JobStateError.OtherJob or JobStateError.OtherVersion => ErrorCategory.InvalidOperation,
        _ => ErrorCategory.InvalidData,
    };

    private static ErrorCategory CategoryOf(QueueProblem problem) => problem switch
    {
        QueueProblem.LoginRefused or QueueProblem.NotTrusted => ErrorCategory.AuthenticationError,
        QueueProblem.NoVirtualHost => ErrorCategory.ObjectNotFound,
        QueueProblem.PermissionMissing => ErrorCategory.PermissionDenied,
        QueueProblem.NoQuorumQueues => ErrorCategory.NotImplemented,
        _ => ErrorCategory.ConnectionError,
    };

    private static ErrorCategory CategoryOf(MigrationItem item) => item.State switch
    {
        MigrationItemState.Conflict => ErrorCategory.ResourceExists,
        MigrationItemState.Unsupported => ErrorCategory.InvalidArgument,
        MigrationItemState.NeedsRestore => ErrorCategory.ResourceUnavailable,
        MigrationItemState.Vanished or MigrationItemState.DeletedAtDestination => ErrorCategory.ObjectNotFound,
        _ => Enum.TryParse(item.ErrorKind, out StoreErrorKind kind) ? CategoryOf(kind) : ErrorCategory.WriteError,
    };

    private static string? AdviceFor(StoreErrorKind kind) => kind switch
    {
        StoreErrorKind.Credential => "Test-MigrationAddress checks a key before a job uses it.",
        StoreErrorKind.WrongRegion => "Make the address again with the region that the store names.",
        StoreErrorKind.ClockSkew => "Set the clock of this machine.",
        StoreErrorKind.NoSuchBucket => "Create the bucket, or correct the address.",
        _ => null,
    };
}

/// <summary>An object that a run did not migrate, as the exception of an error record.</summary>
/// <param name="message">Key, state and reason, without control characters.</param>
public sealed class MigrationItemException(string message) : Exception(message);
