using System.Management.Automation;
using System.Xml.Linq;
using OssMigration.ModuleTests.Support;

namespace OssMigration.ModuleTests;

public sealed class FormatTests
{
    private const string Key = "dir/\u001b[31mred\u0007 \u202ename.jpg";

    private static readonly Dictionary<string, string> Samples = new()
    {
        ["Stores.StoreAddress"] = """{"Scheme":"s3","Bucket":"bucket","Prefix":"p\u001b[2J/","Region":"us-east-1"}""",
        ["Jobs.AddressCheck"] = """{"Address":{"Scheme":"s3","Bucket":"bucket"},"IsReachable":true,"CanList":false,"Problems":["It may not be listed.\u001b[2J"],"Warnings":["Mind."]}""",
        ["Reporting.MigrationReport"] = """
            {"JobName":"photos","Run":2,"Status":"CompleteWithExceptions","Reason":"1 object failed.","Duration":"1.02:03:04","Resumes":1,
             "Listed":{"Objects":4907,"Bytes":650000000},"Copied":{"Objects":4906,"Bytes":649000000},"Failed":{"Objects":1,"Bytes":1000000},
             "DestinationOnly":{"Objects":3,"Bytes":1},"Shared":{"Workers":4,"Slices":100},"SourceUsage":{"Requests":5000,"BytesRead":649000000},"DestinationUsage":{"Requests":1,"BytesWritten":5}}
            """,
        ["Preparation.Forecast"] = """
            {"Summary":"320 TB: 200 Mbit/s needs 148 days.","Arithmetic":["One step.","Another."],"Objects":100000000,"Bytes":320000000000000,"BytesPerSecond":25000000,
             "Duration":"148.03:33:20","ArrivingBytes":3000000000000,"CutoverAt":"2026-06-01T00:00:00Z","Requests":{"SourceLists":1,"SourceReads":2,"DestinationLists":3,"DestinationWrites":4}}
            """,
        ["Fidelity.FidelityForecast"] = """
            {"JobName":"photos","At":"2026-06-01T00:00:00Z","ReadsHeaders":true,"Listed":{"Objects":4907,"Bytes":650000000},"Copied":{"Objects":4906,"Bytes":649000000},"Unsupported":{"Objects":1,"Bytes":1000000},"NeedsRestore":{"Objects":1,"Bytes":1000000},"RestoreByClass":{"GLACIER":{"Objects":1,"Bytes":1000000}},
             "Totals":[{"Aspect":"Metadata","Effect":"Changed","Count":{"Objects":7,"Bytes":70}},{"Aspect":"Tags","Effect":"Dropped","Count":{"Objects":1,"Bytes":1}},{"Aspect":"Acl","Effect":"Carried","Count":{"Objects":1,"Bytes":1}},{"Aspect":"Key","Effect":"Refused","Count":{"Objects":1,"Bytes":1}}]}
            """,
        ["Fidelity.FidelityForecastItem"] = """{"JobName":"photos","Key":"KEY","Size":1536,"Effect":"Changed","Carried":["Headers"],"Findings":[{"Aspect":"Metadata","Effect":"Changed","Reason":"The name '\u001b[2J' has other characters."}]}""",
        ["Preparation.MigrationPolicy"] = """
            {"For":"Source","Dialect":"IAM","Address":{"Scheme":"s3","Bucket":"bucket","Prefix":"p\u001b[2J/"},"Steps":["Migrate"],"Remarks":["Mind."],
             "Statements":[{"Actions":["s3:GetObject"],"Resources":["arn:aws:s3:::bucket/p\u001b[2J/*"]}]}
            """,
        ["Reporting.MigrationItem"] = """{"JobName":"photos","Run":2,"Key":"KEY","State":"Failed","ErrorKind":"AccessDenied","Message":"It was\nrefused.","Size":1536}""",
        ["Reporting.ComparisonItem"] = """{"ComparisonId":"c","Key":"KEY","Status":"Different","Reason":"sizes differ","SourceSize":1536,"DestinationSize":null}""",
        ["Reporting.ComparisonSummary"] = """{"ComparisonId":"c","JobName":"photos","IsComplete":true,"Listed":{"Objects":2,"Bytes":3072},"Same":{"Objects":2,"Bytes":3072}}""",
        ["Cutover.CutoverReadiness"] = """{"JobName":"photos","CheckedAt":"2026-06-01T12:00:00Z","Conditions":[{"Subject":"StaleObjects","State":"NotMet","Evidence":"'KEY\u001b[2J' is stale.","Mend":"Run again."},{"Subject":"FullRun","State":"Met","Evidence":"Run 3 ended."}]}""",
        ["Cutover.CutoverCondition"] = """{"Subject":"StaleObjects","State":"NotMet","Evidence":"'\u001b[2J' is stale.","Mend":"Run again."}""",
        ["Lifecycle.SourceLifecycleRule"] = """{"JobName":"photos","RuleId":"ossmigration-photos","IsOurs":true,"Prefix":"p\u001b[2J/","Date":"2026-06-02T00:00:00Z","Status":"Enabled","Objects":4907,"Bytes":650000000}""",
        ["Mirroring.MirrorTest"] = """{"Cause":"NothingToFetch","Message":"Nothing is missing.","Advice":"Name a key.","Key":"KEY","Bytes":1536,"Duration":"00:00:01","TestedAt":"2026-06-01T12:00:00Z"}""",
        ["Reporting.ObjectCount"] = """{"Objects":4907,"Bytes":650000000}""",
        ["Cluster.MigrationWorker"] = """{"Worker":"host-1\u001b[2J","JobName":"photos","HostName":"host","ProcessId":1,"Version":"0.1.0","State":"Working","StartedAt":"2026-06-01T00:00:00Z","LastHeardAt":"2026-06-01T00:00:00Z","Message":"Waiting.","MaxBytesPerSecond":5,"MaxObjectsPerSecond":7}""",
        ["Cluster.WorkerSummary"] = """{"Worker":"host-1\u001b[2J","JobName":"photos","Slices":3,"Objects":4907,"BytesWritten":1536,"Duration":"01:02:03","Reason":"The job has ended."}""",
        ["Reporting.StoreUsage"] = """{"Requests":5000,"Retries":3,"BytesRead":1536,"BytesWritten":0}""",
    };

    public static TheoryData<string> Types => [.. Samples.Keys];

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_column_and_line_of_every_view_of_a_type_has_a_value_without_error(string type)
    {
        using Session session = new();
        object sample = Sample(session, type);
        XElement[] views = [.. Views().Where(view => TypeOf(view) == LoadedTypes.NameOf(type))];

        Assert.Equal(["ListControl", "TableControl"], views.Select(ControlOf).Order(StringComparer.Ordinal));
        AssertAllEvaluate(session, views, sample);
    }

    // PowerShell shows what follows an object of another type without any view.
    [Theory]
    [MemberData(nameof(Types))]
    public void An_output_after_one_of_another_type_is_shown_by_a_few_properties(string type)
    {
        using Session session = new();
        PSObject sample = PSObject.AsPSObject(Sample(session, type));

        string[] shown = session.Show("Get-Command Get-Help; $sample | ForEach-Object { $_ }", ("sample", sample)).Split('\n');

        Assert.InRange(shown.Count(line => line.Contains(" : ", StringComparison.Ordinal)), 1, 16);
        Assert.DoesNotContain(shown, line => line.Contains(" { ", StringComparison.Ordinal) && !line.Contains("Json", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void An_output_keeps_its_properties_through_serialisation(string type)
    {
        using Session session = new();
        PSObject before = PSObject.AsPSObject(Sample(session, type));

        PSObject after = PSObject.AsPSObject(PSSerializer.Deserialize(PSSerializer.Serialize(before)));

        Assert.Equal($"Deserialized.{LoadedTypes.NameOf(type)}", after.TypeNames[0]);
        Assert.Equal(before.Properties.Select(property => property.Name), after.Properties.Select(property => property.Name));
        foreach (PSPropertyInfo property in before.Properties.Where(property => property.Value is string or long or int or bool or double or TimeSpan or null))
            Assert.Equal(property.Value, after.Properties[property.Name].Value);
        foreach (PSPropertyInfo property in before.Properties.Where(property => property.Value is DateTimeOffset))
            Assert.Equal(property.Value, LanguagePrimitives.ConvertTo<DateTimeOffset>(after.Properties[property.Name].Value));
    }

    [Fact]
    public void The_views_of_the_modules_own_types_have_values_without_error()
    {
        using SandboxSession session = new();
        session.NewJob("-Include 'a*' -MaximumSize 5MB -MaxBandwidth 1MB/s");

        object job = session.Run("Get-MigrationJob").Succeeded().Output[0].BaseObject;
        object sandbox = session.Run("$sandbox").Single().BaseObject;

        AssertAllEvaluate(session.Session, [.. Views().Where(view => TypeOf(view) == job.GetType().FullName)], job);
        AssertAllEvaluate(session.Session, [.. Views().Where(view => TypeOf(view) == sandbox.GetType().FullName)], sandbox);
    }

    [Fact]
    public void Every_output_type_of_every_cmdlet_has_a_table_and_a_list()
    {
        using Session session = new();
        string[] wanted = [.. session.Run("(Get-Command -Module OssMigration).OutputType.Name").Succeeded().Output
            .Select(name => (string)name.BaseObject)
            .Where(name => !name.StartsWith("System.", StringComparison.Ordinal))
            .Distinct()];

        Assert.NotEmpty(wanted);
        Assert.All(wanted, type => Assert.Equal(
            ["ListControl", "TableControl"], Views().Where(view => TypeOf(view) == type).Select(ControlOf).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void A_report_is_shown_as_a_list_with_readable_sizes()
    {
        using Session session = new();

        string shown = session.Show("$sample", ("sample", Sample(session, "Reporting.MigrationReport")));

        Assert.Contains("4,907 objects, 620 MiB", shown, StringComparison.Ordinal);
        Assert.Contains("1.02:03:04", shown, StringComparison.Ordinal);
        Assert.Contains("1 object failed.", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("Vanished", shown, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Reporting.MigrationItem")]
    [InlineData("Reporting.ComparisonItem")]
    public void A_key_cannot_reach_the_terminal_with_control_characters(string type)
    {
        using Session session = new();

        string shown = session.Show("$PSStyle.OutputRendering = 'PlainText'; $sample", ("sample", Sample(session, type)));

        Assert.Contains(@"dir/\u001B[31mred\u0007 \u202Ename.jpg", shown, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', shown);
        Assert.DoesNotContain('\u0007', shown);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void No_column_and_line_of_any_view_lets_a_control_character_through(string type)
    {
        using Session session = new();
        object sample = Sample(session, type);
        DirtyText.Spoil(sample);

        XElement[] cells = [.. Views().Where(view => TypeOf(view) == LoadedTypes.NameOf(type)).SelectMany(view => view.Descendants()).Where(IsCell)];
        Assert.NotEmpty(cells);
        foreach (XElement cell in cells)
        {
            string shown = cell.Name.LocalName == "PropertyName"
                ? $"{sample.GetType().GetProperty(cell.Value)!.GetValue(sample)}"
                : string.Concat(session.Run($"$PSStyle.OutputRendering = 'PlainText'; $sample | ForEach-Object {{ {cell.Value} }}", ("sample", sample)).Succeeded().Output);
            Assert.False(shown.AsSpan().ContainsAny('\u001b', '\u0007', '\u202e'), $"{cell.Value}: {shown}");
        }
    }

    [Fact]
    public void An_outcome_is_coloured_and_plain_where_PSStyle_says_so()
    {
        using Session session = new();
        (string, object?) sample = ("sample", Sample(session, "Reporting.MigrationItem"));

        string coloured = session.Show("$PSStyle.OutputRendering = 'Ansi'; $sample", sample);
        string plain = session.Show("$PSStyle.OutputRendering = 'PlainText'; $sample", sample);

        Assert.Contains("\u001b[31mFailed\u001b[0m", coloured, StringComparison.Ordinal);
        Assert.Contains("Failed", plain, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', plain);
    }

    [Theory]
    [InlineData("Size(0)", "0 B")]
    [InlineData("Size(1023)", "1023 B")]
    [InlineData("Size(1024)", "1.00 KiB")]
    [InlineData("Size(1048575)", "1.00 MiB")]
    [InlineData("Size(15728640)", "15.0 MiB")]
    [InlineData("Size(650000000)", "620 MiB")]
    [InlineData("Size(320TB)", "320 TiB")]
    [InlineData("Size([long]::MaxValue)", "8.00 EiB")]
    [InlineData("Size($null)", "")]
    [InlineData("Rate(25000000)", "23.8 MiB/s (200 Mbit/s)")]
    [InlineData("Number(100000000)", "100,000,000")]
    [InlineData("Number($null)", "")]
    [InlineData("Span([timespan]'01:02:03.9')", "01:02:03")]
    [InlineData("Time([DateTimeOffset]'2026-01-01T01:00:00+01:00')", "2026-01-01 00:00:00Z")]
    [InlineData("Text(\"a`tb\")", @"a\u0009b")]
    [InlineData("Text('smile \U0001F600 \u00e4')", "smile \U0001F600 \u00e4")]
    [InlineData("Text([string][char]0xD83D)", @"\uD83D")]
    public void A_value_is_put_into_words(string call, string words)
    {
        using Session session = new();

        Assert.Equal(words, session.Run("[OssMigration.Views.Display]::" + call).Single().BaseObject);
    }

    private static void AssertAllEvaluate(Session session, IReadOnlyCollection<XElement> views, object sample)
    {
        Assert.NotEmpty(views);
        foreach (XElement view in views)
        {
            foreach (XElement block in view.Descendants("ScriptBlock"))
                session.Run($"$sample | ForEach-Object {{ {block.Value} }}", ("sample", sample)).Succeeded();
            foreach (XElement property in view.Descendants("PropertyName"))
                Assert.NotNull(sample.GetType().GetProperty(property.Value));
        }
    }

    private static object Sample(Session session, string type)
    {
        session.Run("New-MigrationAddress s3://any").Single();
        session.Run("Get-OssMigrationWorker -Queue no-address");
        return LoadedTypes.Make(type, Samples[type].Replace("\"KEY\"", System.Text.Json.JsonSerializer.Serialize(Key), StringComparison.Ordinal));
    }

    private static IEnumerable<XElement> Views() => XDocument.Load(Path.Combine(Layout.Module, "OssMigration.Format.ps1xml")).Descendants("View");

    private static bool IsCell(XElement element) => element.Name.LocalName is "ScriptBlock" or "PropertyName" && element.Parent!.Name.LocalName != "ItemSelectionCondition";

    private static string TypeOf(XElement view) => view.Descendants("TypeName").Single().Value;

    private static string ControlOf(XElement view) => view.Elements().Single(element => element.Name.LocalName.EndsWith("Control", StringComparison.Ordinal)).Name.LocalName;
}
