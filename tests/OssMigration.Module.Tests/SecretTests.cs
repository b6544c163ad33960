using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Management.Automation;
using System.Net;
using System.Security;
using System.Text;
using OssMigration.ModuleTests.Support;

namespace OssMigration.ModuleTests;

/// <summary>
/// Keys, tokens and passwords go through every cmdlet that the module exports, whatever fails, and nothing of them comes out: no stream, no
/// error, no file, no measurement, no argument of a process. A cmdlet that is added is found here by itself. Alone, because the files of all jobs are
/// read, and a run holds the lock of its own.
/// </summary>
[CollectionDefinition(nameof(SecretTests), DisableParallelization = true)]
[Collection(nameof(SecretTests))]
public sealed class SecretTests
{
    private const string FirstMode = "403 SignatureDoesNotMatch";

    /// <summary>What is given to parameters of these names; a parameter that takes a secret is filled by its type.</summary>
    private static readonly Dictionary<string, Func<Scene, object?>> Values = new(StringComparer.Ordinal)
    {
        ["Job"] = scene => scene.Job,
        ["BaseJob"] = scene => scene.Job,
        ["Name"] = scene => scene.Command == "New-MigrationJob" ? Session.NewJobName() : scene.Job,
        ["Uri"] = scene => scene.Server.Mode == FirstMode ? $"s3://id:{scene.Secret}@bucket" : "s3://bucket/prefix",
        ["Endpoint"] = scene => scene.Server.Endpoint,
        ["Region"] = _ => "cn-hangzhou",
        ["Address"] = scene => scene.Destination,
        ["Source"] = scene => scene.Source,
        ["Destination"] = scene => scene.Destination,
        ["StateUri"] = scene => scene.Destination,
        ["Comparison"] = _ => "20261126T213000Z-00000000",
        ["InputObject"] = _ => null,
        ["Queue"] = scene => scene.Server.Mode == FirstMode ? $"amqp://account:{Uri.EscapeDataString(scene.QueuePassword)}@127.0.0.1:1" : "amqp://127.0.0.1:1",
        ["Origin"] = scene => new Uri("https://origin.example"),
        ["SetHeader"] = scene => new System.Collections.Hashtable { ["x-origin-token"] = scene.Header },
        ["CredentialScript"] = scene => ScriptBlock.Create("param($Id, $Secret, $Token) @{ AccessKeyId = $Id; SecretAccessKey = $Secret; SessionToken = $Token }"),
        ["ArgumentList"] = scene => new object[] { "id", scene.Secret, scene.Token },
        ["EnvironmentPrefix"] = _ => "OSSMIGRATION_CANARY",
        ["ProfileName"] = _ => "nowhere",
        ["SecretName"] = _ => "of-nobody",
        ["Anonymous"] = _ => SwitchParameter.Present,
        ["Path"] = scene => Path.Combine(scene.Folder, "report.html"),
        ["Sandbox"] = _ => 999_999_999,
        ["Prefix"] = _ => "prefix/",
        ["Key"] = _ => "key",
        ["ProbeKey"] = _ => "key",
        ["WritesStoppedAt"] = _ => DateTimeOffset.UtcNow.AddHours(-1),
        ["Timeout"] = _ => TimeSpan.FromSeconds(1),
        ["Interval"] = _ => TimeSpan.FromSeconds(1),
        ["TimeBudget"] = _ => TimeSpan.FromSeconds(3),
        ["SliceCount"] = _ => 1,
        ["ObjectCount"] = _ => 10L,
        ["TotalSize"] = _ => 10L,
        ["NoncurrentVersions"] = _ => SwitchParameter.Present,
        ["CutoverTime"] = _ => DateTimeOffset.UtcNow.AddDays(1),
        ["Sample"] = _ => SwitchParameter.Present,
        ["Fidelity"] = _ => SwitchParameter.Present,
        ["FailedOnly"] = _ => SwitchParameter.Present,
        ["SkipMirror"] = _ => SwitchParameter.Present,
        ["AllowInsecureQueue"] = _ => SwitchParameter.Present,
    };

    /// <summary>Given where they are not asked for too: they are the way of a secret, or end a call that waits.</summary>
    private static readonly string[] Wanted = ["Timeout", "TimeBudget", "SetHeader", "ArgumentList", "StateUri", "AllowInsecureQueue", "SkipMirror"];

    private static readonly string[] SecretWords = ["Credential", "Password", "Secret", "Token", "Key"];

    // These begin processes or take no part of a store.
    private static readonly string[] WithoutStore = ["Start-MigrationSandbox", "Stop-MigrationSandbox"];

    // What stops these comes before their first request: there is nothing to ask, no finished run, no broker. Their examples work with keys (ExampleTests).
    private static readonly string[] RefusedBefore =
    [
        "New-MigrationAddress", "Remove-SourceLifecycle", "Set-OssMirrorRule", "Set-SourceLifecycle", "Start-OssMigrationCoordinator", "Start-OssMigrationWorker",
        "Test-OssCutover", "Wait-OssCutover",
    ];

    private static readonly string[] Modes = [FirstMode, "400 InvalidToken", "301 PermanentRedirect", "403 AccessDenied", "404 NoSuchBucket", "200"];

    /// <summary>Modes in which requests are repeated, so that only a few cmdlets are asked.</summary>
    private static readonly string[] SlowModes = ["500 InternalError", "503 SlowDown"];

    [Fact]
    public void Nothing_of_a_secret_comes_out_of_any_cmdlet_whatever_a_server_answers()
    {
        using Session session = new();
        using Scene scene = new(session);
        CommandInfo[] commands = [.. session.Run("Get-Command -Module OssMigration").Succeeded().Output.Select(command => (CommandInfo)command.BaseObject)];
        Dictionary<string, int> asked = [];
        foreach (string mode in Modes)
        {
            scene.Server.Mode = mode;
            foreach (CommandInfo command in commands.Except(commands.Where(command => WithoutStore.Contains(command.Name))))
            {
                int before = scene.Server.Heads.Count;
                foreach (CommandParameterSetInfo set in command.ParameterSets)
                    Call(session, scene, command, set);
                asked[command.Name] = asked.GetValueOrDefault(command.Name) + scene.Server.Heads.Count - before;
            }
        }

        foreach (string mode in SlowModes)
        {
            scene.Server.Mode = mode;
            foreach (CommandInfo command in commands.Where(command => command.Name is "Test-MigrationAddress" or "Get-OssMirrorRule"))
                Call(session, scene, command, command.ParameterSets[0]);
        }

        // That the secrets were on their way: whoever takes a key has asked the server with it.
        string[] silent = [.. commands.Where(command => command.Parameters.Values.Any(parameter => parameter.ParameterType == typeof(PSCredential) && parameter.Name != "QueueCredential" && parameter.Name != "OriginCredential"))
            .Select(command => command.Name).Where(name => asked.GetValueOrDefault(name) == 0)];
        Assert.Empty(silent.Except(RefusedBefore));
        Assert.Contains(scene.Server.Heads, head => head.Contains(scene.Token, StringComparison.Ordinal));
        Assert.Contains(scene.Server.Heads, head => head.Contains("of-a-call", StringComparison.Ordinal));
        Assert.True(scene.Said.Length > 10_000, "Nothing was said.");
        scene.AssertSilent();
        TestContext.Current.TestOutputHelper!.WriteLine($"{commands.Length} cmdlets, {scene.Calls} calls, {scene.Server.Heads.Count} requests, {scene.Said.Length:N0} characters searched");
    }

    [Theory]
    [InlineData("https://key:{0}@storage.example")]
    [InlineData("https://{0}@storage.example")]
    [InlineData("https://storage.example/?X-Amz-Security-Token={0}")]
    [InlineData("https://storage.example/#{0}")]
    public void An_endpoint_with_a_secret_is_refused_and_not_repeated(string endpoint)
    {
        using Session session = new();
        const string Secret = "Sup3rS3cret";

        Outcome outcome = session.Run("New-MigrationAddress s3://bucket -Endpoint $endpoint", ("endpoint", new Uri(string.Format(System.Globalization.CultureInfo.InvariantCulture, endpoint, Secret))));

        Assert.Equal("ArgumentInvalid,OssMigration.Commands.NewMigrationAddressCommand", outcome.ErrorId);
        Assert.Empty(outcome.Output);
        Assert.DoesNotContain(Secret, $"{outcome.Terminating} {outcome.Terminating!.Exception} {outcome.Terminating.ErrorDetails}", StringComparison.Ordinal);
    }

    // A name or a value of a new parameter is told here, so that no secret finds a way that this test does not know.
    [Fact]
    public void Every_mandatory_parameter_and_every_secret_is_filled_in()
    {
        using Session session = new();
        IEnumerable<(string Command, CommandParameterInfo Parameter)> parameters = session.Run("Get-Command -Module OssMigration").Succeeded().Output
            .Select(command => (CommandInfo)command.BaseObject)
            .SelectMany(command => command.ParameterSets.SelectMany(set => set.Parameters.Select(parameter => (command.Name, parameter))));

        Assert.Empty(parameters.Where(one => one.Parameter.IsMandatory && !IsSecret(one.Parameter) && !Values.ContainsKey(one.Parameter.Name))
            .Select(one => $"{one.Command} -{one.Parameter.Name}").Distinct());
        Assert.Empty(parameters.Where(one => IsSecretName(one.Parameter.Name) && !IsSecret(one.Parameter) && !Values.ContainsKey(one.Parameter.Name) && one.Parameter.ParameterType != typeof(SwitchParameter))
            .Select(one => $"{one.Command} -{one.Parameter.Name} is a {one.Parameter.ParameterType.Name}").Distinct());
    }

    private static bool IsSecretName(string name)
        => SecretWords.Any(word => name.EndsWith(word, StringComparison.Ordinal)) && !name.StartsWith("No", StringComparison.Ordinal);

    private static bool IsSecret(CommandParameterInfo parameter) => parameter.ParameterType == typeof(PSCredential) || parameter.ParameterType == typeof(SecureString);

    private static void Call(Session session, Scene scene, CommandInfo command, CommandParameterSetInfo set)
    {
        scene.Command = command.Name;
        System.Collections.Hashtable given = [];
        foreach (CommandParameterInfo parameter in set.Parameters)
        {
            if (parameter.ParameterType == typeof(PSCredential))
                given[parameter.Name] = scene.Key("of-a-call");
            else if (parameter.ParameterType == typeof(SecureString))
                given[parameter.Name] = Scene.Secure(scene.Token);
            else if ((parameter.IsMandatory || Wanted.Contains(parameter.Name)) && Values.TryGetValue(parameter.Name, out Func<Scene, object?>? value))
                given[parameter.Name] = value(scene);
            else if (parameter.Name == "Confirm")
                given[parameter.Name] = (SwitchParameter)false;
        }

        scene.Hear(session.Run(
            "$VerbosePreference = $DebugPreference = $InformationPreference = 'Continue'; & $Command @Given -Verbose -Debug *>&1 | Tee-Output; ",
            ("Command", command.Name), ("Given", given)));
    }

    /// <summary>A server that tells everything, addresses of it, a job between them, and what was said.</summary>
    private sealed class Scene : IDisposable
    {
        private readonly Canary _canary = new();
        private readonly Session _session;
        private readonly MeterListener _meters = new();
        private readonly ActivityListener _activities;
        private readonly ConcurrentQueue<string> _measured = new();
        private readonly StringBuilder _said = new();

        public Scene(Session session)
        {
            _session = session;
            Secret = _canary.New("secret");
            Token = _canary.New("token");
            QueuePassword = _canary.New("queue password");
            Header = _canary.New("header");
            Environment.SetEnvironmentVariable("OSSMIGRATION_CANARY_ACCESS_KEY_ID", "of-environment");
            Environment.SetEnvironmentVariable("OSSMIGRATION_CANARY_ACCESS_KEY_SECRET", _canary.New("environment"));
            _meters.InstrumentPublished = (instrument, listener) => listener.EnableMeasurementEvents(instrument);
            _meters.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Measure(instrument, tags));
            _meters.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Measure(instrument, tags));
            _meters.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Measure(instrument, tags));
            _meters.Start();
            _activities = new ActivityListener
            {
                ShouldListenTo = _ => true,
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = activity => _measured.Enqueue($"{activity.DisplayName} {string.Join(' ', activity.TagObjects)} {string.Join(' ', activity.Baggage)}"),
            };
            ActivitySource.AddActivityListener(_activities);
            session.Run("function Tee-Output { process { $_ } }").Succeeded();
            (Source, Destination) = (Address("s3"), Address("oss"));
            session.Run("$null = New-MigrationJob $name $source $destination", ("name", Job), ("source", Source), ("destination", Destination)).Succeeded();
        }

        public EchoServer Server { get; } = new();

        public string Folder { get; } = Directory.CreateTempSubdirectory("secrets-").FullName;

        public string Job { get; } = Session.NewJobName();

        public string Command { get; set; } = "";

        public PSObject Source { get; }

        public PSObject Destination { get; }

        public string Secret { get; }

        public string Token { get; }

        public string QueuePassword { get; }

        public string Header { get; }

        public int Calls { get; private set; }

        public string Said => _said.ToString();

        public PSCredential Key(string id) => new(id, Secure(Secret));

        public static SecureString Secure(string text)
        {
            SecureString secure = new();
            foreach (char c in text)
                secure.AppendChar(c);
            return secure;
        }

        /// <summary>Takes down what came out, errors with all that is in them.</summary>
        public void Hear(Outcome outcome)
        {
            Calls++;
            foreach (PSObject output in outcome.Output)
                _said.AppendLine(Deep(output.BaseObject is ErrorRecord error ? Told(error) : output));
            foreach (ErrorRecord error in outcome.Errors.Append(outcome.Terminating).OfType<ErrorRecord>())
                _said.AppendLine(Told(error));
            _said.AppendJoin('\n', [.. outcome.Warnings, .. outcome.Verbose]);
        }

        /// <summary>Fails the test where anything of a secret came out anywhere.</summary>
        public void AssertSilent()
        {
            _meters.RecordObservableInstruments();
            string host = _session.Host.Text + string.Join('\n', _session.Host.Progress.Select(record => record.ToString())) + string.Join('\n', _session.Host.Questions);
            string errors = string.Join('\n', _session.Run("$Error").Output.Select(error => error.BaseObject is ErrorRecord record ? Told(record) : error.ToString()));
            Assert.Empty(_canary.In(Said).Select(found => $"{found}, said: {Around(found)}"));
            Assert.Empty(_canary.In(host).Select(found => $"{found}, shown"));
            Assert.Empty(_canary.In(errors).Select(found => $"{found}, in $Error"));
            Assert.NotEmpty(_measured);
            Assert.Empty(_canary.In(string.Join('\n', _measured)).Select(found => $"{found}, measured"));
            Assert.Empty(_canary.InFolder(TestProcess.Home));
            Assert.Empty(_canary.InFolder(Folder));
            Assert.Empty(_canary.InProcesses());
        }

        public void Dispose()
        {
            Environment.SetEnvironmentVariable("OSSMIGRATION_CANARY_ACCESS_KEY_ID", null);
            Environment.SetEnvironmentVariable("OSSMIGRATION_CANARY_ACCESS_KEY_SECRET", null);
            _meters.Dispose();
            _activities.Dispose();
            Server.Dispose();
            Directory.Delete(Folder, recursive: true);
        }

        private static string Told(ErrorRecord error)
            => $"{error}\n{error.Exception}\n{error.ErrorDetails?.Message}\n{error.ErrorDetails?.RecommendedAction}\n{error.FullyQualifiedErrorId}\n{error.CategoryInfo}\n{Deep(error.TargetObject)}";

        private static string Deep(object? value) => value is null ? "" : $"{value}\n{PSSerializer.Serialize(value, 4)}";

        private PSObject Address(string scheme) => _session.Run(
            "New-MigrationAddress \"$($scheme)://bucket\" -Endpoint $endpoint -Region cn-hangzhou -AddressingStyle Path -Credential $key -SecurityToken $token",
            ("scheme", scheme), ("endpoint", Server.Endpoint), ("key", Key($"{scheme}-id")), ("token", Secure(Token))).Single();

        private string Around(string found)
        {
            foreach (string line in Said.Split('\n'))
            {
                if (_canary.In(line).Contains(found))
                    return line.Length > 300 ? line[..300] : line;
            }

            return "(over lines)";
        }

        private void Measure(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            StringBuilder text = new($"{instrument.Meter.Name} {instrument.Name}");
            foreach ((string name, object? value) in tags)
                text.Append(' ').Append(name).Append('=').Append(value);
            _measured.Enqueue(text.ToString());
        }
    }
}
