using System.Text;
#if NET10_0_OR_GREATER
using CsCheck;
#endif
using OssMigration.Core.Copying;
using OssMigration.Core.Stores;
using Xunit;

namespace OssMigration.Core.Tests.Copying;

public sealed class StreamChecksumTests
{
    private static readonly byte[] CheckInput = Encoding.ASCII.GetBytes("123456789");

    [Theory]
    [InlineData(ChecksumAlgorithm.Crc32, "CBF43926")]
    [InlineData(ChecksumAlgorithm.Crc32C, "E3069283")]
    [InlineData(ChecksumAlgorithm.Crc64Nvme, "AE8B14860A799888")]
    [InlineData(ChecksumAlgorithm.Sha1, "F7C3BC1D808E04732ADF679965CCC34CA7AE3441")]
    [InlineData(ChecksumAlgorithm.Sha256, "15E2B0D3C33891EBB0F1EF609EC419420C20E320CE94C65FBC8C3312448EB225")]
    public void The_catalogue_value_matches_and_another_does_not(ChecksumAlgorithm algorithm, string hex)
    {
        byte[] value = Convert.FromHexString(hex);
        using StreamChecksum checksum = new(algorithm);
        checksum.Append(CheckInput.AsSpan(0, 4));
        checksum.Append(CheckInput.AsSpan(4));

        Assert.Equal(Convert.ToBase64String(value), checksum.Value);
        Assert.True(checksum.Matches(new DeclaredChecksum(algorithm, Convert.ToBase64String(value))));
        Assert.Equal(9, checksum.Length);
        value[^1] ^= 1;
        Assert.False(checksum.Matches(new DeclaredChecksum(algorithm, Convert.ToBase64String(value))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("no base64!")]
    [InlineData("AAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void A_malformed_declaration_does_not_match(string text)
    {
        using StreamChecksum checksum = new(ChecksumAlgorithm.Crc32);
        Assert.False(checksum.Matches(new DeclaredChecksum(ChecksumAlgorithm.Crc32, text)));
    }

    [Fact]
    public void Another_algorithm_is_refused()
    {
        using StreamChecksum checksum = new(ChecksumAlgorithm.Crc32);
        Assert.Throws<ArgumentException>(() => checksum.Matches(new DeclaredChecksum(ChecksumAlgorithm.Crc32C, "AAAAAA==")));
    }

    [Fact]
    public void The_cheapest_declared_checksum_is_chosen()
    {
        DeclaredChecksum sha256 = new(ChecksumAlgorithm.Sha256, "a");
        DeclaredChecksum sha1 = new(ChecksumAlgorithm.Sha1, "b");
        DeclaredChecksum crc32 = new(ChecksumAlgorithm.Crc32, "c");
        DeclaredChecksum nvme = new(ChecksumAlgorithm.Crc64Nvme, "d");

        Assert.Same(nvme, StreamChecksum.Cheapest([sha256, crc32, nvme]));
        Assert.Same(crc32, StreamChecksum.Cheapest([sha256, crc32, sha1]));
        Assert.Same(sha1, StreamChecksum.Cheapest([sha256, sha1]));
        Assert.Null(StreamChecksum.Cheapest([]));
        Assert.Same(crc32, StreamChecksum.CheapestCombinable([sha256, crc32]));
        Assert.Null(StreamChecksum.CheapestCombinable([sha256, sha1]));
    }

#if NET10_0_OR_GREATER
    [Theory]
    [InlineData(ChecksumAlgorithm.Crc32)]
    [InlineData(ChecksumAlgorithm.Crc32C)]
    [InlineData(ChecksumAlgorithm.Crc64Nvme)]
    public void Parts_join_to_the_value_of_the_whole(ChecksumAlgorithm algorithm) =>
        Gen.Select(Gen.Byte.Array[0, 700], Gen.Byte.Array[0, 700]).Sample((first, second) =>
        {
            using StreamChecksum whole = new(algorithm);
            using StreamChecksum partOne = new(algorithm);
            using StreamChecksum partTwo = new(algorithm);
            using StreamChecksum joined = new(algorithm);
            whole.Append((byte[])[.. first, .. second]);
            partOne.Append(first);
            partTwo.Append(second);
            joined.Join(partOne.Crc, first.Length);
            joined.Join(partTwo.Crc, second.Length);

            return joined.Value == whole.Value && joined.Length == whole.Length
                && StreamChecksum.Combine(algorithm, partOne.Crc, partTwo.Crc, second.Length) == whole.Crc;
        });
#endif

    [Fact]
    public void A_hash_cannot_be_joined()
    {
        using StreamChecksum checksum = new(ChecksumAlgorithm.Sha256);
        Assert.Throws<NotSupportedException>(() => checksum.Join(1, 1));
        Assert.Throws<NotSupportedException>(() => checksum.Crc);
    }
}
