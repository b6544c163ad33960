using System.Globalization;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Tests.Listing;

/// <summary>Keys as people have them, drawn from a seed.</summary>
internal static class KeySpaces
{
    private static readonly string[] Words =
        ["app", "backup", "cache", "data", "export", "fotos", "images", "invoices", "logs", "media", "orders", "public", "reports", "static", "thumbs", "users", "video"];

    public static string[] Of(string shape, int count, int seed)
    {
        Random random = new(seed);
        DateTime begin = new DateTime(2012 + random.Next(10), 1 + random.Next(12), 1 + random.Next(28));
        double step = 3 + (random.NextDouble() * 10);
        (int files, int folders) = (10 + random.Next(40), 18 + random.Next(30));
        IEnumerable<string> keys = Enumerable.Range(0, count).Select(i => shape switch
        {
            "flat" => string.Create(CultureInfo.InvariantCulture, $"{random.NextInt64():x16}{random.NextInt64():x16}"),
            "base64" => Convert.ToBase64String(Bytes(random)).Replace('/', '_'),
            "dates" => string.Create(CultureInfo.InvariantCulture, $"{begin.AddMinutes(i * step):yyyy'/'MM'/'dd'/'HH'/'mmss}-{i:d12}.log"),
            "date-folders" => string.Create(CultureInfo.InvariantCulture, $"logs/app-{random.Next(6) * random.Next(6)}/dt={begin.AddMinutes(i * step):yyyy-MM-dd}/part-{i:d7}.parquet"),
            "tree" => string.Create(CultureInfo.InvariantCulture, $"d{i / files / folders / folders:d2}/d{i / files / folders % folders:d2}/d{i / files % folders:d2}/f{i % files:d2}.bin"),
            "numbers" => string.Create(CultureInfo.InvariantCulture, $"IMG_{i}.jpg"),
            "padded" => string.Create(CultureInfo.InvariantCulture, $"backup/2024/full/chunk.{i:d10}"),
            "names" => Name(random) + "/" + Name(random) + "-" + random.Next(1_000_000).ToString(CultureInfo.InvariantCulture),
            "words" => string.Create(CultureInfo.InvariantCulture, $"{Word(random)}/{Word(random)}/{Word(random)}_{random.Next(10_000)}.dat"),
            "uuid-folders" => "tenants/" + (random.Next(8) * random.Next(8)) + "/objects/" + new Guid(Bytes(random)),
            "long-prefix" => new string('x', 200) + "/" + new string('y', 100) + random.Next().ToString("d10", CultureInfo.InvariantCulture),
            "emoji" => char.ConvertFromUtf32(0x1F300 + random.Next(200)) + char.ConvertFromUtf32(0xFF21 + random.Next(20)) + random.Next(100_000),
            _ => throw new ArgumentOutOfRangeException(nameof(shape)),
        });
        return [.. keys.Distinct().Order(KeyOrder.Instance)];
    }

    private static string Word(Random random) => Words[random.Next(Words.Length) * random.Next(Words.Length) / Words.Length];

    private static string Name(Random random) => string.Concat(Enumerable.Range(0, 2 + random.Next(3)).Select(_ => "bdfgklmnrst"[random.Next(11)].ToString() + "aeiou"[random.Next(5)]));

    private static byte[] Bytes(Random random)
    {
        byte[] bytes = new byte[16];
        random.NextBytes(bytes);
        return bytes;
    }
}
