using System.Collections.Immutable;
using System.Linq.Expressions;
using System.Text.Json;
using PgEmbed.Postgres.Filters;
using Xunit.Abstractions;

// The filters are written as users write them, and some of them badly.
#pragma warning disable CA1305, CA1865, CA1866, CA2242, CS0675

namespace PgEmbed.Postgres.Tests.Filters;

/// <summary>Filters as people write them, so in the shapes that the C# compiler makes: PostgreSQL agrees with C#.</summary>
public sealed class TranslationTests(Products products, ITestOutputHelper output) : IClassFixture<Products>
{
    private static readonly string[] Names = ["abc", "Ärger", "😀"];
    private static readonly int?[] Stocks = [1, null, 50];
    private static readonly HashSet<string> AnyCase = new(StringComparer.OrdinalIgnoreCase) { "ABC", "straSSe", "KELVIN" };
    private static readonly ImmutableArray<Color> Colors = [Color.Red, Color.Blue];
    private static readonly List<Level> Levels = [Level.High];
    private static readonly Product? NoProduct = Nothing is null ? null : new Product();
    private static readonly DateTime Since = new DateTime(2024, 6, 1, 0, 0, 0, DateTimeKind.Utc).AddTicks(3);

    private static string? Nothing => null;

    private static int Two() => 2;

    /// <summary>Each is true of some products and false of others, so that none passes by being trivial.</summary>
    public static IReadOnlyList<Expression<Func<Product, bool>>> Filters { get; } =
    [
        // Comparison and logic.
        p => p.Name == "abc",
        p => p.Note == Nothing,
        p => p.Note != null && p.Stock < 50,
        p => !(p.Stock < 50),
        p => !(p.Stock == 50) && !(p.Stock != 3 && p.Active),
        p => p.Stock >= 2 || p.Active,
        p => p.Active & p.Checked == true,
        p => p.Active ^ (p.Count > 2),
        p => p.Checked != true,
        p => p.Checked ?? p.Active,
        p => !(p.Checked ?? false),
        p => p.Active == (p.Count > 0),
        p => p.Active ? p.Count > 0 : p.Stock > 0,
        p => (p.Stock ?? 7) == 7,
        p => (p.Stock == null) == p.Active,
        p => (p.Checked & p.Active) == false,
        p => (NoProduct == null || p.Name == NoProduct.Name) && p.Active,
        p => p.Stock.HasValue && p.Stock.Value > 2,
        p => p.Stock.GetValueOrDefault() == 0,
        p => p.Stock.GetValueOrDefault(7) == 7,
        p => ((IHasId)p).Id < 40,
        p => p.Name.Equals("abc") || p.Count.Equals(2) || p.Stock.Equals(3),

        // Numbers.
        p => p.Count + 1 > p.Stock,
        p => p.Count * 3 - 1 == 2 || p.Small * Two() > 10,
        p => p.Count / 2 == 1,
        p => p.Count % 2 == 0 && p.Count != 0,
        p => -p.Small < 0,
        p => p.Count / p.Small > 0,
        p => p.Price * 2 > 30m,
        p => p.Price - (p.Discount ?? 0) == 0,
        p => p.Price > p.Count,
        p => p.Ratio * 2.0 > 0.9 && p.Ratio - 0.5 < 100,
        p => p.Count * 0.5 < 1.2,
        p => p.Big > 0.5,
        p => p.Big == p.Count,
        p => p.Ratio > 0.1,
        p => p.Ratio == 0.1f,
        p => p.Count > 0.5f,
        p => p.Weight > p.Rating,
        p => p.Weight == p.Rating,
        p => p.Weight != p.Rating,
        p => !(p.Weight > 0.3),
        p => !(p.Weight <= p.Rating),
        p => p.Weight != double.NaN && p.Active,
        p => double.IsNaN(p.Weight) || double.IsNaN(p.Ratio),
        p => Math.Abs(p.Small) == 1 || Math.Floor(p.Weight) == 0,
        p => (p.Count & 2) != 0,
        p => (p.Count | p.Small) == -1,

        // Enumerations and chars.
        p => p.Color == Color.Green,
        p => p.Trim != Color.Green,
        p => p.Trim == p.Color,
        p => Colors.Contains(p.Color),
        p => p.Level > Level.Low,
        p => (int)p.Level + 1 > 1,
        p => Levels.Contains(p.Level),
        p => p.Rights.HasFlag(Rights.Read | Rights.Write),
        p => (p.Rights & Rights.Delete) == Rights.Delete,
        p => p.Grade == 'A' || p.Grade == 'ß',
        p => p.Grade != 'b',
        p => p.Color.ToString() == "Red",

        // Texts.
        p => p.Name.Contains("%_") || p.Name.StartsWith("back\\", StringComparison.Ordinal),
        p => !p.Note!.EndsWith("c", StringComparison.Ordinal) && p.Note != null,
        p => p.Name.Contains('a'),
        p => p.Name.Contains("STRASSE", StringComparison.OrdinalIgnoreCase),
        p => p.Name.Equals("äRGER", StringComparison.OrdinalIgnoreCase),
        p => string.Equals(p.Note, "kelvin", StringComparison.OrdinalIgnoreCase),
        p => p.Name.ToLower() == "kelvin",
        p => p.Name.ToUpperInvariant() == "ABC",
        p => p.Name.ToLowerInvariant().StartsWith("ä", StringComparison.Ordinal),
        p => p.Name.Trim() == "abc",
        p => p.Name.Trim().ToLower() == "abc",
        p => p.Name.TrimEnd() != p.Name,
        p => p.Name.Length == 4,
        p => p.Note!.Length > 3,
        p => string.IsNullOrEmpty(p.Note),
        p => !string.IsNullOrWhiteSpace(p.Note),
        p => (p.Name + "-" + p.Note).EndsWith("-", StringComparison.Ordinal),
        p => p.Name.Replace("a", "b") == "bbc",
        p => p.Name.Contains(p.Code),
        p => p.Name.StartsWith(p.Code) || p.Code.EndsWith(p.Name),
        p => "abcdef".Contains(p.Name),
        p => string.CompareOrdinal(p.Note, "b") < 0,
        p => string.Compare(p.Name, "b", StringComparison.Ordinal) >= 0,
        p => Names.Contains(p.Name),
        p => !Names.Contains(p.Note),
        p => AnyCase.Contains(p.Name),
        p => Names.Any(name => p.Name.Contains(name)),
        p => p.Id.ToString().EndsWith("1"),
        p => (p.Note ?? p.Name) == "abc",

        // Lists and arrays.
        p => Stocks.Contains(p.Stock),
        p => !Stocks.Contains(p.Stock),
        p => !new[] { 1, 2 }.Contains(p.Count),
        p => new List<double> { double.NaN, 0.5 }.Contains(p.Weight),
        p => p.Tags.Contains("abc"),
        p => !p.Tags.Contains("a"),
        p => p.Tags.Contains(p.Name),
        p => p.Tags.Any(),
        p => p.Tags.Length > 3 || p.Tags.Count() == 1,
        p => p.Tags.Any(tag => tag.StartsWith("a", StringComparison.Ordinal)),
        p => p.Tags.All(tag => tag != "a"),
        p => p.Tags.Any(tag => Names.Contains(tag)),
        p => p.Numbers == null,
        p => p.Numbers != null && p.Numbers.Contains(2),
        p => p.Numbers != null && p.Numbers.Any(n => n > p.Count),
        p => p.Numbers != null && p.Numbers.Count > 2,
        p => p.Tags.SequenceEqual(Array.Empty<string>()),

        // Dates.
        p => p.CreatedAt >= Since,
        p => p.CreatedAt < p.UpdatedAt,
        p => p.CreatedAt.Year == 2024,
        p => p.CreatedAt.Month == 12 || p.CreatedAt.Day == 29 || p.CreatedAt.Hour == 23,
        p => p.CreatedAt.Date == new DateTime(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc),
        p => p.CreatedAt.DayOfWeek == DayOfWeek.Wednesday,
        p => p.SeenAt.Year < 2024 && p.SeenAt.Second == 59,
        p => p.SeenAt > new DateTimeOffset(2024, 3, 31, 4, 0, 0, TimeSpan.FromHours(2)),
        p => p.LocalAt > new DateTime(2024, 1, 1),
        p => p.LocalAt.TimeOfDay > TimeSpan.FromHours(12),
        p => p.LocalAt.Year < 9000 && p.LocalAt.AddDays(1.5) > new DateTime(2025, 1, 1),
        p => p.CreatedAt.Year < 9000 && p.CreatedAt.AddMonths(1).Day == 29,
        p => p.CreatedAt < DateTime.UtcNow && p.CreatedAt > DateTime.UtcNow.AddYears(-20),
        p => p.UpdatedAt - p.CreatedAt > TimeSpan.FromDays(100),
        p => Since - p.CreatedAt < TimeSpan.FromDays(200),
        p => p.Day == new DateOnly(2025, 1, 1),
        p => p.Due > p.Day,
        p => p.Day.Year == 2024 || p.Day.Month == 2,
        p => p.Day.Year < 9000 && p.Day == DateOnly.FromDateTime(p.LocalAt),
        p => p.Opens > new TimeOnly(8, 0),
        p => p.Opens.Hour == 23,
        p => p.Took > TimeSpan.FromHours(1),
        p => p.Took + TimeSpan.FromHours(1) == TimeSpan.FromHours(25),
        p => p.CreatedAt.CompareTo(Since) < 0,

        // Guids.
        p => p.Token == Guid.Empty,
        p => p.Token != p.OtherToken,
        p => p.Token.CompareTo(new Guid("01020304-0506-0708-090a-0b0c0d0e0f10")) > 0,

        // JSON.
        p => p.Data == null,
        p => p.Data!.Maker == "abc",
        p => p.Data!.Maker != "abc",
        p => p.Data!.From!.City!.StartsWith("a", StringComparison.Ordinal),
        p => p.Data!.From != null && p.Data.From.City == null,
        p => p.Data!.NetWeight > 0.2,
        p => p.Data!.Parts == 2 || p.Data.Parts!.Value > 40_000,
        p => p.Data!.Fragile == true,
        p => p.Data!.Batch == Guid.Empty,
        p => p.Data!.Unit == Unit.Metre,
        p => p.Data!.Material == Material.Steel,
        p => p.Data!.Labels!.Contains("abc"),
        p => p.Data!.Labels!.Count > 3,
        p => p.Data!.More!["it's"] == "abc",
        p => p.Data!.More!.ContainsKey("x"),
        p => p.Data!.From!.Gates![0] == 2,
        p => p.Doc!.RootElement.GetProperty("Maker").GetString() == "abc",
        p => p.Doc!.RootElement.GetProperty("Parts").GetInt32() > 2,
        p => p.Doc!.RootElement.GetProperty("Fragile").ValueKind == JsonValueKind.True,
        p => p.Doc!.RootElement.GetProperty("From").GetProperty("Gates")[1].GetInt32() == 2,
        p => p.Doc!.RootElement.GetProperty("Labels").GetArrayLength() > 2,

        // Other tables.
        p => p.Category == null,
        p => p.Category != null && p.Category.Title != " ",
        p => p.Category!.Title == null,
        p => p.Category!.Rank > 2,
        p => !(p.Category!.Rank > 2),
        p => p.Category!.Title == p.Name,
        p => (p.Category!.Rank ?? 0) == 0,
        p => p.Category!.Title!.ToUpper().Contains("A"),
        p => p.Category!.Since < p.CreatedAt,
        p => p.Category!.Rank + 1 > 3,
        p => p.Reviews.Any(),
        p => p.Reviews.Any(r => r.Stars > 3 && r.Text != null),
        p => !p.Reviews.Any(r => r.Text == p.Name),
        p => p.Reviews.All(r => r.Stars > 2),
        p => p.Reviews.Count > 1,
        p => p.Reviews.Count(r => r.Stars == 1) == 1,

        // SQL within C#.
        p => p.Active && SqlFilter.From($"name LIKE {"%a%"} AND {1} = {1}").Matches(p),
        p => !SqlFilter.From($"stock < {50}").Matches(p),
        p => p.Reviews.Any(r => SqlFilter.From($"stars > {3}").Matches(r)),
    ];

    public static TheoryData<Expression<Func<Product, bool>>, string> Untranslatable => new()
    {
        { p => (int)p.Weight == 1, "cuts or rounds" },
        { p => p.Price / 3 > 1, "multiply" },
        { p => p.Weight / p.Rating > 1, "infinite" },
        { p => p.Weight % 2 == 1, "remainder" },
        { p => string.Compare(p.Name, "x") < 0, "CompareOrdinal" },
        { p => p.Name.CompareTo("x") < 0, "CompareOrdinal" },
        { p => string.CompareOrdinal(p.Name, "\uFFFD") < 0, "UTF-16" },
        { p => string.CompareOrdinal(p.Name, p.Code) < 0, "value" },
        { p => p.Name.Equals("x", StringComparison.CurrentCulture), "culture" },
        { p => p.Name.Equals(p.Code, StringComparison.OrdinalIgnoreCase), "beside a column" },
        { p => p.Name.ToLower() == p.Code, "upper or lower case" },
        { p => p.Name.StartsWith(Nothing!), "not null" },
        { p => p.Name == "a\0b", "NUL" },
        { p => p.Name.Contains("\uD83D"), "surrogate" },
        { p => p.Name.Substring(1) == "bc", "SqlFilter" },
        { p => p.Name[0] == 'a', "SqlFilter" },
        { p => $"{p.Name}/{p.Code}" == "a/b", "SqlFilter" },
        { p => p.Tags == Names, "SequenceEqual" },
        { p => p.Color > Color.Red, "integers" },
        { p => p.CreatedAt > new DateTime(2024, 1, 1), "DateTimeKind.Utc" },
        { p => p.CreatedAt > new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Local), "DateTimeKind.Utc" },
        { p => p.LocalAt > DateTime.UtcNow, "no time zone" },
        { p => p.CreatedAt > p.LocalAt, "different types" },
        { p => new SortedSet<string> { "a" }.Contains(p.Name), "comparers" },
        { p => new HashSet<string>(StringComparer.InvariantCulture) { "a" }.Contains(p.Name), "comparers" },
        { p => p.Data!.Labels!.Any(label => label == "x"), "JSON" },
        { p => p.Numbers!.Max() > 3, "SqlFilter" },
        { p => p.Reviews.Select(r => r.Stars).Any(), "SqlFilter" },
        { p => Unknown(p.Name), "SqlFilter" },
        { p => p.Data!.From == new Address(), "JSON" },
    };

    private static bool Unknown(string name) => name.Length > 3;

    [Fact]
    public async Task PostgreSQL_lets_through_the_rows_that_csharp_does()
    {
        var wrong = new List<string>();
        foreach (var filter in Filters)
        {
            if (Record.Exception(() => products.Sql(filter)) is { } refused)
                wrong.Add(refused.Message);
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
        var passing = await products.PassingAsync(Filters);
        for (var i = 0; i < Filters.Count; i++)
        {
            output.WriteLine($"{Filters[i].Body}\n    {products.Sql(Filters[i]).ReplaceLineEndings(" ")}");
            if (passing[i].Count == 0 || passing[i].Count == products.Rows.Count)
                wrong.Add($"{Filters[i].Body}: trivial, {passing[i].Count} rows pass");
            if (!Filters[i].Body.ToString().Contains(".Matches(") && products.Difference(Filters[i], passing[i]) is { } difference)
                wrong.Add(difference);
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    [Theory]
    [MemberData(nameof(Untranslatable))]
    public void What_has_no_translation_is_refused_with_a_way_round(Expression<Func<Product, bool>> filter, string wayRound)
    {
        var error = Assert.Throws<FilterNotSupportedException>(() => products.Sql(filter));

        Assert.Contains(wayRound, error.Message, StringComparison.Ordinal);
        Assert.Contains("SqlFilter.From", error.Remedy, StringComparison.Ordinal);
    }
}
