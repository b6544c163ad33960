using System.Text;
using System.Text.Json;
using OssMigration.Core.Journal;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Jobs;

/// <summary>The files of one job: journal, manifest folder, lock.</summary>
internal sealed class JobFolder(string home, string name)
{
    /// <summary>The job.</summary>
    public string Name => name;

    /// <summary>The job's folder.</summary>
    public string Path { get; } = System.IO.Path.Combine(home, "jobs", name);

    /// <summary>The journal's file.</summary>
    public string Journal => System.IO.Path.Combine(Path, "journal.db");

    /// <summary>The folder of manifest segments.</summary>
    public string Manifests => System.IO.Path.Combine(Path, "manifest");

    /// <summary>Where a store that lists out of order is sorted.</summary>
    public string Scratch => System.IO.Path.Combine(Path, "scratch");

    /// <summary>The sorted object list of a job that has one; its name is of its digest.</summary>
    public string ObjectList(string digest) => System.IO.Path.Combine(Path, $"objects-{digest[..16]}.db");

    /// <summary>A file in <see cref="Scratch"/>.</summary>
    public string ScratchFile(string file) => System.IO.Path.Combine(Scratch, file);

    /// <summary>The pattern of the files that <see cref="Selection"/> names.</summary>
    public const string Selections = "selection*.db";

    /// <summary>The keys of a run that looks at a selection.</summary>
    public string Selection(int run) => System.IO.Path.Combine(Path, FormattableString.Invariant($"selection{run:D5}.db"));

    /// <summary>Whether the job exists.</summary>
    public bool Exists => JobOptionCheck.IsName(name) && File.Exists(Journal);

    private const int LockAttempts = 5;
    private static readonly TimeSpan LockDelay = TimeSpan.FromMilliseconds(100);

    private string LockFile => System.IO.Path.Combine(Path, "lock");

    /// <summary>Makes the folder with a new journal.</summary>
    /// <param name="job">The job.</param>
    /// <param name="inherit">Given the folder of manifests: brings what of another job's manifest this one begins with; null for nothing.</param>
    public void Create(MigrationJob job, Func<string, IReadOnlyList<SegmentRow>>? inherit = null)
    {
        if (Exists)
            throw new JobStateException(JobStateError.AlreadyExists, name, $"There is a job '{name}' already.");
        try
        {
            PrivateFiles.CreateFolder(Manifests);
            string pending = Journal + ".new";
            File.Delete(pending);
            JournalSchema.Create(pending, job, JsonSerializer.Serialize(job, JobJson.Options), inherit?.Invoke(Manifests) ?? []);

            // The journal appears under its name only when it is whole.
            File.Move(pending, Journal);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreErrorKind.LocalDisk, Path, $"The job's folder cannot be written: {exception.Message}", exception);
        }
    }

    /// <summary>Opens the journal for reading.</summary>
    public JournalReader Read()
    {
        if (!Exists)
            throw new JobStateException(JobStateError.NotFound, name, $"There is no job '{name}'.");
        return new JournalReader(Journal, name);
    }

    /// <summary>As <see cref="Read"/>, after every row was compared with its checksum. For what goes on from the journal, not for a look at it.</summary>
    /// <exception cref="JobStateException">The journal is damaged.</exception>
    public JournalReader ReadWhole()
    {
        JournalReader reader = Read();
        try
        {
            reader.CheckWhole();
            return reader;
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    /// <summary>Takes the job for this process.</summary>
    /// <exception cref="JobStateException">Another process has it.</exception>
    public IDisposable Lock()
    {
        try
        {
            return PrivateFiles.Open(LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (IsSharing(exception))
        {
            throw new JobStateException(JobStateError.Locked, name, $"Job '{name}' is run by another process.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreErrorKind.LocalDisk, LockFile, $"The job's lock cannot be taken: {exception.Message}", exception);
        }
    }

    /// <summary>As <see cref="Lock"/>, where the job may have to be brought here first. Makes the folder.</summary>
    /// <exception cref="JobStateException">Another process has it.</exception>
    public async Task<IDisposable> TakeAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            PrivateFiles.CreateFolder(Path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreErrorKind.LocalDisk, Path, $"The job's folder cannot be written: {exception.Message}", exception);
        }

        // Get-MigrationJob looks whether the job is locked by locking it for a moment; that moment is waited for.
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return Lock();
            }
            catch (JobStateException) when (attempt < LockAttempts)
            {
                await Task.Delay(LockDelay, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>A name by which this folder is told from one of the same job on another machine.</summary>
    public string OwnName()
    {
        string file = System.IO.Path.Combine(Path, "name");
        try
        {
            if (!File.Exists(file))
                PrivateFiles.Write(file, Encoding.ASCII.GetBytes(Guid.NewGuid().ToString("n")));
            return File.ReadAllText(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreErrorKind.LocalDisk, file, $"The job's folder cannot be written: {exception.Message}", exception);
        }
    }

    /// <summary>Whether a process has the job now.</summary>
    public bool IsLocked()
    {
        if (!File.Exists(LockFile))
            return false;
        try
        {
            Lock().Dispose();
            return false;
        }
        catch (JobStateException)
        {
            return true;
        }
        catch (StoreException)
        {
            // Who may not open the file cannot know.
            return false;
        }
    }

    // Sharing violations of Windows, EWOULDBLOCK of Linux and of macOS.
    private static bool IsSharing(IOException exception)
        => OperatingSystem.IsWindows() ? (exception.HResult & 0xFFFF) is 32 or 33 : exception.HResult is 11 or 35;

    /// <summary>Deletes everything of the job that is on this machine.</summary>
    public void Delete()
    {
        using (Lock())
        {
            // The journal goes first: without it the rest is no job any more.
            File.Delete(Journal);
        }

        Directory.Delete(Path, recursive: true);
    }

    /// <summary>The names of all jobs of a home, sorted.</summary>
    public static IReadOnlyList<string> Names(string home)
    {
        string jobs = System.IO.Path.Combine(home, "jobs");
        if (!Directory.Exists(jobs))
            return [];
        return [.. Directory.EnumerateDirectories(jobs)
            .Select(path => System.IO.Path.GetFileName(path))
            .Where(name => new JobFolder(home, name).Exists)
            .Order(StringComparer.Ordinal)];
    }
}
