using System.Collections.Concurrent;
using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;
using System.Text;

namespace OssMigration.ModuleTests.Support;

/// <summary>A host that keeps what it is shown and answers questions as it was told.</summary>
internal sealed class RecordingHost : PSHost
{
    private readonly RecordingInterface _interface = new();

    /// <summary>All text, of all streams.</summary>
    public string Text => _interface.Text;

    /// <summary>The progress records, in order.</summary>
    public IReadOnlyCollection<ProgressRecord> Progress => _interface.Progress;

    /// <summary>The questions that were asked.</summary>
    public IReadOnlyCollection<string> Questions => _interface.Questions;

    /// <summary>The answer to every question: the index of the choice.</summary>
    public int Answer { set => _interface.Answer = value; }

    public override CultureInfo CurrentCulture => CultureInfo.InvariantCulture;

    public override CultureInfo CurrentUICulture => CultureInfo.InvariantCulture;

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override string Name => "Tests";

    public override PSHostUserInterface UI => _interface;

    public override Version Version { get; } = new(1, 0);

    public override void EnterNestedPrompt() => throw new NotSupportedException();

    public override void ExitNestedPrompt() => throw new NotSupportedException();

    public override void NotifyBeginApplication()
    {
    }

    public override void NotifyEndApplication()
    {
    }

    public override void SetShouldExit(int exitCode)
    {
    }

    private sealed class RecordingInterface : PSHostUserInterface
    {
        private readonly StringBuilder _text = new();
        private readonly Lock _gate = new();

        public ConcurrentQueue<ProgressRecord> Progress { get; } = new();

        public ConcurrentQueue<string> Questions { get; } = new();

        public int Answer { get; set; }

        public string Text
        {
            get
            {
                lock (_gate)
                    return _text.ToString();
            }
        }

        public override PSHostRawUserInterface? RawUI => null;

        public override bool SupportsVirtualTerminal => true;

        public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions)
            => throw new NotSupportedException();

        public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
        {
            Questions.Enqueue(message);
            return Answer;
        }

        public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName)
            => throw new NotSupportedException();

        public override PSCredential PromptForCredential(
            string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options)
            => throw new NotSupportedException();

        public override string ReadLine() => throw new NotSupportedException();

        public override SecureString ReadLineAsSecureString() => throw new NotSupportedException();

        // As every host has to: it alone knows what its terminal can show.
        public override void Write(string value)
        {
            lock (_gate)
                _text.Append(GetOutputString(value, SupportsVirtualTerminal));
        }

        public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) => Write(value);

        public override void WriteLine(string value) => Write(value + "\n");

        public override void WriteErrorLine(string value) => Write(value + "\n");

        public override void WriteWarningLine(string message) => Write(message + "\n");

        public override void WriteVerboseLine(string message) => Write(message + "\n");

        public override void WriteDebugLine(string message) => Write(message + "\n");

        public override void WriteProgress(long sourceId, ProgressRecord record) => Progress.Enqueue(record);
    }
}
