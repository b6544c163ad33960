using Xunit;

namespace OssMigration.TestKit;

/// <summary>Tests that measure or take minutes: each runs alone on the machine, in a part of .ci/run of its own.</summary>
public static class Alone
{
    private const string Variable = "OSSMIGRATION_TEST_ALONE";

    /// <summary>Whether the long form is asked for, as .ci/full does.</summary>
    public static bool IsLong { get; } = Environment.GetEnvironmentVariable("OSSMIGRATION_TEST_LONG") == "1";

    /// <summary>Skips the test unless it is to run alone.</summary>
    public static void Require() => Assert.SkipUnless(
        Environment.GetEnvironmentVariable(Variable) == "1", $"It measures or takes minutes, so it runs alone: in a part of .ci/run of its own, or with {Variable}=1.");

    /// <summary>Shows a line at once.</summary>
    public static void Say(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);
}
