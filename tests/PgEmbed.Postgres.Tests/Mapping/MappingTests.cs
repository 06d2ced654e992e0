using System.ComponentModel.DataAnnotations;
using System.ComponentModel.DataAnnotations.Schema;
using PgEmbed.Postgres.Mapping;
using PgEmbed.Testing;

namespace PgEmbed.Postgres.Tests.Mapping;

/// <summary>Row types of every shape go to their tables and come back as they were.</summary>
public sealed class MappingTests
{
    public enum Kind
    {
        Book = 1,
        Game = 7,
    }

    [Flags]
    public enum Marks : byte
    {
        None = 0,
        New = 1,
        Rare = 2,
    }

    [VectorCollection("notes", Table = "Note \"book\"", Schema = "odd schema")]
    public sealed record Note(
        [CollectionKey(Order = 2)] Guid Id,
        [CollectionKey(Order = 1)] string Owner,
        [EmbeddedText(Order = 2)] string? Body,
        [EmbeddedText(Order = 1)] string Title)
    {
        [Column("kind_name")]
        public Kind Kind { get; init; }

        public Kind? KindNumber { get; init; }

        public Marks Marks { get; init; }

        public char Letter { get; init; }

        public ushort Port { get; init; }

        public uint? Size { get; init; }

        public IReadOnlyList<string> Tags { get; init; } = [];

        public Details? Details { get; init; }

        [NotMapped]
        public int Words => Title.Split(' ').Length;
    }

    public sealed record Details(string Color, int[] Sizes);

    [Table("things", Schema = "public")]
    public class Thing
    {
        private Thing()
        {
        }

        public Thing(long id, string text)
        {
            Id = id;
            Text = text;
        }

        [Key]
        public long Id { get; private set; }

        [EmbeddedText]
        public string Text { get; private set; } = "";

        public string? Unknown { get; set; }
    }

    public sealed class Plain
    {
        public required string Id { get; set; }

        [EmbeddedText]
        public string? Text { get; init; }

        public int Amount { get; set; }
    }

    [Fact]
    public async Task A_record_with_attributes_a_composite_key_and_values_that_npgsql_does_not_know_comes_back_whole()
    {
        await using var database = await TestDatabase.CreateAsync();
        await ExecuteAsync(database, """"
            CREATE SCHEMA "odd schema";
            CREATE TABLE "odd schema"."Note ""book""" (
                id uuid, owner varchar(20), title text NOT NULL, body text, kind_name text NOT NULL, kind_number integer,
                marks smallint NOT NULL, letter char(1) NOT NULL, port integer NOT NULL, size bigint, tags text[] NOT NULL,
                details jsonb, PRIMARY KEY (owner, id))
            """");
        var notes = await Client(database).DefineCollectionAsync<Note>();
        List<Note> rows =
        [
            new(Guid.NewGuid(), "Ann", "a body", "a title")
            {
                Kind = Kind.Game, KindNumber = Kind.Book, Marks = Marks.New | Marks.Rare, Letter = 'ß', Port = 65_535,
                Size = uint.MaxValue, Tags = ["x", "y"], Details = new("red", [1, 2]),
            },
            new(Guid.NewGuid(), "Bob", null, "only a title") { Kind = Kind.Book, Letter = '"' },
        ];

        await notes.UpsertAsync(rows);

        Assert.Equal(["owner", "id"], notes.Info.KeyColumns.Select(c => c.Name));
        Assert.Equal(["title", "body"], notes.Info.TextColumns.Select(c => c.Name));
        Assert.Equivalent(rows, await notes.SearchAsync("q").Select(hit => hit.Row).OrderBy(r => r.Owner).ToListAsync(), true);
        Assert.Equivalent(rows[1], await notes.GetAsync(("Bob", rows[1].Id)), strict: true);
        Assert.Equal(
            "Game,1,3,65535,4294967295,red",
            await ScalarAsync<string>(database, """"
                SELECT concat_ws(',', kind_name, kind_number, marks, port, size, details ->> 'Color')
                FROM "odd schema"."Note ""book""" WHERE owner = 'Ann'
                """"));
    }

    [Fact]
    public async Task A_class_with_private_setters_is_made_through_them_and_properties_without_a_column_can_be_ignored()
    {
        await using var database = await TestDatabase.CreateAsync();
        await ExecuteAsync(database, "CREATE TABLE things (id bigint PRIMARY KEY, text text)");
        var client = Client(database);

        var error = await Assert.ThrowsAsync<PgEmbedException>(() => client.DefineCollectionAsync<Thing>());
        Assert.Contains("\"unknown\"", error.Message, StringComparison.Ordinal);
        var things = await client.OpenCollectionAsync(CollectionMapping.FromAttributes<Thing>().IgnoreUnmapped());
        await things.UpsertAsync([new Thing(5_000_000_000, "far away") { Unknown = "not kept" }]);

        var found = await things.SearchAsync("q").SingleAsync();
        Assert.Equal((5_000_000_000, "far away", null), (found.Row.Id, found.Row.Text, found.Row.Unknown));
        Assert.Equal("far away", (await things.GetAsync(5_000_000_000))!.Text);
    }

    [Fact]
    public async Task Without_a_key_it_is_the_property_Id_and_a_NULL_is_not_read_as_zero()
    {
        await using var database = await TestDatabase.CreateAsync();
        await ExecuteAsync(database, "CREATE TABLE plain (id text PRIMARY KEY, text text, amount integer)");
        var plain = await Client(database).DefineCollectionAsync<Plain>();
        await plain.UpsertAsync([new Plain { Id = "it's", Text = "text", Amount = 3 }]);

        Assert.Equal(3, (await plain.GetAsync("it's"))!.Amount);
        await ExecuteAsync(database, "UPDATE plain SET amount = NULL");
        var error = await Assert.ThrowsAsync<PgEmbedException>(async () => await plain.GetAsync("it's"));
        Assert.Contains("\"amount\"", error.Message, StringComparison.Ordinal);
        Assert.Contains("Plain.Amount", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_value_that_its_column_or_its_property_cannot_hold_is_refused_by_name()
    {
        await using var database = await TestDatabase.CreateAsync();
        await ExecuteAsync(database, """
            CREATE TABLE odd (id integer PRIMARY KEY, text text, kind text NOT NULL, port smallint NOT NULL)
            """);
        var odd = await Client(database).DefineCollectionAsync(
            new CollectionMapping<Odd>("odd").Key(o => o.Id).Text(o => o.Text));

        var number = await Assert.ThrowsAsync<PgEmbedException>(
            () => odd.UpsertAsync([new Odd(1, "t", (Kind)5, 1)]));
        var large = await Assert.ThrowsAsync<PgEmbedException>(
            () => odd.UpsertAsync([new Odd(1, "t", Kind.Book, 40_000)]));
        await ExecuteAsync(database, "INSERT INTO odd VALUES (1, 't', 'Nonsense', 1), (2, 't', 'Book', -1)");
        var name = await Assert.ThrowsAsync<PgEmbedException>(async () => await odd.GetAsync(1));
        var negative = await Assert.ThrowsAsync<PgEmbedException>(async () => await odd.GetAsync(2));

        Assert.Contains("named value of Kind for column \"kind\", got 5", number.Message, StringComparison.Ordinal);
        Assert.Contains("fits column \"port\" (smallint), got 40000", large.Message, StringComparison.Ordinal);
        Assert.Contains("value of Kind in column \"kind\" (text), found 'Nonsense'", name.Message, StringComparison.Ordinal);
        Assert.Contains("value of UInt16 in column \"port\" (smallint), found -1", negative.Message, StringComparison.Ordinal);
    }

    public sealed record Odd(int Id, string Text, Kind Kind, ushort Port);

    private static PgEmbedClient Client(TestDatabase database) => new(database.DataSource, new HashingEmbedder());

    private static async Task ExecuteAsync(TestDatabase database, string sql)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<T> ScalarAsync<T>(TestDatabase database, string sql)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }
}
