// The filters are written as users write them.
#pragma warning disable CA1304, CA1305, CA1311, CA1865, CA1866
using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using PgEmbed.Postgres.Filters;
using PgEmbed.Testing;

namespace PgEmbed.Postgres.Tests.Filters;

/// <summary>
/// The tables of docs/filters.md are what the translator makes of the expressions here. PGEMBED_ACCEPT=1 writes them anew.
/// </summary>
public sealed class FilterDocumentTests(Products products) : IClassFixture<Products>
{
    private static readonly string Path = System.IO.Path.Combine(Repository.Root, "docs", "filters.md");

    private readonly Dictionary<string, StringBuilder> _tables = [];
    private string _table = "";

    [Fact]
    public void The_tables_say_what_the_translator_does()
    {
        string[] names = ["a", "b"];
        var utc = new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        var words = "x";
        Begin("logic");
        Add(p => p.Name == "a");
        Add(p => p.Note == null);
        Add(p => p.Stock != 5);
        Add(p => !(p.Stock < 5));
        Add(p => p.Active && !(p.Count > 1 || p.Stock.HasValue));
        Add(p => p.Checked == true);
        Add(p => (p.Stock ?? 0) > 5);
        Add(p => p.Active ? p.Count > 1 : p.Stock > 1);
        Add(p => p.Weight > 0.5);
        Begin("text");
        Add(p => p.Name.Contains("50%"));
        Add(p => p.Name.StartsWith("a"));
        Add(p => p.Name.Contains(p.Code));
        Add(p => p.Name.Equals("abc", StringComparison.OrdinalIgnoreCase));
        Add(p => p.Name.Contains("größe", StringComparison.OrdinalIgnoreCase));
        Add(p => p.Name.ToUpper() == "ABC");
        Add(p => string.IsNullOrEmpty(p.Note));
        Add(p => p.Note!.Trim() == "a");
        Add(p => p.Name + p.Note == "ab");
        Add(p => p.Name.Replace("a", "b") == "b");
        Add(p => p.Name.Length > 3);
        Add(p => string.CompareOrdinal(p.Name, "m") < 0);
        Begin("numbers");
        Add(p => p.Count * 2 + 1 > 5);
        Add(p => p.Count / p.Small == 2);
        Add(p => p.Count * 1.5 > 2);
        Add(p => p.Price > p.Count);
        Add(p => Math.Abs(p.Count) > 3);
        Add(p => (p.Count & 4) != 0);
        Add(p => p.Color == Color.Red);
        Add(p => p.Level >= Level.Middle);
        Add(p => p.Rights.HasFlag(Rights.Write));
        Add(p => p.Grade == 'A');
        Add(p => double.IsNaN(p.Weight));
        Begin("dates");
        Add(p => p.CreatedAt >= utc);
        Add(p => p.CreatedAt > DateTime.UtcNow.AddDays(-7));
        Add(p => p.LocalAt.Year == 2024);
        Add(p => p.CreatedAt.Date == utc);
        Add(p => p.Due < p.Day.AddMonths(1));
        Add(p => p.UpdatedAt - p.CreatedAt > TimeSpan.FromDays(1));
        Add(p => p.Opens < new TimeOnly(9, 0));
        Begin("lists");
        Add(p => names.Contains(p.Name));
        Add(p => !names.Contains(p.Name));
        Add(p => names.Any(name => p.Name.StartsWith(name)));
        Add(p => p.Tags.Contains("a"));
        Add(p => p.Tags.Contains(p.Name));
        Add(p => p.Tags.Any(tag => names.Contains(tag)));
        Add(p => p.Tags.Any(tag => tag.StartsWith("a")));
        Add(p => p.Tags.Length > 2);
        Begin("json");
        Add(p => p.Data!.Maker == "a");
        Add(p => p.Data!.From!.City == null);
        Add(p => p.Data!.Parts > 2);
        Add(p => p.Data!.Fragile == true);
        Add(p => p.Data!.Labels!.Contains("a"));
        Add(p => p.Data!.Labels!.Count > 2);
        Add(p => p.Data!.More!["key"] == "a");
        Add(p => p.Doc!.RootElement.GetProperty("Maker").GetString() == "a");
        Begin("relations");
        Add(p => p.Category!.Title == "a");
        Add(p => p.Category!.Title != "a");
        Add(p => p.Category == null);
        Add(p => p.Reviews.Any(r => r.Stars > 3));
        Add(p => p.Reviews.All(r => r.Stars > 3));
        Add(p => p.Reviews.Count > 2);
        Begin("sql");
        Add(p => p.Active && SqlFilter.From($"to_tsvector('english', note) @@ websearch_to_tsquery('english', {words})").Matches(p));
        BeginRefused("refused");
        Refuse(p => (int)p.Weight == 1);
        Refuse(p => p.Price / 3 > 1);
        Refuse(p => p.Name.CompareTo("m") < 0);
        Refuse(p => p.Name.Equals("a", StringComparison.CurrentCultureIgnoreCase));
        Refuse(p => p.Name.ToLower() == p.Code.ToLower());
        Refuse(p => p.Name.Substring(0, 1) == "a");
        Refuse(p => p.Color > Color.Red);
        Refuse(p => p.CreatedAt > new DateTime(2024, 1, 1));
        Refuse(p => p.Tags == names);
        Refuse(p => p.Numbers!.Sum() > 3);
        Refuse(p => p.Data!.Labels!.Any(label => label.Length > 3));

        var document = File.ReadAllText(Path);
        var expected = document;
        foreach (var (name, table) in _tables)
            expected = Regex.Replace(
                expected,
                $"<!-- {name} -->.*?<!-- end -->",
                _ => $"<!-- {name} -->\n{table}<!-- end -->",
                RegexOptions.Singleline);
        if (Environment.GetEnvironmentVariable("PGEMBED_ACCEPT") == "1")
            File.WriteAllText(Path, expected);
        else
            Assert.Equal(expected, document);
    }

    private void Begin(string table)
    {
        _table = table;
        _tables[table] = new StringBuilder("| C# | SQL |\n| --- | --- |\n");
    }

    private void BeginRefused(string table)
    {
        _table = table;
        _tables[table] = new StringBuilder("| C# | why, and what to write |\n| --- | --- |\n");
    }

    private void Add(Expression<Func<Product, bool>> filter, [CallerArgumentExpression(nameof(filter))] string text = "")
    {
        var sql = products.Sql(filter).ReplaceLineEndings(" ").Replace("( ", "(").Replace(" )", ")");
        _tables[_table].Append($"| {Code(text)} | {Code(sql)} |\n");
    }

    private void Refuse(Expression<Func<Product, bool>> filter, [CallerArgumentExpression(nameof(filter))] string text = "")
    {
        var error = Assert.Throws<FilterNotSupportedException>(() => products.Sql(filter));
        var way = error.Remedy!.Replace(FilterNotSupportedException.WayRound, "").Trim();
        _tables[_table].Append($"| {Code(text)} | {(way.Length == 0 ? "write it in SQL" : way.Replace("|", "\\|"))} |\n");
    }

    // In a table a bar ends the cell even within code.
    private static string Code(string text) => $"`{text.Replace("|", "\\|")}`";
}
