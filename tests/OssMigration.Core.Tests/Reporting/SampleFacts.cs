using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.Manifests;
using OssMigration.Core.Reporting;
using OssMigration.Core.Reporting.Export;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Tests.Reporting;

/// <summary>The facts of a move as large as they get, made by hand.</summary>
internal static class SampleFacts
{
    private static readonly DateTimeOffset Begin = new(2026, 10, 3, 6, 30, 0, TimeSpan.Zero);

    private const int Settled = 400_000;

    /// <summary>Some 300 TiB in three weeks, twelve increments, a cut-over, the source's deletion to come; some objects left behind.</summary>
    public static ReportFacts LongMove(string hostile = "=cmd|' /C calc'!A0")
    {
        MigrationJob job = new()
        {
            Name = "photos-to-oss",
            Source = new StoreAddress { Scheme = "s3", Bucket = "photos-prod", Prefix = "raw/" },
            Destination = new StoreAddress { Scheme = "oss", Bucket = "photos-cn", Prefix = "raw/" },
            CreatedAt = Begin,
            CutoverTime = Begin.AddDays(20),
        };
        List<MigrationReport> reports = [FullRun()];
        for (int i = 1; i <= 12; i++)
            reports.Add(Increment(i + 1, Begin.AddDays(15 + (0.4 * i)), (long)(90_000 / Math.Pow(2.3, i))));
        reports.Add(Increment(14, Begin.AddDays(20.1), 41));
        ReportFacts facts = new()
        {
            MadeAt = Begin.AddDays(21),
            Status = new JobStatus(job, JobState.Finished, reports[^1]),
            Reports = reports,
            Report = reports[^1],
            IsOfOneRun = false,
            Longest = reports[0],
            Series = [.. Points(reports[0])],
            Comparisons = [Comparison(Begin.AddDays(14.6), isClean: false), Comparison(Begin.AddDays(20.3), isClean: true)],
            LifecycleRules = [new LifecycleRecord { RuleId = "ossmigration-photos", Date = Begin.AddDays(22), Deletes = new ObjectCount(Settled + 73, 320L << 40), ComparisonId = "20261023T133000Z-1a2b3c4d", SetAt = Begin.AddDays(20.5) }],
            MirrorRules = [new MirrorRecord { Prefix = "raw/", IsSet = true, At = Begin.AddDays(14.8) }, new MirrorRecord { Prefix = "raw/", IsSet = false, At = Begin.AddDays(20.45) }],
        };
        Fill(facts.Tally, hostile);
        return facts;
    }

    private static MigrationReport FullRun() => new()
    {
        JobName = "photos-to-oss",
        Run = 1,
        Status = RunStatus.CompleteWithExceptions,
        Reason = "1,204 objects were not migrated; Get-MigrationItem lists them.",
        StartedAt = Begin,
        EndedAt = Begin.AddDays(14.5),
        Duration = TimeSpan.FromDays(14.2),
        Resumes = 3,
        Listed = new ObjectCount(Settled, 318L << 40),
        Copied = new ObjectCount(Settled - 1_204, 318L << 40),
        New = new ObjectCount(Settled - 1_204, 318L << 40),
        Failed = new ObjectCount(1_204, 0),
    };

    private static MigrationReport Increment(int run, DateTimeOffset at, long copied) => new()
    {
        JobName = "photos-to-oss",
        Run = run,
        Status = RunStatus.CompleteWithExceptions,
        Reason = "71 objects were not migrated; Get-MigrationItem lists them.",
        StartedAt = at,
        EndedAt = at.AddHours(3),
        Duration = TimeSpan.FromHours(3),
        Listed = new ObjectCount(Settled + 73, 320L << 40),
        Copied = new ObjectCount(copied, copied * 3_200_000L),
        New = new ObjectCount(copied / 2, copied * 1_600_000L),
        Changed = new ObjectCount(copied - (copied / 2), copied * 1_600_000L),
        Skipped = new ObjectCount(Settled - copied, (320L << 40) - (copied * 3_200_000L) - 730_000),
        Unsupported = new ObjectCount(11, 110_000),
        NeedsRestore = new ObjectCount(52, 520_000),
        Vanished = new ObjectCount(2, 20_000),
        Failed = new ObjectCount(8, 80_000),
        FilteredOut = default,
        GoneAtSource = new ObjectCount(310, 310 << 20),
    };

    private static IEnumerable<SeriesPoint> Points(MigrationReport run)
    {
        Random chance = new(7);
        double done = 0, bytes = 0;
        for (int i = 1; i <= 230; i++)
        {
            double day = Math.Sin(i * 2 * Math.PI / 16);
            double rate = 0.7 + (0.3 * day) + (0.08 * chance.NextDouble()) - (i is > 90 and < 96 ? 0.6 : 0);
            done += rate * 1_700 * (1 + (0.4 * chance.NextDouble()));
            bytes += rate * (1.43 * (1L << 40));
            TimeSpan elapsed = run.Duration * (i / 230.0);
            DateTimeOffset at = run.StartedAt + elapsed + (i > 120 ? TimeSpan.FromHours(7) : default);
            yield return new SeriesPoint(1, at, elapsed, Settled, new ObjectCount((long)done, (long)bytes), (long)bytes, (long)bytes);
        }
    }

    private static ComparisonSummary Comparison(DateTimeOffset at, bool isClean) => new()
    {
        ComparisonId = $"{at:yyyyMMddTHHmmssZ}-1a2b3c4d",
        JobName = "photos-to-oss",
        Level = ComparisonLevel.Checksum,
        IsComplete = true,
        StartedAt = at.AddHours(-1),
        EndedAt = at,
        Listed = new ObjectCount(Settled + 73, 320L << 40),
        Same = new ObjectCount(isClean ? 100_000_007 : Settled - 2_000, 320L << 40),
        Different = new ObjectCount(isClean ? 0 : 800, 0),
        SourceOnly = new ObjectCount(isClean ? 0 : 1_204, 0),
    };

    private static void Fill(ObjectTally tally, string hostile)
    {
        Random chance = new(3);
        for (int i = 0; i < Settled; i++)
        {
            long size = (long)Math.Exp(4 + (21 * Math.Pow(chance.NextDouble(), 0.7)));
            tally.Add(new ObjectRow($"k{i:D6}", 14, new SettledEntry($"k{i:D6}", i % 97 == 0 ? 0 : size, new SourceVersion("v"), "e", 1, i % 11 == 0 ? ProofKind.FoundETag : ProofKind.ETagMd5), null));
        }

        Add(52, MigrationItemState.NeedsRestore, "NeedsRestore", "In storage class DEEP_ARCHIVE and not restored.");
        Add(11, MigrationItemState.Unsupported, "KeyNotPossible", "OSS holds no key that begins with '/'.");
        Add(8, MigrationItemState.Failed, "AccessDenied", "s3 photos-prod: GET was refused (403 AccessDenied, request 4442587FB7D0A2F9).");
        Add(2, MigrationItemState.Vanished, "Vanished", "The object was listed, but is gone at the source.");
        Add(310, MigrationItemState.GoneAtSource, "GoneAtSource", "Settled by an earlier run and no longer at the source.");

        void Add(int count, MigrationItemState state, string kind, string message)
        {
            for (int i = 0; i < count; i++)
            {
                string key = i == 0 ? hostile : $"raw/2024/10/IMG_{i:D5}-with-a-rather-long-name-as-they-come-from-cameras-and-content-management-systems.jpeg";
                MigrationItem item = new() { JobName = "photos-to-oss", Run = 14, Key = key, State = state, ErrorKind = kind, Message = message, Size = 10_000, UpdatedAt = Begin };
                tally.Add(new ObjectRow(key, 14, null, item));
            }
        }
    }
}
