using System.Globalization;
using System.Management.Automation;
using System.Text;
using System.Text.Json;
using OssMigration.ModuleTests.Support;
using Record = System.Management.Automation.InformationalRecord;

namespace OssMigration.ModuleTests;

/// <summary>
/// Objects with keys that forge lines go through every cmdlet that meets keys, with every outcome that an object can have: each message is one line,
/// nothing in it acts on a terminal, no file that is read as text can be forged, and the keys themselves stay what they are.
/// </summary>
public sealed class ForgedKeyTests : IDisposable
{
    // What becomes of the objects below each of these prefixes.
    private static readonly string[] Fates = ["copied/", "denied/", "vanished/", "busy/", "taken/", "refused/", "archived/", "gone/", "/slash/"];

    private readonly string _folder = Directory.CreateTempSubdirectory("forged-keys-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void No_line_of_any_stream_and_no_file_of_a_job_is_forged_by_a_key()
    {
        using SandboxSession session = new();
        Ear ear = new(session);
        using OpenBucket source = new(session, "forged");
        string[] keys = [.. Fates.SelectMany(fate => ForgedKeys.All.Select(key => fate + key))];
        foreach (string key in keys)
            source.Write(key, key);
        foreach (string key in keys.Where(key => key.StartsWith("archived/", StringComparison.Ordinal)))
            source.Archive(key);
        string job = NewJob(session, source.Name);
        Plan(session, "s3", "GetObject", "denied/", 403, "AccessDenied");
        Plan(session, "s3", "GetObject", "vanished/", 404, "NoSuchKey");
        Plan(session, "s3", "GetObject", "busy/", 503, "SlowDown", ForgedKeys.All.Count);
        Plan(session, "oss", "PutObject", "taken/", 409, "FileAlreadyExists");
        Plan(session, "oss", "PutObject", "refused/", 400, "InvalidArgument");

        ear.Hear($"Start-OssMigration {job} -WhatIf");
        ear.Hear($"Start-OssMigration {job} -MaximumError 1000");
        Assert.True(session.AllFaultsFired());
        string[] states = [.. session.Run($"(Get-MigrationItem {job} -Run 1).State").Succeeded().Output.Select(state => state.ToString()).Distinct()];
        Assert.Superset(new HashSet<string>(["DeletedAtDestination", "Failed", "NeedsRestore", "Unsupported", "Vanished"]), states.ToHashSet());
        foreach (string key in keys)
            source.Write(key, key + " changed");
        ear.Hear($"Start-OssMigration {job} -FailedOnly -MaximumError 1000");
        ear.Hear($"Get-MigrationItem {job} -State Failed | Start-OssMigration -MaximumError 1000");
        OverwriteAtDestination(session, ear);
        foreach (string key in keys.Where(key => key.StartsWith("gone/", StringComparison.Ordinal)))
            source.Delete(key);
        ear.Hear($"Start-OssMigration {job} -MaximumError 1000 -RemoveDeleted -MaximumRemoved 1000 -Confirm:$false");
        foreach (string cmdlet in Looks)
            ear.Hear(cmdlet.Replace("JOB", job, StringComparison.Ordinal).Replace("FOLDER", _folder, StringComparison.Ordinal), ("keys", keys));

        string[] exact = [.. session.Run($"(Get-MigrationItem {job}).Key").Succeeded().Output.Select(key => (string)key.BaseObject).Distinct()];
        Assert.All(ForgedKeys.All, key => Assert.Contains("denied/" + key, exact));
        ear.AssertHeard("Verbose", "Information", "Warning", "Error", "Category", "Exception", "Host", "Progress");
        AssertExports(exact);
        AssertFiles(Path.Combine(TestProcess.Home, "jobs", job));
        AssertFiles(_folder);
    }

    [Fact]
    public void What_a_list_holds_forges_no_line_whether_it_is_understood_or_not()
    {
        using SandboxSession session = new();
        Ear ear = new(session);
        foreach (string text in ForgedKeys.All)
        {
            string field = text.Replace("\"", "\"\"", StringComparison.Ordinal);
            string key = JsonSerializer.Serialize(text);
            foreach (string list in (string[])[
                $"\"{field}\"\nk\n", $"Key,Size\nk,\"{field}\"\n", $"Bucket,Key\n\"{field}\",k\n", $"Key\n\"{field}\"\n\"unended {field}",
                $$"""{"sourceBucket":{{key}},"fileFormat":"CSV","fileSchema":"Bucket, Key","files":[]}""",
                $$"""{"sourceBucket":"source","fileFormat":{{key}},"fileSchema":"Bucket, Key","files":[]}""",
                $$"""{"sourceBucket":"source","fileFormat":"CSV","fileSchema":"Bucket, Key","files":[{"key":{{key}},"size":1}]}"""])
            {
                string file = Path.Combine(_folder, list[0] == '{' ? "list.json" : "list.csv");
                File.WriteAllText(file, list);
                Assert.NotNull(ear.Hear($"New-MigrationJob {Session.NewJobName()} $sandbox.Source $sandbox.Destination -ObjectList '{file}'").ErrorId);
            }

            Assert.NotNull(ear.Hear($"[pscustomobject] @{{ Key = 'k'; Size = $text }} | New-MigrationJob {Session.NewJobName()} $sandbox.Source $sandbox.Destination", ("text", text)).ErrorId);
        }

        string name = Session.NewJobName();
        ear.Hear($"$keys | ForEach-Object {{ [pscustomobject] @{{ Key = $_ }} }} | New-MigrationJob {name} $sandbox.Source $sandbox.Destination", ("keys", ForgedKeys.All));
        ear.Hear($"Start-OssMigration {name} -MaximumError 1000");

        ear.AssertHeard("Error", "Exception", "Host");
        string[] keys = [.. session.Run($"(Get-MigrationItem {name} -State Vanished).Key").Succeeded().Output.Select(key => (string)key.BaseObject)];
        Assert.Equal(ForgedKeys.All.Order(StringComparer.Ordinal), keys.Order(StringComparer.Ordinal));
    }

    // What is asked before a source is deleted or a rule changed is read most carefully of all.
    [Fact]
    public void A_prefix_forges_no_rule_no_policy_and_no_question()
    {
        using SandboxSession session = new();
        Ear ear = new(session);
        using OpenBucket source = new(session, "prefixes");
        int set = 0;
        foreach (string prefix in ForgedKeys.All)
        {
            string job = Session.NewJobName();
            source.Write($"{prefix}/a", "content");
            session.Run(
                "$address = New-MigrationAddress \"s3://prefixes/$prefix/\" -Endpoint $sandbox.S3Endpoint -Region $sandbox.S3Region -Credential $sandbox.S3Credential; "
                + $"$to = New-MigrationAddress oss://destination/{job}/ -Endpoint $sandbox.OssEndpoint -Region $sandbox.OssRegion -Credential $sandbox.OssCredential", ("prefix", prefix)).Succeeded();
            ear.Hear("$address");
            ear.Hear("Test-MigrationAddress $address; Test-MigrationAddress $address -Detailed");
            ear.Hear("New-OssMigrationPolicy -Source $address -Destination $sandbox.Destination");
            foreach (PSObject policy in session.Run("(New-OssMigrationPolicy -Source $address).Json").Succeeded().Output)
                Assert.Empty($"{policy}".Split('\n').SelectMany(line => ForgedKeys.Found("a policy", line.TrimEnd('\r'))));
            ear.Hear($"New-MigrationJob {job} $address $to -WhatIf; New-MigrationJob {job} $address $to");
            ear.Hear($"Start-OssMigration {job} -WhatIf; Start-OssMigration {job}; Get-MigrationJob {job}");
            ear.Hear($"Set-OssMirrorRule {job} -Prefix \"$prefix/\" -ReplacePrefixWith \"$prefix/\" -OriginCredential $sandbox.S3Credential -PassThru; Get-OssMirrorRule {job}; Remove-OssMirrorRule {job} -Prefix \"$prefix/\" -WhatIf", ("prefix", prefix));
            ear.Hear($"Remove-OssMirrorRule {job} -Prefix \"$prefix/\"", ("prefix", prefix));
            ear.Hear($"Set-MigrationJob {job} -CutoverTime ([DateTimeOffset]::UtcNow); $global:proof = Compare-MigrationData {job} -Summary; $proof; $proof | Set-SourceLifecycle -AcceptMirrorRule -WhatIf; $proof | Set-SourceLifecycle -AcceptMirrorRule");
            source.Write($"{prefix}/late", "late");
            ear.Hear($"Get-SourceLifecycle {job} -CheckLateWrites; $proof | Set-SourceLifecycle -Confirm:$false");
            set += session.Run($"Get-SourceLifecycle {job} -All").Output.Count;
            ear.Hear($"Remove-SourceLifecycle {job}; Remove-MigrationJob {job} -WhatIf");
        }

        ear.AssertHeard("Error", "Warning", "Host", "Progress");
        Assert.NotEmpty(session.Session.Host.Questions);
        Assert.InRange(set, 5, ForgedKeys.All.Count);
    }

    // Names of files may hold anything but a slash and a zero; keys of OSS do not begin with a backslash, so each is an error.
    [Fact]
    public void The_Shell_shows_no_line_that_a_key_forged()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Names of files hold no control characters there.");
        string source = Directory.CreateDirectory(Path.Combine(_folder, "source")).FullName;
        foreach (string key in ForgedKeys.All)
            File.WriteAllText(Path.Combine(source, "\\" + key.Replace('/', ':')), "content");
        string script = Path.Combine(_folder, "forged.ps1");
        File.WriteAllText(script, """
            param($folder)
            $sandbox = Start-MigrationSandbox -SourceFolder $folder
            try {
                $null = New-MigrationJob forged $sandbox.Source $sandbox.Destination
                Start-OssMigration forged -MaximumError 1000 -Verbose
                Get-MigrationItem forged
                Compare-MigrationData forged
            }
            finally {
                $sandbox | Stop-MigrationSandbox
            }
            """);

        ShellRun run = ShellRun.Of([script, source], ("OSSMIGRATION_HOME", Path.Combine(_folder, "home")));

        Assert.True(run.Output.Contains(@"\u001B", StringComparison.Ordinal), run.ToString());
        Assert.True(run.Error.Contains(@"\u001B", StringComparison.Ordinal), run.ToString());
        Assert.All((run.Output + "\n" + run.Error).Split('\n'), line =>
        {
            Assert.Empty(ForgedKeys.Found("the Shell", line.TrimEnd('\r')));
            Assert.False(line.StartsWith(ForgedKeys.Line, StringComparison.Ordinal), line);
        });
    }

    // After the runs; every one meets the keys or what was kept of them.
    private static readonly string[] Looks =
    [
        "Compare-MigrationData JOB -IncludeSame",
        "Compare-MigrationData JOB -Level Content | Start-OssMigration -MaximumError 1000",
        "Compare-MigrationData JOB -Summary",
        "Compare-MigrationData JOB -Summary | Set-SourceLifecycle -Confirm:$false",
        "Get-MigrationItem JOB",
        "Get-MigrationItem JOB | Start-OssMigration -Job other",
        "Get-MigrationReport JOB",
        "Get-MigrationJob JOB",
        "Measure-OssMigration -Job JOB -Fidelity -Detailed",
        "Test-OssCutover JOB -WritesStoppedAt ([DateTimeOffset]::UtcNow) -SkipMirror",
        "Wait-OssCutover JOB -WritesStoppedAt ([DateTimeOffset]::UtcNow) -SkipMirror -Timeout 00:00:01 -Interval 00:00:01",
        "Set-OssMirrorRule JOB -OriginCredential $sandbox.S3Credential -PassThru",
        "foreach ($key in $keys) { Test-OssMirrorRule JOB -Key $key -Timeout 00:00:02 }",
        "foreach ($key in $keys) { Test-OssCutover JOB -WritesStoppedAt ([DateTimeOffset]::UtcNow) -ProbeKey $key }",
        "Export-MigrationReport JOB FOLDER/report.csv -PassThru",
        "Export-MigrationReport JOB FOLDER/report.html -PassThru",
        "Export-MigrationReport JOB FOLDER/report.json -PassThru",
        "Export-MigrationReport JOB FOLDER/report.json",
    ];

    private static void Plan(SandboxSession session, string side, string operation, string keyPrefix, int status, string code, int times = -1)
        => session.Plan(new { side, operation, keyPrefix, times, kind = "status", status, code });

    private static string NewJob(SandboxSession session, string bucket, string parameters = "")
    {
        string name = Session.NewJobName();
        session.Run($"New-MigrationJob {name} (New-MigrationAddress s3://{bucket} -Endpoint $sandbox.S3Endpoint -Region $sandbox.S3Region -Credential $sandbox.S3Credential) $sandbox.Destination {parameters}").Single();
        return name;
    }

    // Another job writes what only the destination has, and in place of what the first one wrote.
    private static void OverwriteAtDestination(SandboxSession session, Ear ear)
    {
        using OpenBucket other = new(session, "others");
        foreach (string key in ForgedKeys.All)
        {
            other.Write("extra/" + key, "extra");
            other.Write("copied/" + key, "the business");
        }

        ear.Hear($"Start-OssMigration {NewJob(session, other.Name, "-Overwrite Always")}");
    }

    private void AssertExports(string[] keys)
    {
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder, "report.json")));
        string?[] told = [.. report.RootElement.GetProperty("exceptions").EnumerateArray().Select(one => one.GetProperty("key").GetString())];
        Assert.Superset(keys.ToHashSet(), told.OfType<string>().ToHashSet());
        Assert.DoesNotContain("<script>alert", File.ReadAllText(Path.Combine(_folder, "report.html")), StringComparison.OrdinalIgnoreCase);
        foreach (string file in Directory.EnumerateFiles(_folder, "*.csv"))
            Assert.All(File.ReadAllLines(file), line => Assert.False(line.Length > 0 && "=+-@".Contains(line.TrimStart('\ufeff', '"')[0], StringComparison.Ordinal), line));
    }

    // A line feed is the file's own; what would follow a key's is looked for.
    private static void AssertFiles(string folder)
    {
        int read = 0;
        foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            if (TextOf(file) is not { } text)
                continue;
            read++;
            Assert.All(text.Split('\n'), line =>
            {
                Assert.Empty(ForgedKeys.Found(file, line.TrimEnd('\r')));
                Assert.False(line.StartsWith(ForgedKeys.Line, StringComparison.Ordinal), file);
            });
        }

        Assert.NotEqual(0, read);
    }

    private static string? TextOf(string file)
    {
        byte[] bytes = File.ReadAllBytes(file);
        if (bytes.AsSpan().StartsWith("SQLite format 3\0"u8))
            return null;
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes).TrimStart('\ufeff');
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>Runs scripts and takes down every line that they write for a reader.</summary>
    private sealed class Ear(SandboxSession session)
    {
        private readonly List<(string Stream, string Where, string? Text)> _lines = [];

        /// <summary>Runs a script with all streams on.</summary>
        public Outcome Hear(string script, params (string Name, object? Value)[] variables)
        {
            int before = session.Session.Host.Text.Length;
            Outcome outcome = session.Run("$VerbosePreference = $DebugPreference = $InformationPreference = 'Continue'; & { " + script + " } *>&1", variables);
            TakeHost(script, session.Session.Host.Text[before..]);
            foreach (object one in outcome.Output.Select(one => one.BaseObject).Concat(outcome.Errors).Append(outcome.Terminating!))
                Take(script, one);
            List<PSObject> shown = [.. outcome.Output.Concat([.. outcome.Errors.Append(outcome.Terminating).OfType<ErrorRecord>().Select(PSObject.AsPSObject)])];
            foreach (string view in (string[])["ConciseView", "NormalView", "CategoryView"])
                TakeHost(script, session.Session.Show($"$PSStyle.OutputRendering = 'PlainText'; $ErrorView = '{view}'; $shown | ForEach-Object {{ $_ }}", ("shown", shown)));
            return outcome;
        }

        /// <summary>Fails the test where a line could act, or a stream was silent.</summary>
        /// <param name="streams">Those that must have said something.</param>
        public void AssertHeard(params string[] streams)
        {
            foreach (ProgressRecord progress in session.Session.Host.Progress)
            {
                foreach (string? text in (string?[])[progress.Activity, progress.StatusDescription, progress.CurrentOperation])
                    _lines.Add(("Progress", "", text));
            }

            foreach (string question in session.Session.Host.Questions)
                TakeHost("a question", question);
            string[] found = [.. _lines.SelectMany(line => ForgedKeys.Found($"{line.Stream}, {line.Where}", line.Text)).Distinct()];
            foreach (IGrouping<string, (string Stream, string Where, string? Text)> stream in _lines.GroupBy(line => line.Stream))
                TestContext.Current.TestOutputHelper!.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{stream.Key}: {stream.Count():N0} lines, {stream.Count(line => line.Text!.Contains(@"\u", StringComparison.Ordinal)):N0} with a forged key"));
            Assert.True(found.Length == 0, $"{found.Length}:\n{string.Join('\n', found.GroupBy(line => line.Split(':')[0]).SelectMany(where => where.Take(3)))}");
            Assert.Superset(streams.ToHashSet(), _lines.Select(line => line.Stream).ToHashSet());
        }

        // A host's lines are the views' own; one that a key began is made to fail.
        private void TakeHost(string script, string text)
        {
            foreach (string line in text.Split('\n').Select(line => line.TrimEnd('\r')))
                _lines.Add(("Host", script, line.StartsWith(ForgedKeys.Line, StringComparison.Ordinal) ? line + "\n" : line));
        }

        private void Take(string script, object? one)
        {
            switch (one)
            {
                case Record record:
                    _lines.Add((record.GetType().Name.Replace("Record", "", StringComparison.Ordinal), script, record.Message));
                    break;
                case InformationRecord information:
                    _lines.Add(("Information", script, information.ToString()));
                    break;
                case ErrorRecord error:
                    Take(script, error);
                    break;
                default:
                    break;
            }
        }

        private void Take(string script, ErrorRecord error)
        {
            foreach (string? text in (string?[])[error.ToString(), error.ErrorDetails?.Message, error.ErrorDetails?.RecommendedAction])
                _lines.Add(("Error", script, text ?? ""));
            foreach (string text in (string[])[error.CategoryInfo.ToString(), error.CategoryInfo.TargetName])
                _lines.Add(("Category", script, text));
            for (Exception? exception = error.Exception; exception is not null; exception = exception.InnerException)
                _lines.Add(("Exception", script, exception.Message));
        }
    }
}
