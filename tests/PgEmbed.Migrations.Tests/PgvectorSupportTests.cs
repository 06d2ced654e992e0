using FsCheck;
using FsCheck.Fluent;

namespace PgEmbed.Migrations.Tests;

public sealed class PgvectorSupportTests
{
    [Theory]
    [InlineData("0.8.6", 0, 8, 6)]
    [InlineData("0.8", 0, 8, 0)]
    [InlineData("1", 1, 0, 0)]
    [InlineData("0.10.0-dev", 0, 10, 0)]
    [InlineData("0.8.4.1", 0, 8, 4)]
    public void A_version_is_read_by_its_first_three_numbers(string text, int major, int minor, int patch) =>
        Assert.Equal(new Version(major, minor, patch), PgvectorSupport.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("unpackaged")]
    [InlineData(".8")]
    public void What_does_not_begin_with_a_number_is_no_version(string text) =>
        Assert.Contains($"'{text}'", Assert.Throws<FormatException>(() => PgvectorSupport.Parse(text)).Message);

    [Theory]
    [InlineData("0.7.4", "Expected pgvector 0.8.0 or newer, got 0.7.4.")]
    [InlineData("0.8.0", "has known faults")]
    [InlineData("0.8.3", "has known faults")]
    [InlineData("0.8.4", null)]
    [InlineData("0.8.10", null)]
    [InlineData("0.10.0", null)]
    [InlineData("1.0", null)]
    public void Versions_before_the_minimum_and_the_advised_one_are_complained_of(string version, string? complaint)
    {
        var actual = PgvectorSupport.Complaint(version);
        if (complaint is null)
        {
            Assert.Null(actual);
            return;
        }

        Assert.Contains(complaint, actual);
        Assert.Contains("ALTER EXTENSION vector UPDATE", actual);
    }

    [Fact]
    public void What_is_read_is_what_was_written() =>
        Prop.ForAll<NonNegativeInt, NonNegativeInt, NonNegativeInt>((major, minor, patch) =>
        {
            var version = new Version(major.Get, minor.Get, patch.Get);
            return PgvectorSupport.Parse(version.ToString()) == version;
        }).QuickCheckThrowOnFailure();
}
