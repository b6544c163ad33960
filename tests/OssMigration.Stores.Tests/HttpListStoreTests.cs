using System.Net;
using System.Text;
using OssMigration.Core.Stores;
using OssMigration.Stores.Files;
using OssMigration.Stores.Http;
using OssMigration.Stores.HttpList;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Stores.Tests;

/// <summary>A list of URLs of a plain web server, which nobody here wrote.</summary>
public abstract class HttpListContract(Func<WebServer, string> host) : SourceContract
{
    private readonly List<WebFolder> _folders = [];

    protected override StoreTraits Traits => new()
    {
        HoldsKeysBelowKeys = false,
        CannotHold = key => FilePaths.WhyImpossible(key) is not null || key[0] is ' ' or '\t' || key.AsSpan().ContainsAny('\r', '\n'),
    };

    protected string Host => host(WebServer.Require());

    protected WebFolder Folder => _folders[0];

    [Fact]
    public async Task What_the_list_names_and_the_server_has_not_is_listed_and_not_found()
    {
        Folder.Write(Host, "there", "content"u8.ToArray());
        Folder.Name(Host, "gone");

        Assert.Equal(["gone", "there"], await KeysAsync());
        Assert.Null(await Store.HeadAsync("gone", Token));
        await ThrowsAsync(StoreErrorKind.NotFound, () => ReadAsync("gone"));
    }

    [Fact]
    public async Task Ranges_that_follow_each_other_cost_one_reading_and_any_order_gives_the_right_bytes()
    {
        byte[] content = Bytes(1_000_000);
        await WriteAsync("key", content);
        SourceVersion version = (await HeadAsync("key")).Entry.Version;

        for (int part = 0; part < 10; part++)
            Assert.Equal(content[(part * 100_000)..((part + 1) * 100_000)], await ReadAsync("key", new ByteRange(part * 100_000, 100_000), version));
        // The first byte is asked for once, to see whether the server sends ranges: one that does not begins with the whole.
        Assert.InRange(Folder.BytesSent("key"), 1_000_000, 2_000_000);

        byte[][] parts = await Task.WhenAll(Enumerable.Range(0, 10).Select(part => ReadAsync("key", new ByteRange(part * 100_000, 100_000), version)));
        Assert.Equal(content, parts.SelectMany(part => part));
        foreach (int part in (int[])[7, 2, 3, 9, 0])
            Assert.Equal(content[(part * 100_000)..((part + 1) * 100_000)], await ReadAsync("key", new ByteRange(part * 100_000, 100_000), version));
    }

    protected override ValueTask<IObjectReader> OpenStoreAsync()
    {
        WebServer server = WebServer.Require();
        _folders.Add(new WebFolder(server));
        return new(Repeating(HttpListStore.Open(Folder.Address(Host), new StoreOpenOptions())));
    }

    protected override ValueTask<IObjectReader> OpenStoreWithoutBucketAsync()
        => new(HttpListStore.Open(new StoreAddress { Scheme = "http", Bucket = $"{new Uri(Host).Authority}/nothing/list.txt" }, new StoreOpenOptions()));

    protected override Task WriteAsync(string key, byte[] content, ObjectMetadata? metadata = null)
    {
        Folder.Write(Host, key, content);
        return Task.CompletedTask;
    }

    // nginx resets a connection now and then after an answer of 412, which the engine's own repetition gets over.
    private static RetryingStore Repeating(IObjectReader store) => new(store, new RetryOptions(), TimeProvider.System, () => 0);

    protected override ValueTask RemoveStoreAsync()
    {
        _folders.ForEach(folder => folder.Dispose());
        return default;
    }
}

public sealed class HttpListStoreTests() : HttpListContract(server => server.Ranges);

public sealed class HttpListStoreWithoutRangesTests() : HttpListContract(server => server.WithoutRanges);

public sealed class HttpListStoreWithoutETagsTests() : HttpListContract(server => server.WithoutETags);

/// <summary>What lists may hold, and what is made of answers that no well-behaved server gives.</summary>
public sealed class HttpListAnswersTests : IAsyncDisposable
{
    private readonly ScriptedHandler _server = new();
    private readonly List<HttpListStore> _opened = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (HttpListStore store in _opened)
            await store.DisposeAsync();
        _server.Dispose();
    }

    [Fact]
    public async Task Columns_are_separated_by_any_blanks_and_keys_are_encoded()
    {
        HttpListStore store = Open("https://a.example/x/   b c%.jpg\r\n\nhttps://b.example/\ta\u00e9/../d\n");
        _server.Answer(200, "", 3, "ETag", "\"1\"").Answer(200, "", 4, "ETag", "\"2\"");

        ListPage page = await store.ListPageAsync(new ListPageRequest("", null, null, 10), Token);

        Assert.Equal(["a\u00e9/../d", "b c%.jpg"], page.Entries.Select(entry => entry.Key));
        Assert.Equal(
            ["https://a.example/x/b%20c%25.jpg", "https://b.example/a%C3%A9/../d", "https://lists.example/list.txt"],
            _server.Requests.Select(request => request.Uri).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("https://a.example/only-one-column", "Line 1 of the list has not two columns")]
    [InlineData("https://a.example/ a\nfile:///x/ b", "Line 2 of the list does not begin with an http or https URL")]
    [InlineData("https://user:pass@a.example/ a", "Line 1 of the list does not begin with")]
    [InlineData("http://a.example/ a", "Line 1 of the list has plain http")]
    [InlineData("https://a.example/ a\nhttps://b.example/ a", "The list names the key 'a' twice")]
    public async Task A_list_that_cannot_be_understood_stops_the_listing(string list, string reason)
    {
        HttpListStore store = Open(list);

        StoreException error = await Assert.ThrowsAsync<StoreException>(() => store.ListPageAsync(new ListPageRequest("", null, null, 10), Token));

        Assert.Equal((StoreErrorKind.Listing, "ListNotUnderstood"), (error.Kind, error.Code));
        Assert.StartsWith(reason, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("pass", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_a_server_knows_no_HEAD_the_first_byte_tells_the_size()
    {
        HttpListStore store = Open("https://a.example/ a");
        _server.Answer(405).Answer(206, "x", null, "Content-Range", "bytes 0-0/77", "Last-Modified", "Sun, 01 Mar 2026 10:00:00 GMT");

        ObjectEntry entry = Assert.Single((await store.ListPageAsync(new ListPageRequest("", null, null, 10), Token)).Entries);

        Assert.Equal((77, "date 1772359200 size 77", null), (entry.Size, entry.Version.Value, entry.ETag));
    }

    [Fact]
    public async Task A_weak_ETag_pins_nothing_and_the_date_does()
    {
        HttpListStore store = Open("https://a.example/ a");
        _server.Answer(200, "abc", null, "ETag", "W/\"1\"", "Last-Modified", "Sun, 01 Mar 2026 10:00:00 GMT");

        await store.ReadAsync(new ReadRequest("a", null, new SourceVersion("date 1772359200 size 3")), (_, _) => new ValueTask<int>(0), Token);

        Assert.Equal("Sun, 01 Mar 2026 10:00:00 GMT", _server.Requests[1].Headers["if-unmodified-since"]);
        Assert.False(_server.Requests[1].Headers.ContainsKey("if-match"));
    }

    [Fact]
    public async Task Redirections_are_followed_but_not_to_plain_http_and_not_for_ever()
    {
        HttpListStore store = Open("https://a.example/ a");
        _server.Answer(302, "", null, "Location", "https://b.example/elsewhere").Answer(200, "", 5, "ETag", "\"1\"");
        Assert.Equal(5, (await store.HeadAsync("a", Token))!.Entry.Size);
        Assert.Equal("https://b.example/elsewhere", _server.Requests[^1].Uri);

        _server.Answer(302, "", null, "Location", "http://b.example/elsewhere");
        Assert.Equal(StoreErrorKind.InvalidRequest, (await Assert.ThrowsAsync<StoreException>(() => store.HeadAsync("a", Token))).Kind);
        for (int i = 0; i < 6; i++)
            _server.Answer(302, "", null, "Location", "/a");
        Assert.Equal(StoreErrorKind.InvalidRequest, (await Assert.ThrowsAsync<StoreException>(() => store.HeadAsync("a", Token))).Kind);
        Assert.Equal(0, _server.Left);
    }

    [Fact]
    public async Task What_a_server_refuses_is_listed_and_its_reading_says_why()
    {
        HttpListStore store = Open("https://a.example/ a");
        _server.Answer(403).Answer(403).Answer(403);

        Assert.Equal("a", Assert.Single((await store.ListPageAsync(new ListPageRequest("", null, null, 10), Token)).Entries).Key);
        StoreException error = await Assert.ThrowsAsync<StoreException>(() => store.ReadAsync(new ReadRequest("a", null, null), (_, _) => new ValueTask<int>(0), Token));

        Assert.Equal((StoreErrorKind.AccessDenied, 403), (error.Kind, error.HttpStatus));
    }

    [Theory]
    [InlineData("https://host")]
    [InlineData("https://host/")]
    [InlineData("https://user:secret@host/list.txt")]
    [InlineData("https://host/list.txt?secret")]
    public void What_is_no_address_of_a_list_is_refused_and_not_repeated(string uri)
        => Assert.DoesNotContain("secret", Assert.Throws<ArgumentException>(() => StoreAddressParser.Parse(uri)).Message, StringComparison.Ordinal);

    [Fact]
    public void Plain_http_to_another_machine_needs_a_permission()
    {
        StoreAddress address = StoreAddressParser.Parse("http://lists.example/list.txt");

        Assert.Throws<ArgumentException>(() => new StoreFactory().OpenSource(address, new StoreOpenOptions()));
        Assert.Equal("http://lists.example/list.txt", new StoreFactory().OpenSource(address with { AllowInsecureEndpoint = true }, new StoreOpenOptions()).DisplayName);
    }

    [Fact]
    public async Task A_long_list_is_sorted_on_the_disk()
    {
        StringBuilder list = new();
        for (int i = 0; i < 120_001; i++)
            list.Append("https://a.example/ ").Append((i * 7919L % 120_001).ToString("D6", System.Globalization.CultureInfo.InvariantCulture)).Append('\n');
        using StringReader text = new(list.ToString());

        using SortedUrls sorted = await SortedUrls.SortAsync(new UrlList(text, "list", allowsHttp: false), "list", Token);

        int next = 0;
        foreach (ListedUrl url in sorted.From(""))
            Assert.Equal(next++, int.Parse(url.Key, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(120_001, next);
        Assert.Equal("077777", sorted.Find("077777")!.Value.Key);
        Assert.Null(sorted.Find("0777775"));
        Assert.Equal(["120000"], sorted.From("12").Select(url => url.Key));
    }

    [Fact]
    public async Task A_line_has_an_end()
    {
        using EndlessLine list = new("https://a.example/ one\nhttps://a.example/ ");

        StoreException error = await Assert.ThrowsAsync<StoreException>(() => SortedUrls.SortAsync(new UrlList(list, "list", allowsHttp: false), "list", Token));

        Assert.Equal((StoreErrorKind.Listing, "ListNotUnderstood"), (error.Kind, error.Code));
        Assert.Contains("Line 2 ", error.Message, StringComparison.Ordinal);
        Assert.InRange(list.Given, UrlList.MostCharacters, 2 * UrlList.MostCharacters);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("a\nb\r\nc\rd")]
    [InlineData("\r\r\n\n\na\r")]
    [InlineData("\n\r\n")]
    public async Task Lines_end_where_a_reader_of_text_ends_them(string text)
    {
        foreach (string whole in (string[])[text, new string('x', 4_095) + text, new string('x', 4_096) + text])
        {
            using StringReader expected = new(whole), given = new(whole);
            LineReader lines = new(given, 10_000);
            for (string? line = expected.ReadLine(); line is not null; line = expected.ReadLine())
                Assert.Equal(line, await lines.ReadAsync(Token));
            Assert.Null(await lines.ReadAsync(Token));
        }
    }

    private sealed class EndlessLine(string first) : TextReader
    {
        public long Given { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<char> buffer, CancellationToken cancellationToken = default)
        {
            buffer.Span.Fill('k');
            if (Given == 0)
                first.CopyTo(buffer.Span);
            Given += buffer.Length;
            return ValueTask.FromResult(buffer.Length);
        }
    }

    private HttpListStore Open(string list)
    {
        HttpListStore store = new(StoreAddressParser.Parse("https://lists.example/list.txt"), new HttpTransportOptions { Handler = _server });
        _opened.Add(store);
        _server.Answer((int)HttpStatusCode.OK, list);
        return store;
    }
}
