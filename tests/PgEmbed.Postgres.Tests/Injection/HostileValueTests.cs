using System.Linq.Expressions;
using System.Text.Json;
using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Filters;
using PgEmbed.Postgres.Mapping;
using PgEmbed.Postgres.Sql;
using PgEmbed.Postgres.Stores;
using PgEmbed.Testing;

namespace PgEmbed.Postgres.Tests.Injection;

/// <summary>
/// 500 hostile values through every way in which a value reaches a statement: none is executed, and each comes back as it
/// was. A new way is a line in one of the tables below.
/// </summary>
public sealed class HostileValueTests
{
    /// <summary>Filters that one value goes into; a note of that value passes each.</summary>
    private static readonly Dictionary<string, Func<string, Expression<Func<Note, bool>>>> Filters = new()
    {
        ["=="] = v => n => n.Kind == v,
        ["Equals"] = v => n => n.Kind.Equals(v, StringComparison.OrdinalIgnoreCase),
        ["Contains"] = v => n => n.Kind.Contains(v),
        ["StartsWith"] = v => n => n.Kind.StartsWith(v, StringComparison.Ordinal),
        ["EndsWith without case"] = v => n => n.Kind.EndsWith(v, StringComparison.OrdinalIgnoreCase),
        ["ToUpper"] = v => n => n.Kind.ToUpperInvariant() == v.ToUpperInvariant(),
        ["CompareOrdinal"] = v => v.Any(c => c >= 0xD800) ? n => true : n => string.CompareOrdinal(n.Kind, v + "x") < 0,
        ["list"] = v => n => new[] { v, "other" }.Contains(n.Kind),
        ["set without case"] = v => n => new HashSet<string>(StringComparer.OrdinalIgnoreCase) { v }.Contains(n.Kind),
        ["array"] = v => n => n.Tags.Contains(v),
        ["array elements"] = v => n => n.Tags.Any(tag => tag == v),
        ["array overlap"] = v => n => n.Tags.Any(tag => new[] { v }.Contains(tag)),
        ["concatenation"] = v => n => n.Kind + v == v + v,
        ["Replace"] = v => n => v == "" || n.Kind.Replace(v, "z") == "z",
        ["JSON name"] = v => n => n.Doc!.RootElement.GetProperty(v).GetString() == v,
        ["JSON list"] = v => n => n.Doc!.RootElement.GetProperty("list")[0].GetString() == v,
        ["SQL"] = v => n => SqlFilter.From($"kind = {v} AND {v} = ANY (tags) AND id = {v}").Matches(n),
        ["SQL of SQL"] = v => n => SqlFilter.From($"{SqlFilter.From($"kind = {v}")} AND kind LIKE {"%"}").Matches(n),
    };

    /// <summary>SQL functions that take a text from whoever calls them.</summary>
    private static readonly string[] Calls =
    [
        "SELECT pgembed.serving_store($1)",
        "SELECT * FROM pgembed.collection_status($1)",
        "SELECT pgembed.create_nearest($1)",
        "SELECT pgembed.drop_nearest($1)",
        "SELECT pgembed.nearest_name($1)",
        "SELECT pgembed.name_with_ending($1, '_1')",
        "SELECT pgembed.require_space($1, gen_random_uuid())",
        "SELECT pgembed.vector_of($1, 'a')",
        "SELECT pgembed.vector_of('notes', $1)",
        "SELECT pgembed.vector_of('notes', $1, $1)",
        "SELECT pgembed.space_id($1, 3, $1)",
        "SELECT pgembed.add_partition('pgembed_store.notes_1', ARRAY[$1])",
        "SELECT * FROM pgembed.search($1, pgembed.vector_of('notes', 'a'), 3)",
        "SELECT pgembed.fitted_relevance($1, gen_random_uuid())",
        "SELECT pgembed.neighborhood_parts($1, 3)",
        "SELECT * FROM pgembed.search_page($1, pgembed.vector_of('notes', 'a'), 3)",
        "SELECT * FROM pgembed.search_page('notes', pgembed.vector_of('notes', 'a'), 3, $1)",
        "SELECT * FROM pgembed.search('notes', pgembed.vector_of('notes', 'a'), 3, options => jsonb_build_object('ef_search', $1))",
        "SELECT * FROM pgembed.search('notes', pgembed.vector_of('notes', 'a'), 3, options => jsonb_build_object('max_distance', $1))",
        "SELECT * FROM pgembed.search('notes', pgembed.vector_of('notes', 'a'), 3, options => jsonb_build_object('exact', $1))",
        "SELECT * FROM pgembed.search('notes', pgembed.vector_of('notes', 'a'), 3, options => jsonb_build_object($1, 1))",
        "SELECT * FROM pgembed.explain_search($1, pgembed.vector_of('notes', 'a'), 3)",
        "SELECT pgembed.tuned_ef_search($1, 10)",
        "SELECT pgembed.carried_condition($1, 'true')",
        "SELECT pgembed.carried_condition('notes', 'kind = ''a''', columns => ARRAY[$1])",
        "SELECT * FROM pgembed.hybrid_search($1, pgembed.vector_of('notes', 'a'), 'a')",
        "SELECT * FROM pgembed.hybrid_search('notes', pgembed.vector_of('notes', 'a'), $1)",
    ];

    /// <summary>SQL functions that take a filter: SQL, which may fail as SQL does, but writes nothing.</summary>
    private static readonly string[] FilterCalls =
    [
        "SELECT * FROM pgembed.search('notes', pgembed.vector_of('notes', 'a'), 3, $1)",
        "SELECT * FROM pgembed.search('notes', pgembed.vector_of('notes', 'a'), 3, 'kind = ' || quote_literal($1))",
        "SELECT * FROM pgembed.explain_search('notes', pgembed.vector_of('notes', 'a'), 3, $1)",
        "SELECT * FROM pgembed.plan_search('notes', 3, $1)",
        "SELECT * FROM pgembed.carried_condition('notes', $1)",
        "SELECT * FROM pgembed.carried_condition('notes', 'kind = ' || quote_literal($1), columns => '{kind}')",
    ];

    private static CollectionMapping<Note> Mapping => new CollectionMapping<Note>("notes").Key(n => n.Id).Text(n => n.Title);

    [Fact]
    public async Task Hostile_values_are_stored_found_and_never_executed()
    {
        await using var database = await TestDatabase.CreateAsync();
        var canary = await Canary.CreateAsync(database.DataSource);
        var collection = await CreateAsync(database);
        var notes = HostileTexts.Values.Select(text => new Note
        {
            Id = text,
            Title = text,
            Kind = text,
            Tags = [text, "tag"],
            Doc = JsonSerializer.SerializeToDocument(new Dictionary<string, object> { ["list"] = new[] { text }, [text] = text }),
            Mood = HostileTexts.Names.Contains(text) ? text : null,
        }).ToList();

        await collection.UpsertAsync(notes);

        // By key, all at once and one by one.
        var read = await collection.GetManyAsync(notes.Select(n => n.Id)).ToListAsync();
        Assert.Equal(notes.Count, read.Count);
        foreach (var (note, same) in notes.Zip(read))
        {
            Assert.Equal((note.Id, note.Title, note.Kind, note.Mood), (same.Id, same.Title, same.Kind, same.Mood));
            Assert.Equal(note.Tags, same.Tags);
            Assert.True(JsonElement.DeepEquals(note.Doc!.RootElement, same.Doc!.RootElement), note.Id);
        }

        foreach (var (note, index) in notes.Select((note, index) => (note, index)).Where(n => n.index % 25 == 0))
        {
            Assert.Equal(note.Kind, (await collection.GetAsync(note.Id))!.Kind);
            var found = await collection.SearchAsync(note.Kind.Trim() == "" ? "q" : note.Kind, 10, n => n.Kind == note.Kind).ToListAsync();
            Assert.Equal(note.Id, Assert.Single(found).Row.Id);
            var row = await collection.SearchRowsAsync("q", 10, SqlFilter.From($"id = {note.Id}")).ToListAsync();
            Assert.Equal(note.Id, Assert.Single(row).Row["id"]);
            Assert.True(await collection.DeleteAsync(note.Id));
        }

        await collection.UpsertAsync(notes);
        await FilterAsync(database, collection, notes);
        await collection.WaitUntilSearchableAsync(notes.Select(n => n.Id).Where(id => id.Trim(' ', '\t', '\r', '\n') != ""), TimeSpan.Zero);
        foreach (var many in notes.Where(n => !string.IsNullOrWhiteSpace(n.Kind)).Chunk(100))
        {
            var results = await collection.SearchManyAsync([.. many.Select(n => n.Kind)], 1, n => n.Kind == many[0].Kind);
            Assert.All(results, result => Assert.Equal(many[0].Id, Assert.Single(result.Hits).Row.Id));
        }

        foreach (var note in notes.Where((n, index) => index % 25 == 0 && !string.IsNullOrWhiteSpace(n.Title)))
        {
            var like = await collection.QueryLike(note.Id).Filter(n => n.Kind == note.Kind || n.Kind == "'").ToListAsync();
            Assert.DoesNotContain(note.Id, like.Select(hit => hit.Row.Id));
            var statement = await collection.Query("q").Filter(SqlFilter.From($"kind = {note.Kind}")).ToSqlAsync();
            Assert.Equal(note.Kind, statement.Parameters[1].Value);
        }

        Assert.Null(await canary.HarmAsync());
    }

    [Fact]
    public async Task Vectors_come_in_and_go_out_under_hostile_keys()
    {
        await using var database = await TestDatabase.CreateAsync();
        var canary = await Canary.CreateAsync(database.DataSource);
        var collection = await CreateAsync(database);
        var embedder = new HashingEmbedder();
        var ids = HostileTexts.Values;
        await collection.UpsertAsync(ids.Select(id => new Note { Id = id, Title = "x" }));
        // Over the vectors that are there, and into an empty store.
        for (var round = 0; round < 2; round++)
        {
            var imported = await collection.ImportVectorsAsync(
                embedder.Space, ids.Select(id => new KeyedVector<string>(id, embedder.Vector(id))).ToAsyncEnumerable());

            Assert.Equal(ids.Count, imported.Written);
            var vectors = await collection.ExportVectorsAsync<string>().ToDictionaryAsync(v => v.Key, v => v.Values.ToArray());
            Assert.Equal(ids.Count, vectors.Count);
            Assert.All(ids, id => Assert.Equal(embedder.Vector(id), vectors[id]));
            await using var command = database.DataSource.CreateCommand($"TRUNCATE {collection.Info.Store.Sql}");
            await command.ExecuteNonQueryAsync();
        }

        foreach (var id in HostileTexts.All.Except(ids).Append("no such key'--"))
            await Assert.ThrowsAnyAsync<Exception>(() => collection.ImportVectorsAsync(
                embedder.Space, new[] { new KeyedVector<string>(id, embedder.Vector("x")) }.ToAsyncEnumerable()));
        Assert.Empty(await collection.ExportVectorsAsync<string>().ToListAsync());
        Assert.Null(await canary.HarmAsync());
    }

    [Fact]
    public async Task A_hostile_filter_changes_nothing()
    {
        await using var database = await TestDatabase.CreateAsync();
        var canary = await Canary.CreateAsync(database.DataSource);
        var collection = await CreateAsync(database);
        await collection.UpsertAsync([new Note { Id = "a", Title = "a", Kind = "a" }]);
        await using var connection = await database.DataSource.OpenConnectionAsync();
        foreach (var call in FilterCalls)
        {
            foreach (var text in HostileTexts.All)
            {
                try
                {
                    await using var command = new NpgsqlCommand(call, connection) { Parameters = { new() { Value = text } } };
                    await command.ExecuteNonQueryAsync();
                }
                catch (PostgresException)
                {
                    // Most are no SQL.
                }
            }
        }

        Assert.Null(await canary.HarmAsync());
    }

    [Fact]
    public async Task What_no_text_in_PostgreSQL_can_be_is_refused_in_words()
    {
        await using var database = await TestDatabase.CreateAsync();
        var canary = await Canary.CreateAsync(database.DataSource);
        var collection = await CreateAsync(database);
        var map = new RowMap<Note>(Mapping, collection.Info);
        foreach (var text in HostileTexts.All.Except(HostileTexts.Values).Append("\uD800"))
        {
            foreach (var filter in Filters.Where(f => f.Key is not ("SQL" or "SQL of SQL" or "CompareOrdinal")))
                Assert.Throws<FilterNotSupportedException>(
                    () => FilterTranslator.Translate(filter.Value(text), map, "n", new SqlParameters()));
        }

        Assert.Null(await canary.HarmAsync());
    }

    [Theory]
    [InlineData("on")]
    [InlineData("off")]
    public async Task Hostile_arguments_of_SQL_functions_are_never_executed(string standardConformingStrings)
    {
        await using var database = await TestDatabase.CreateAsync();
        var canary = await Canary.CreateAsync(database.DataSource);
        await (await CreateAsync(database)).UpsertAsync([new Note { Id = "a", Title = "a", Kind = "a" }]);
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await Execute($"SET standard_conforming_strings = {standardConformingStrings}; SET escape_string_warning = off");
        foreach (var call in Calls)
        {
            foreach (var text in HostileTexts.All)
            {
                try
                {
                    await using var command = new NpgsqlCommand(call, connection) { Parameters = { new() { Value = text } } };
                    await command.ExecuteNonQueryAsync();
                }
                catch (PostgresException e)
                {
                    // An error in a class of its own, or for NUL; but nothing of the text was read as SQL.
                    Assert.False(
                        e.SqlState is PostgresErrorCodes.SyntaxError or PostgresErrorCodes.UndefinedColumn
                            or PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedFunction
                            or PostgresErrorCodes.InvalidEscapeSequence or PostgresErrorCodes.NonstandardUseOfEscapeCharacter,
                        $"{call} with '{text}': {e.SqlState} {e.MessageText}");
                }
            }
        }

        Assert.Null(await canary.HarmAsync());

        async Task Execute(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
        }
    }

    private static async Task<VectorCollection<Note>> CreateAsync(TestDatabase database)
    {
        var labels = string.Join(", ", HostileTexts.Names.Select(name => $"'{name.Replace("'", "''")}'"));
        await using var command = database.DataSource.CreateCommand(
            $"""
            CREATE TYPE mood AS ENUM ({labels});
            CREATE TABLE notes (id text PRIMARY KEY, title text, kind text NOT NULL, tags text[] NOT NULL, doc jsonb, mood mood)
            """);
        await command.ExecuteNonQueryAsync();
        await using (var connection = await database.DataSource.OpenConnectionAsync())
            await connection.ReloadTypesAsync();
        return await new PgEmbedClient(database.DataSource, new HashingEmbedder()).DefineCollectionAsync(Mapping);
    }

    // Some hundred filters in one statement.
    private static async Task FilterAsync(TestDatabase database, VectorCollection<Note> collection, List<Note> notes)
    {
        var map = new RowMap<Note>(Mapping, collection.Info);
        foreach (var (name, filter) in Filters.Append(new("enumeration", v => n => n.Mood == v)))
        {
            foreach (var batch in notes.Chunk(250))
            {
                var parameters = new SqlParameters();
                var conditions = batch.Select(note =>
                    $"({FilterTranslator.Translate(filter(note.Id), map, "n", parameters)}) IS TRUE");
                var flags = string.Join(",\n", conditions);
                await using var command = database.DataSource.CreateCommand(
                    $"SELECT n.id, ARRAY[{flags}] FROM notes n WHERE id = ANY ({parameters.Add(batch.Select(n => n.Id).ToArray())})");
                parameters.CopyTo(command.Parameters);
                await using var reader = await command.ExecuteReaderAsync();
                while (await reader.ReadAsync())
                {
                    var id = reader.GetString(0);
                    var passes = reader.GetFieldValue<bool[]>(1);
                    var own = Array.FindIndex(batch, note => note.Id == id);
                    Assert.True(passes[own] || (name == "enumeration" && batch[own].Mood is null), $"{name} does not find '{id}'");
                    if (name is "==" or "list" or "array" or "JSON name" or "SQL" or "enumeration")
                        Assert.True(passes.Count(p => p) <= 1, $"{name} finds '{id}' by another value");
                }
            }
        }
    }
}
