using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace OssMigration.Shell;

/// <summary>PowerShell's streams on a <see cref="Shell.Screen"/>, and its questions.</summary>
internal sealed class ShellInterface(Screen screen) : PSHostUserInterface
{
    private const string Red = "\u001b[91m";
    private const string Yellow = "\u001b[93m";
    private const string Gray = "\u001b[90m";
    private const string Reset = "\u001b[0m";

    /// <inheritdoc/>
    public override PSHostRawUserInterface RawUI { get; } = new ShellRawInterface(screen);

    /// <inheritdoc/>
    public override bool SupportsVirtualTerminal => screen.SupportsColour;

    /// <summary>True while an error is rendered: all text belongs to the error stream then.</summary>
    public bool IsShowingError { get; set; }

    /// <inheritdoc/>
    public override void Write(string value)
    {
        if (IsShowingError)
            screen.WriteError(GetOutputString(value, screen.ErrorSupportsColour));
        else
            screen.Write(Shown(value));
    }

    /// <inheritdoc/>
    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) => Write(value);

    /// <inheritdoc/>
    public override void WriteLine(string value) => Write(value + Environment.NewLine);

    /// <inheritdoc/>
    public override void WriteLine() => Write(Environment.NewLine);

    /// <inheritdoc/>
    public override void WriteErrorLine(string value) => screen.WriteError(Coloured(Red, value, screen.ErrorSupportsColour) + Environment.NewLine);

    /// <inheritdoc/>
    public override void WriteWarningLine(string message) => WriteColoured(Yellow, "WARNING: " + message);

    /// <inheritdoc/>
    public override void WriteVerboseLine(string message) => WriteColoured(Gray, "VERBOSE: " + message);

    /// <inheritdoc/>
    public override void WriteDebugLine(string message) => WriteColoured(Gray, "DEBUG: " + message);

    /// <summary>Nothing: what is to be seen comes as text of its own; this call is for hosts that record everything.</summary>
    public override void WriteInformation(InformationRecord record)
    {
    }

    /// <inheritdoc/>
    public override void WriteProgress(long sourceId, ProgressRecord record) => screen.ShowProgress(record);

    /// <inheritdoc/>
    public override string ReadLine() => screen.ReadLine() ?? "";

    /// <inheritdoc/>
    public override SecureString ReadLineAsSecureString()
    {
        SecureString secret = new();
        foreach (char c in screen.ReadSecret())
            secret.AppendChar(c);
        secret.MakeReadOnly();
        return secret;
    }

    /// <inheritdoc/>
    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions)
    {
        WriteHeading(caption, message);
        Dictionary<string, PSObject> answers = [];
        foreach (FieldDescription field in descriptions)
        {
            Write(field.Name + ": ");
            bool isSecret = field.ParameterTypeFullName == typeof(SecureString).FullName;
            answers[field.Name] = PSObject.AsPSObject(isSecret ? ReadLineAsSecureString() : ReadAnswer());
        }

        return answers;
    }

    /// <inheritdoc/>
    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        WriteHeading(caption, message);
        List<(string Key, string Label)> offered = [.. choices.Select(KeyAndLabel)];
        while (true)
        {
            Write(string.Join("  ", offered.Select(choice => $"[{choice.Key}] {choice.Label}")));
            Write(defaultChoice >= 0 ? $" (default {offered[defaultChoice].Key}): " : ": ");
            string answer = ReadAnswer().Trim();
            if (answer.Length == 0 && defaultChoice >= 0)
                return defaultChoice;
            int chosen = offered.FindIndex(choice => answer.Equals(choice.Key, StringComparison.OrdinalIgnoreCase)
                || answer.Equals(choice.Label, StringComparison.OrdinalIgnoreCase));
            if (chosen >= 0)
                return chosen;
        }
    }

    /// <inheritdoc/>
    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName)
        => PromptForCredential(caption, message, userName, targetName, PSCredentialTypes.Default, PSCredentialUIOptions.Default);

    /// <inheritdoc/>
    public override PSCredential PromptForCredential(
        string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options)
    {
        WriteHeading(caption, message);
        string user = userName;
        if (string.IsNullOrEmpty(user))
        {
            Write("Access key id: ");
            user = ReadAnswer();
        }

        Write($"Secret of {user}: ");
        return new PSCredential(user, ReadLineAsSecureString());
    }

    private static (string Key, string Label) KeyAndLabel(ChoiceDescription choice)
    {
        int mark = choice.Label.IndexOf('&', StringComparison.Ordinal);
        string label = choice.Label.Replace("&", "", StringComparison.Ordinal);
        return (mark >= 0 && mark < label.Length ? label[mark].ToString().ToUpperInvariant() : label, label);
    }

    private static string Coloured(string colour, string text, bool supported)
        => supported ? colour + text + Reset : GetOutputString(text, supportsVirtualTerminal: false);

    // A question nobody can answer must fail and not read on for ever.
    private string ReadAnswer()
        => screen.ReadLine() ?? throw new InvalidOperationException("There is nobody to answer: the input has ended. Give all parameters, and -Confirm:$false where it asks.");

    private string Shown(string? text) => GetOutputString(text ?? "", screen.SupportsColour);

    private void WriteColoured(string colour, string text) => screen.Write(Coloured(colour, text, screen.SupportsColour) + Environment.NewLine);

    private void WriteHeading(string caption, string message)
    {
        if (!string.IsNullOrEmpty(caption))
            WriteLine(caption);
        if (!string.IsNullOrEmpty(message))
            WriteLine(message);
    }
}
