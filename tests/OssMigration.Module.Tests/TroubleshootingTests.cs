using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using OssMigration.ModuleTests.Support;

namespace OssMigration.ModuleTests;

/// <summary>The topic on troubleshooting, held against the ids that the code can give.</summary>
public sealed partial class TroubleshootingTests
{
    private static readonly string Topic = File.ReadAllText(Path.Combine(Layout.Module, "en-US", "about_OssMigration_Troubleshooting.help.txt"));

    // Elements of the stores' documents that begin like an id of a refusal.
    private static readonly string[] Elements =
    [
        "LifecycleConfiguration", "MirrorAllowHeadObject", "MirrorAuth", "MirrorFollowRedirect", "MirrorHeaders", "MirrorPassQueryString",
        "MirrorRole", "MirrorSaveOssMeta", "MirrorUserLastModified", "MirrorUsingRole",
    ];

    [Fact]
    public void Every_id_of_a_store_a_job_an_object_and_the_sandbox_is_in_the_topic()
    {
        Assert.Empty(IdsOfEnums().Except(IdsOfTopic()));
    }

    [Fact]
    public void Every_id_of_a_refusal_is_in_the_topic()
    {
        string[] assemblies = ["OssMigration.dll", "lib/OssMigration.Core.dll", "lib/OssMigration.Cluster.dll"];
        string[] ids = [.. assemblies.SelectMany(TextsOf).Where(text => RefusalWord().IsMatch(text)).Distinct()
            .Except(assemblies.SelectMany(NamesOf))
            .Except(Elements)];

        Assert.Contains("LifecycleComparisonStale", ids);
        Assert.Contains("RunItemOfOtherJob", ids);
        Assert.Contains("StateLeaseHeld", ids);
        Assert.Empty(ids.Except(IdsOfTopic()));
    }

    [Fact]
    public void Every_id_in_the_topic_is_one_that_the_module_can_give()
    {
        HashSet<string> known = [.. IdsOfEnums(), .. TextsOf("OssMigration.dll"), .. TextsOf("lib/OssMigration.Core.dll"), .. TextsOf("lib/OssMigration.Stores.dll"), .. TextsOf("lib/OssMigration.Cluster.dll")];

        Assert.NotEmpty(IdsOfTopic());
        Assert.Empty(IdsOfTopic().Except(known));
    }

    // Errors.cs makes these ids out of a family's name and the word of an enumeration.
    private static HashSet<string> IdsOfEnums()
    {
        using Session session = new();
        session.Run("New-MigrationAddress s3://any").Single();
        session.Run("Get-OssMigrationWorker -Queue no-address");
        return
        [
            .. IdsOf("Store", "OssMigration.Core.Stores.StoreErrorKind"),
            .. IdsOf("Job", "OssMigration.Core.Jobs.JobStateError"),
            .. IdsOf("Object", "OssMigration.Core.Reporting.MigrationItemState"),
            .. IdsOf("Queue", "OssMigration.Cluster.QueueProblem", "OssMigration.Cluster"),
            .. Enum.GetNames(LoadedTypes.ModuleAssembly.GetType("OssMigration.Sandboxes.SandboxProblem", throwOnError: true)!).Select(name => "Sandbox" + name),
        ];
    }

    private static IEnumerable<string> IdsOf(string family, string type, string assembly = "OssMigration.Core")
        => Enum.GetNames(LoadedTypes.In(LoadedTypes.EngineContext, assembly)!.GetType(type, throwOnError: true)!).Select(name => family + name);

    // An entry begins with its ids, alone on a line of four blanks.
    private static HashSet<string> IdsOfTopic()
        => [.. EntryLine().Matches(Topic).SelectMany(line => line.Groups["id"].Captures).Select(id => id.Value)];

    // Ids that are no word of an enumeration stand as texts in the code.
    private static List<string> TextsOf(string assembly)
    {
        using FileStream file = File.OpenRead(Path.Combine(Layout.Module, assembly));
        using PEReader image = new(file);
        MetadataReader metadata = image.GetMetadataReader();
        List<string> texts = [];
        for (UserStringHandle at = MetadataTokens.UserStringHandle(1); !at.IsNil; at = metadata.GetNextHandle(at))
            texts.Add(metadata.GetUserString(at));
        return texts;
    }

    // A record's ToString has the names of its type and properties as texts.
    private static List<string> NamesOf(string assembly)
    {
        using FileStream file = File.OpenRead(Path.Combine(Layout.Module, assembly));
        using PEReader image = new(file);
        MetadataReader metadata = image.GetMetadataReader();
        return
        [
            .. metadata.TypeDefinitions.Select(type => metadata.GetString(metadata.GetTypeDefinition(type).Name)),
            .. metadata.PropertyDefinitions.Select(property => metadata.GetString(metadata.GetPropertyDefinition(property).Name)),
            .. metadata.FieldDefinitions.Select(field => metadata.GetString(metadata.GetFieldDefinition(field).Name)),
        ];
    }

    [GeneratedRegex(@"^ {4}(?<id>[A-Z][A-Za-z]+)(, (?<id>[A-Z][A-Za-z]+))*\r?$", RegexOptions.Multiline)]
    private static partial Regex EntryLine();

    [GeneratedRegex("^(Bucket|Cluster|Cutover|Forecast|JobBase|Lifecycle|Mirror|Policy|Report|Run|State)[A-Z][a-z][A-Za-z]+$")]
    private static partial Regex RefusalWord();
}
