using OssMigration.Core.Reporting;
using OssMigration.Core.Reporting.Export;
using OssMigration.Core.Stores;
using Xunit;

namespace OssMigration.Core.Tests.Reporting;

/// <summary>Every way in which an object can end has its entry in the help, and reports find it.</summary>
public sealed class AdviceBookTests
{
    public static TheoryData<MigrationItemState> States => [.. Enum.GetValues<MigrationItemState>()];

    public static TheoryData<StoreErrorKind> Kinds => [.. Enum.GetValues<StoreErrorKind>()];

    [Theory]
    [MemberData(nameof(States))]
    public void Every_state_has_advice(MigrationItemState state)
    {
        string id = AdviceBook.Shipped.IdOf(state, "");

        Assert.Equal("Object" + state, id);
        Assert.NotEmpty(AdviceBook.Shipped.TextOf(id, "my-move"));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_failed_with_an_error_of_a_store_has_the_advice_for_that_error(StoreErrorKind kind)
    {
        string id = AdviceBook.Shipped.IdOf(MigrationItemState.Failed, kind.ToString());

        Assert.Equal("Store" + kind, id);
        Assert.NotEmpty(AdviceBook.Shipped.TextOf(id, "my-move"));
    }

    [Fact]
    public void What_failed_otherwise_has_the_advice_for_failed_objects()
        => Assert.Equal("ObjectFailed", AdviceBook.Shipped.IdOf(MigrationItemState.Failed, "ChangingAtSource"));

    [Fact]
    public void An_entry_is_the_lines_below_its_ids_with_the_name_of_the_job_for_that_of_the_examples()
    {
        AdviceBook book = new(new StringReader("TITLE\n    A, B\n        One\n        Get-MigrationItem photos.\n\n    C\n        Two\n"));

        Assert.Equal("One Get-MigrationItem my-move.", book.TextOf("A", "my-move"));
        Assert.Equal(book.TextOf("A", "my-move"), book.TextOf("B", "my-move"));
        Assert.Equal("Two", book.TextOf("C", "my-move"));
        Assert.Equal("", book.TextOf("D", "my-move"));
    }
}
