using System.Text.Json;

namespace PgEmbed.Postgres.Tests.Filters;

/// <summary>Products drawn from a seed: nulls, empty texts, extremes and what of Unicode is treacherous among them.</summary>
internal static class ProductData
{
    public static readonly string[] Texts =
    [
        "", " ", "a", "A", "b", "abc", "ABC", "Abc ", "  abc\t", "50%_off", @"back\slash", "it's \"quoted\"", "straße", "STRASSE",
        "Ärger", "ärger", "ǅungla", "ﬁn", "K", "Kelvin", "kelvin", "\u212Aelvin", "\u017Folid", "İstanbul", "ısı", "a\u0301", "\u00E1",
        "😀", "a😀b", "𐐀𐐨", "\uFFFD", "\uE000x", "line\nbreak", "tab\u00A0nbsp\u2003", "ς", "Σ", "σ", "$1", "{0}", "[a]^$.*+?()|-", "null",
    ];

    public static readonly int[] Ints = [int.MinValue, -5, -1, 0, 1, 2, 3, 7, 50, 70, 100, 40_000, int.MaxValue];
    public static readonly long[] Longs = [long.MinValue, -3_000_000_000, -1, 0, 1, 9_007_199_254_740_993, long.MaxValue];
    public static readonly decimal[] Decimals = [-79228162514264337593543950335m, -0.5m, 0m, 0.1m, 0.10m, 19.99m, 100m, 79228162514264337593543950335m];
    public static readonly double[] Doubles =
        [double.NaN, double.NegativeInfinity, double.MinValue, -1.5, -0.0, 0, double.Epsilon, 0.1, 0.5, 0.1f, 2, 1e15, double.MaxValue, double.PositiveInfinity];

    public static readonly float[] Floats = [float.NaN, float.NegativeInfinity, float.MinValue, -1.5f, 0, 0.1f, 0.5f, 16_777_216f, float.PositiveInfinity];
    public static readonly Guid[] Guids = [Guid.Empty, new("01020304-0506-0708-090a-0b0c0d0e0f10"), new("ffffffff-0000-0000-0000-000000000001"), new("7fffffff-ffff-ffff-ffff-ffffffffffff")];

    public static readonly DateTime[] Times =
    [
        .. new[]
        {
            // Npgsql reads the first of all days as minus infinity, too, so no row and no bound is on it.
            new DateTime(1, 1, 2, 0, 0, 0, 1), new DateTime(1969, 12, 31, 23, 59, 59, 999), new DateTime(2000, 2, 29),
            new DateTime(2024, 2, 29, 12, 30, 15), new DateTime(2024, 3, 31, 2, 30, 0), new DateTime(2024, 12, 31, 23, 59, 59),
            new DateTime(2025, 1, 1), new DateTime(9999, 12, 31, 23, 59, 59, 998),
        }.Select(t => t.AddTicks(1230)),
        new(2025, 1, 1), new(2024, 1, 31),
    ];

    public static readonly TimeSpan[] Spans = [TimeSpan.FromDays(-400), TimeSpan.Zero, TimeSpan.FromMicroseconds(1), TimeSpan.FromHours(24), new(1, 2, 3, 4, 5), TimeSpan.FromDays(40)];
    public static readonly TimeOnly[] DayTimes = [TimeOnly.MinValue, new(8, 30), new(23, 59, 59, 999, 999)];

    public static IReadOnlyList<Product> Some(int count, int seed)
    {
        var random = new Random(seed);
        Category[] categories =
        [
            .. Enumerable.Range(1, 6).Select(id => new Category
            {
                Id = id,
                Title = Maybe(() => Pick(Texts)),
                Rank = Some(() => random.Next(5)),
                Since = Utc(Pick(Times)),
            }),
        ];
        var reviews = 0;
        return
        [
            .. Enumerable.Range(1, count).Select(id =>
            {
                var category = random.Next(4) == 0 ? null : Pick(categories);
                return new Product
                {
                    Id = id,
                    Name = Pick(Texts),
                    Note = Maybe(() => Pick(Texts)),
                    Code = Pick(Texts),
                    Small = (short)Pick([short.MinValue, -1, 0, 1, 50, short.MaxValue]),
                    Count = Pick(Ints),
                    Stock = Some(() => Pick(Ints)),
                    Big = Pick(Longs),
                    BigOrNull = Some(() => Pick(Longs)),
                    Price = Pick(Decimals),
                    Discount = Some(() => Pick(Decimals)),
                    Weight = Pick(Doubles),
                    Rating = Some(() => Pick(Doubles)),
                    Ratio = Pick(Floats),
                    Active = random.Next(2) == 0,
                    Checked = Some(() => random.Next(2) == 0),
                    Token = Pick(Guids),
                    OtherToken = Some(() => Pick(Guids)),
                    CreatedAt = Utc(Pick(Times)),
                    UpdatedAt = Some(() => Utc(Pick(Times))),
                    LocalAt = Pick(Times),
                    SeenAt = new DateTimeOffset(Utc(Pick(Times))),
                    Day = DateOnly.FromDateTime(Pick(Times)),
                    Due = Some(() => DateOnly.FromDateTime(Pick(Times))),
                    Opens = Pick(DayTimes),
                    Took = Pick(Spans),
                    Color = Pick(Enum.GetValues<Color>()),
                    Trim = Some(() => Pick(Enum.GetValues<Color>())),
                    Level = Pick(Enum.GetValues<Level>()),
                    Rights = (Rights)random.Next(8),
                    Grade = Pick(['A', 'b', 'ß', 'Z']),
                    Tags = [.. Texts.Where(_ => random.Next(12) == 0)],
                    Numbers = random.Next(4) == 0 ? null : [.. Ints.Where(_ => random.Next(4) == 0)],
                    Data = random.Next(5) == 0 ? null : Details(),
                    Doc = random.Next(5) == 0 ? null : JsonSerializer.SerializeToDocument(Details()),
                    CategoryId = category?.Id ?? (random.Next(2) == 0 ? null : 999),
                    Category = category,
                    Reviews =
                    [
                        .. Enumerable.Range(0, random.Next(4)).Select(_ => new Review
                        {
                            Id = ++reviews, ProductId = id, Stars = random.Next(1, 6), Text = Maybe(() => Pick(Texts)),
                        }),
                    ],
                };
            }),
        ];

        TValue Pick<TValue>(TValue[] values) => values[random.Next(values.Length)];
        TValue? Maybe<TValue>(Func<TValue> value)
            where TValue : class => random.Next(4) == 0 ? null : value();
        TValue? Some<TValue>(Func<TValue> value)
            where TValue : struct => random.Next(4) == 0 ? null : value();
        static DateTime Utc(DateTime time) => DateTime.SpecifyKind(time, DateTimeKind.Utc);
        Details Details() => new()
        {
            Maker = Maybe(() => Pick(Texts)),
            NetWeight = Some(() => Pick([-1.5, 0.1, 0.5, double.MaxValue, double.Epsilon])),
            Parts = Some(() => Pick(Ints)),
            Fragile = Some(() => random.Next(2) == 0),
            Batch = Some(() => Pick(Guids)),
            Unit = Some(() => Pick(Enum.GetValues<Unit>())),
            Material = Some(() => Pick(Enum.GetValues<Material>())),
            Labels = random.Next(3) == 0 ? null : [.. Texts.Where(_ => random.Next(12) == 0)],
            More = random.Next(3) == 0 ? null : new() { ["it's"] = Pick(Texts), ["x"] = "y" },
            From = random.Next(3) == 0 ? null : new Address { City = Maybe(() => Pick(Texts)), Gates = [random.Next(5), 2] },
        };
    }
}
