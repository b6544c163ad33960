using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using OssMigration.Core.Stores;
using OssMigration.Stores.Files;
using Xunit;

namespace OssMigration.Stores.Tests;

/// <summary>What is special about files.</summary>
public sealed class FileStoreTests : IAsyncDisposable
{
    private readonly DirectoryInfo _base = Directory.CreateTempSubdirectory("ossmigration-");
    private readonly DirectoryInfo _root;
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly FileStore _store;

    public FileStoreTests()
    {
        _root = _base.CreateSubdirectory("root");
        _store = FileStore.Open(new StoreAddress { Scheme = "file", Bucket = _root.FullName }, new StoreOpenOptions { Time = _time });
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _base.Delete(recursive: true);
    }

    [Fact]
    public async Task Links_are_neither_listed_nor_read_nor_written_through()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights on Windows.");
        Write(_base, "outside/secret", "secret");
        Write(_root, "inside/file", "file");
        File.CreateSymbolicLink(Path.Join(_root.FullName, "link-to-file"), Path.Join(_base.FullName, "outside/secret"));
        File.CreateSymbolicLink(Path.Join(_root.FullName, "link-inside"), Path.Join(_root.FullName, "inside/file"));
        Directory.CreateSymbolicLink(Path.Join(_root.FullName, "link-to-folder"), Path.Join(_base.FullName, "outside"));
        Directory.CreateSymbolicLink(Path.Join(_root.FullName, "inside/loop"), _root.FullName);

        Assert.Equal(["inside/file"], await KeysAsync());
        foreach (string key in (string[])["link-to-file", "link-inside", "link-to-folder/secret", "inside/loop/inside/file"])
        {
            Assert.Null(await _store.HeadAsync(key, Token));
            await ThrowsAsync(StoreErrorKind.NotFound, () => ReadAsync(key));
            await _store.DeleteAsync(key, Token);
        }

        await ThrowsAsync(StoreErrorKind.InvalidRequest, () => PutAsync("link-to-folder/new", "x"));
        await ThrowsAsync(StoreErrorKind.InvalidRequest, () => PutAsync("link-to-folder/deep/new", "x"));
        Assert.Equal("secret", File.ReadAllText(Path.Join(_base.FullName, "outside/secret")));
        Assert.Equal(["secret"], Directory.GetFileSystemEntries(Path.Join(_base.FullName, "outside")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_put_replaces_a_link_and_not_what_it_points_to()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights on Windows.");
        Write(_base, "outside/secret", "secret");
        File.CreateSymbolicLink(Path.Join(_root.FullName, "link"), Path.Join(_base.FullName, "outside/secret"));

        await PutAsync("link", "mine");

        Assert.Equal("secret", File.ReadAllText(Path.Join(_base.FullName, "outside/secret")));
        Assert.Equal("mine", await ReadAsync("link"));
    }

    [Theory]
    [InlineData("../outside")]
    [InlineData("a/../../outside")]
    [InlineData("/etc/passwd")]
    [InlineData(".ossmigration/temporary/x")]
    [InlineData("a//b")]
    [InlineData("a/")]
    public async Task No_key_leads_out_of_the_folder_or_into_what_is_being_written(string key)
    {
        Write(_base, "outside", "secret");

        Assert.Null(await _store.HeadAsync(key, Token));
        await ThrowsAsync(StoreErrorKind.NotFound, () => ReadAsync(key));
        await ThrowsAsync(StoreErrorKind.InvalidRequest, () => PutAsync(key, "x"));
        await _store.DeleteAsync(key, Token);

        Assert.Equal("secret", File.ReadAllText(Path.Join(_base.FullName, "outside")));
        Assert.Empty(await KeysAsync());
    }

    [Theory]
    [InlineData("..")]
    [InlineData("../../etc")]
    [InlineData("0123")]
    public async Task No_upload_id_leads_elsewhere(string id)
    {
        using MemoryStream body = new([1]);

        await ThrowsAsync(StoreErrorKind.NoSuchUpload, () => _store.UploadPartAsync(new UploadPartRequest("key", id, 1, body), Token));
        await _store.AbortAsync("key", id, Token);

        Assert.True(_root.Exists);
    }

    [Fact]
    public async Task A_file_that_is_written_to_while_it_is_read_is_found_out()
    {
        string path = Write(_root, "key", new string('a', 100_000));
        SourceVersion version = (await _store.HeadAsync("key", Token))!.Entry.Version;

        await ThrowsAsync(StoreErrorKind.Changed, () => _store.ReadAsync(
            new ReadRequest("key", null, version),
            async (content, token) =>
            {
                byte[] buffer = new byte[content.Length];
                await content.Body.ReadExactlyAsync(buffer.AsMemory(0, 1000), token);
                await File.AppendAllTextAsync(path, "more", token);
                await content.Body.ReadExactlyAsync(buffer.AsMemory(1000), token);
                return 0;
            },
            Token));
    }

    [Fact]
    public async Task A_file_that_is_cut_while_it_is_read_is_found_out()
    {
        string path = Write(_root, "key", new string('a', 100_000));

        await ThrowsAsync(StoreErrorKind.Changed, () => _store.ReadAsync(
            new ReadRequest("key", null, null),
            async (content, token) =>
            {
                byte[] buffer = new byte[content.Length];
                await content.Body.ReadExactlyAsync(buffer.AsMemory(0, 1000), token);
                await using (FileStream file = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
                    file.SetLength(500);
                await content.Body.ReadExactlyAsync(buffer.AsMemory(1000), token);
                return 0;
            },
            Token));
    }

    [Fact]
    public async Task A_file_that_is_replaced_while_it_is_read_gives_the_old_content_whole()
    {
        await PutAsync("key", new string('a', 100_000));

        string read = await _store.ReadAsync(
            new ReadRequest("key", null, null),
            async (content, token) =>
            {
                byte[] buffer = new byte[content.Length];
                await content.Body.ReadExactlyAsync(buffer.AsMemory(0, 1000), token);
                await PutAsync("key", "new");
                await content.Body.ReadExactlyAsync(buffer.AsMemory(1000), token);
                return Encoding.UTF8.GetString(buffer);
            },
            Token);

        Assert.Equal(new string('a', 100_000), read);
        Assert.Equal("new", await ReadAsync("key"));
    }

    [Fact]
    public async Task Two_writes_at_the_same_time_of_the_clock_have_two_versions()
    {
        await PutAsync("key", "first");
        SourceVersion first = (await _store.HeadAsync("key", Token))!.Entry.Version;

        await PutAsync("key", "other");

        Assert.NotEqual(first, (await _store.HeadAsync("key", Token))!.Entry.Version);
    }

    [Fact]
    public async Task What_is_being_written_is_not_listed_and_leaves_nothing_behind()
    {
        string id = await _store.InitiateAsync(new InitiateRequest("folder/key", ObjectMetadata.Empty), Token);
        using MemoryStream body = new([1, 2, 3]);
        UploadedPart part = await _store.UploadPartAsync(new UploadPartRequest("folder/key", id, 1, body), Token);
        Assert.Empty(await KeysAsync());
        Assert.Equal([".ossmigration"], Names(_root));

        await _store.CompleteAsync(new CompleteRequest("folder/key", id, [part]), Token);
        await _store.DisposeAsync();

        Assert.Equal(["folder"], Names(_root));
    }

    [Fact]
    public async Task A_body_that_fails_leaves_the_file_as_it_was()
    {
        await PutAsync("key", "old");
        using FailingStream body = new(1000);

        await Assert.ThrowsAsync<InvalidOperationException>(() => _store.PutAsync(new PutRequest("key", body, ObjectMetadata.Empty), Token));

        Assert.Equal("old", await ReadAsync("key"));
        Assert.Equal("key", Path.GetFileName(Assert.Single(Directory.GetFiles(_root.FullName, "*", SearchOption.AllDirectories))));
    }

    [Fact]
    public async Task Deleting_the_last_file_of_a_folder_removes_the_folder_so_that_a_file_may_take_its_name()
    {
        await PutAsync("a/b/c", "deep");
        await ThrowsAsync(StoreErrorKind.InvalidRequest, () => PutAsync("a/b", "file"));
        await ThrowsAsync(StoreErrorKind.InvalidRequest, () => PutAsync("a/b/c/d", "file"));

        await _store.DeleteAsync("a/b/c", Token);
        await PutAsync("a/b", "file");

        Assert.Equal(["a/b"], await KeysAsync());
    }

    [Fact]
    public async Task A_page_goes_on_after_its_walk_is_forgotten()
    {
        for (int i = 0; i < 10; i++)
            await PutAsync($"key-{i}", "x");
        ListPage first = await _store.ListPageAsync(new ListPageRequest("", null, null, 4), Token);
        ListPage second = await _store.ListPageAsync(new ListPageRequest("", null, first.ContinuationToken, 4), Token);

        ListPage again = await _store.ListPageAsync(new ListPageRequest("", null, first.ContinuationToken, 4), Token);

        Assert.Equal(["key-4", "key-5", "key-6", "key-7"], second.Entries.Select(entry => entry.Key));
        Assert.Equal(second.Entries, again.Entries);
    }

    [Fact]
    public async Task Folders_without_files_are_no_objects_and_hidden_files_are()
    {
        _root.CreateSubdirectory("empty/deep");
        Write(_root, ".hidden/.file", "x");

        Assert.Equal([".hidden/.file"], await KeysAsync());
        Assert.Null(await _store.HeadAsync("empty", Token));
        await ThrowsAsync(StoreErrorKind.NotFound, () => ReadAsync("empty"));
    }

    [Fact]
    public async Task A_name_that_is_no_utf8_stops_the_listing_by_its_name()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems hold no such names.");
        Write(_root, "before", "x");
        await ShellAsync($"printf x > \"$(printf '{_root.FullName}/bad\\377name')\"");

        StoreException error = await ThrowsAsync(StoreErrorKind.InvalidRequest, () => KeysAsync());

        Assert.Contains("not UTF-8", error.Message, StringComparison.Ordinal);
        await ShellAsync($"rm \"$(printf '{_root.FullName}/bad\\377name')\"");
    }

    [Fact]
    public async Task A_name_that_the_file_system_cannot_hold_is_an_invalid_request()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The limit is that of Linux.");

        await ThrowsAsync(StoreErrorKind.InvalidRequest, () => PutAsync(new string('k', 256), "x"));
        Assert.Null(await _store.HeadAsync(new string('k', 256), Token));
    }

    [Fact]
    public void A_folder_must_be_named_by_its_whole_path()
    {
        Assert.Throws<ArgumentException>(() => FileStore.Open(new StoreAddress { Scheme = "file", Bucket = "some/folder" }, new StoreOpenOptions()));
    }

    private static string Write(DirectoryInfo folder, string key, string text)
    {
        string path = Path.Join(folder.FullName, key);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    // .NET can neither make nor remove such a name.
    private static async Task ShellAsync(string command)
    {
        using Process shell = Process.Start("/bin/sh", ["-c", command]);
        await shell.WaitForExitAsync(Token);
        Assert.Equal(0, shell.ExitCode);
    }

    private static string[] Names(DirectoryInfo folder) => [.. folder.EnumerateFileSystemInfos().Select(info => info.Name)];

    private static async Task<StoreException> ThrowsAsync(StoreErrorKind kind, Func<Task> action)
    {
        StoreException error = await Assert.ThrowsAsync<StoreException>(action);
        Assert.Equal(kind, error.Kind);
        return error;
    }

    private async Task<string[]> KeysAsync() =>
        [.. (await _store.ListPageAsync(new ListPageRequest("", null, null, 1000), Token)).Entries.Select(entry => entry.Key)];

    private async Task PutAsync(string key, string text)
    {
        using MemoryStream body = new(Encoding.UTF8.GetBytes(text));
        await _store.PutAsync(new PutRequest(key, body, ObjectMetadata.Empty), Token);
    }

    private Task<string> ReadAsync(string key) => _store.ReadAsync(
        new ReadRequest(key, null, null),
        async (content, token) =>
        {
            using StreamReader reader = new(content.Body);
            return await reader.ReadToEndAsync(token);
        },
        Token);

    private sealed class FailingStream(long length) : MemoryStream
    {
        public override long Length => length;

        public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken) => throw new InvalidOperationException("mine");
    }
}
