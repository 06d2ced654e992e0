using FsCheck;
using FsCheck.Fluent;
using Npgsql;
using PgEmbed.Postgres.Cluster;

namespace PgEmbed.Postgres.Tests.Cluster;

public class ConnectionResolverTests
{
    [Theory]
    [InlineData("Host=a", "Host=b", "c", "a", ConnectionSource.Given)]
    [InlineData(null, "Host=b", "c", "b", ConnectionSource.PgEmbedVariable)]
    [InlineData(" ", "postgres://b", "c", "b", ConnectionSource.PgEmbedVariable)]
    [InlineData(null, "", "c", "c", ConnectionSource.PostgresVariables)]
    public void What_is_given_goes_before_variables_and_ours_before_PostgreSQLs(
        string? given, string? ours, string? host, string expected, ConnectionSource source)
    {
        var found = ConnectionResolver.Find(given, Variables(("PGEMBED_CONNECTION", ours), ("PGHOST", host)))!;
        Assert.Equal((expected, source), (Read(found).Host, found.Source));
    }

    [Theory]
    [InlineData("PGHOST", "h", true)]
    [InlineData("PGHOSTADDR", "10.0.0.1", true)]
    [InlineData("PGPORT", "5433", true)]
    [InlineData("PGDATABASE", "d", true)]
    [InlineData("PGUSER", "u", true)]
    [InlineData("PGPASSWORD", "secret", false)]
    [InlineData("PGSSLMODE", "require", false)]
    [InlineData("PGSERVICE", "s", false)]
    [InlineData("PGHOST", "", false)]
    public void A_variable_that_names_a_server_user_or_database_counts(string name, string value, bool counts) =>
        Assert.Equal(counts, ConnectionResolver.Find(null, Variables((name, value))) is not null);

    [Fact]
    public void PostgreSQLs_variables_are_taken_with_libpqs_defaults()
    {
        var all = Read(ConnectionResolver.Find(null, Variables(
            ("PGHOST", "h"), ("PGPORT", "5433"), ("PGUSER", "u"), ("PGPASSWORD", "p w;d"), ("PGDATABASE", "d"),
            ("PGSSLMODE", "verify-full"), ("PGCONNECT_TIMEOUT", "3"), ("PGAPPNAME", "x")))!);
        Assert.Equal(("h", 5433, "u", "p w;d", "d"), (all.Host, all.Port, all.Username, all.Password, all.Database));
        Assert.Equal((SslMode.VerifyFull, 3, "x"), (all.SslMode, all.Timeout, all.ApplicationName));

        var user = ConnectionResolver.Find(null, Variables(("PGHOST", "h"), ("PGUSER", "u")))!;
        Assert.Equal("u", user.Database);
        var port = Read(ConnectionResolver.Find(null, Variables(("PGPORT", "1")))!);
        Assert.Equal(("localhost", Environment.UserName), (port.Host, port.Username));
    }

    [Theory]
    [InlineData("PGPORT", "many")]
    [InlineData("PGPORT", "-1")]
    [InlineData("PGSSLMODE", "sometimes")]
    public void A_variable_with_no_good_value_is_named(string name, string value)
    {
        var error = Assert.Throws<PgEmbedException>(
            () => ConnectionResolver.Find(null, Variables(("PGHOST", "h"), (name, value))));
        Assert.Contains($"{name} is unknown or can't be '{value}'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgres://h", "Host=h")]
    [InlineData("postgresql://u:p@h:5433/d", "Host=h;Port=5433;Username=u;Password=p;Database=d")]
    [InlineData("POSTGRESQL://u@h/d?sslmode=verify-ca", "Host=h;Username=u;Database=d;SSL Mode=VerifyCA")]
    [InlineData("postgres://u%40x:%2F%3A%3f%25@h/%C3%BC", "Host=h;Username=u@x;Password=/:?%;Database=ü")]
    [InlineData("postgres://%2Frun%2Fpg:5433/d", "Host=/run/pg;Port=5433;Database=d")]
    [InlineData("postgres:///d?host=/run/pg&port=5433&user=u", "Host=/run/pg;Port=5433;Username=u;Database=d")]
    [InlineData("postgres://[::1]:5433/d", "Host=::1;Port=5433;Database=d")]
    [InlineData("postgres://a:1,b:2/d?target_session_attrs=read-write",
        "Host=\"a:1,b:2\";Database=d;Target Session Attributes=read-write")]
    [InlineData("postgres://h/d?connect_timeout=3&application_name=a%20b&channel_binding=require",
        "Host=h;Database=d;Timeout=3;Application Name=a b;Channel Binding=Require")]
    [InlineData("postgres://h/d?Maximum%20Pool%20Size=7", "Host=h;Database=d;Maximum Pool Size=7")]
    [InlineData("postgres://u:a+b@h/d+e", "Host=h;Username=u;Password=a+b;Database=d+e")]
    public void A_uri_is_read_as_libpq_reads_it(string uri, string expected) =>
        Assert.Equal(
            new NpgsqlConnectionStringBuilder(expected).ConnectionString,
            Order(ConnectionUri.Parse(uri), new NpgsqlConnectionStringBuilder(expected)));

    [Theory]
    [InlineData("Host=h;Username=u;Database=d", "postgresql://u@h:5432/d")]
    [InlineData("Host=h:5433;Username=u;Database=d", "postgresql://u@h:5433/d")]
    [InlineData("Host=fe80::1%eth0;Username=u;Database=d", "postgresql://u@[fe80::1%25eth0]:5432/d")]
    [InlineData("Host=\"a:1,b\";Port=7;Username=u;Database=d", "postgresql://u@a:1,b:7/d")]
    [InlineData("Host=/run/pg;Username=u;Database=d;SSL Mode=Require", "postgresql://u@%2Frun%2Fpg:5432/d")]
    [InlineData("Host=h;Username=u;Database=d;SSL Mode=VerifyFull;Pooling=false",
        "postgresql://u@h:5432/d?sslmode=verify-full")]
    public void A_uri_has_what_libpq_knows(string connection, string expected) =>
        Assert.Equal(expected, ServerConnection.Parse(connection).ToUri());

    [Theory]
    [InlineData("postgres://h/%zz")]
    [InlineData("postgres://h/%2")]
    [InlineData("postgres://h/a%00b")]
    [InlineData("postgres://h/%ff%fe")]
    [InlineData("postgres://u:secret@h:port/d")]
    [InlineData("postgres://u:secret@h/d?sslmood=require")]
    [InlineData("postgres://u:secret@h/d?sslmode=maybe")]
    [InlineData("Host=h;Prot=5432;Password=secret")]
    [InlineData("Host=h;Port=many;Password=secret")]
    [InlineData("postgres://u:secret@h:70000/d")]
    [InlineData("Host=h;Port=70000;Password=secret")]
    [InlineData("host=h password=secret dbname=d")]
    [InlineData("secret")]
    public void A_malformed_connection_is_refused_without_repeating_its_password(string connection)
    {
        var error = Assert.Throws<PgEmbedException>(() => ServerConnection.Parse(connection));
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_uri_that_is_written_is_read_back_the_same()
    {
        var text = ArbMap.Default.GeneratorFor<NonEmptyString>()
            .Select(each => each.Get)
            .Where(each => !each.Any(char.IsSurrogate) && !each.Contains('\0', StringComparison.Ordinal));
        var host = Gen.Elements("h", "example.org", "10.0.0.1", "::1", "fe80::2%eth0", "/run/pg", "/a b/ü", "a:1,b:2");
        var given =
            from each in host
            from user in text
            from password in text
            from database in text
            from port in Gen.Choose(1, 65535)
            from ssl in Gen.Elements(Enum.GetValues<SslMode>())
            from name in text
            select new NpgsqlConnectionStringBuilder
            {
                Host = each,
                Port = port,
                Username = user,
                Password = password,
                Database = database,
                SslMode = each.StartsWith('/') ? SslMode.Prefer : ssl,
                ApplicationName = name,
            };

        Prop.ForAll(given.ToArbitrary(), connection =>
        {
            var read = ConnectionUri.Parse(ConnectionUri.Format(connection, withPassword: true));
            Assert.Equal(
                (connection.Host, connection.Username, connection.Password, connection.Database),
                (read.Host, read.Username, read.Password, read.Database));
            Assert.Equal((connection.SslMode, connection.ApplicationName), (read.SslMode, read.ApplicationName));
            if (connection.Host != "a:1,b:2")
                Assert.Equal(connection.Port, read.Port);
            Assert.Null(ConnectionUri.Parse(ConnectionUri.Format(connection, withPassword: false)).Password);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_description_says_what_named_the_server_and_not_the_password()
    {
        var found = ConnectionResolver.Find(null, Variables(("PGEMBED_CONNECTION", "postgres://u:secret@h:1/d")))!;
        Assert.Equal("u@h:1/d (from PGEMBED_CONNECTION)", found.Description);
        Assert.DoesNotContain("secret", found.ToUri(), StringComparison.Ordinal);
        Assert.Contains("secret", found.ToUri(withPassword: true), StringComparison.Ordinal);
    }

    private static Func<string, string?> Variables(params (string Name, string? Value)[] variables) =>
        name => variables.FirstOrDefault(each => each.Name == name).Value;

    private static NpgsqlConnectionStringBuilder Read(ServerConnection connection) => new(connection.ConnectionString);

    /// <summary>The settings in the order of another, so that the two can be compared as text.</summary>
    private static string Order(NpgsqlConnectionStringBuilder connection, NpgsqlConnectionStringBuilder like)
    {
        var ordered = new NpgsqlConnectionStringBuilder();
        foreach (var key in like.Keys.Cast<string>().Union(connection.Keys.Cast<string>()))
            ordered[key] = connection[key];
        return ordered.ConnectionString;
    }
}
