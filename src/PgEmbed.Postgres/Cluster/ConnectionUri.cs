using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Npgsql;

namespace PgEmbed.Postgres.Cluster;

/// <summary>Reads and writes libpq's connection URIs, as psql and other tools take them.</summary>
/// <remarks>
/// <c>postgresql://user:password@host:port,host:port/database?parameter=value</c>, every part optional and
/// percent-encoded; a host that begins with a slash is a socket's folder. Parameters are libpq's, or Npgsql's where
/// libpq has none of the name.
/// </remarks>
internal static class ConnectionUri
{
    private static readonly string[] Schemes = ["postgresql://", "postgres://"];

    // libpq's name, Npgsql's name, and whether the value is a word that Npgsql writes in another case and without '-'.
    private static readonly (string Uri, string Npgsql, bool IsWord)[] Parameters =
    [
        ("application_name", "Application Name", false),
        ("channel_binding", "Channel Binding", true),
        ("client_encoding", "Client Encoding", false),
        ("connect_timeout", "Timeout", false),
        ("gssencmode", "GSS Encryption Mode", true),
        ("krbsrvname", "Kerberos Service Name", false),
        ("options", "Options", false),
        ("passfile", "Passfile", false),
        ("require_auth", "Require Auth", false),
        ("sslcert", "SSL Certificate", false),
        ("sslkey", "SSL Key", false),
        ("sslmode", "SSL Mode", true),
        ("sslnegotiation", "SSL Negotiation", true),
        ("sslpassword", "SSL Password", false),
        ("sslrootcert", "Root Certificate", false),
        ("target_session_attrs", "Target Session Attributes", false),
    ];

    /// <summary>Whether the text has a connection URI's scheme.</summary>
    public static bool Is(string text) =>
        Schemes.Any(scheme => text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase));

    /// <summary>Reads a URI; what it leaves out stays unset.</summary>
    /// <exception cref="PgEmbedException">It is malformed; the message does not repeat the password.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string uri)
    {
        var connection = new NpgsqlConnectionStringBuilder();
        var rest = uri[(uri.IndexOf("://", StringComparison.Ordinal) + 3)..];
        if (rest.IndexOfAny(['@', '/']) is >= 0 and var end && rest[end] == '@')
        {
            var (user, password) = Cut(rest[..end], ':');
            SetParameter(connection, "user", Decode(user));
            SetParameter(connection, "password", Decode(password));
            rest = rest[(end + 1)..];
        }

        (rest, var query) = Cut(rest, '?');
        var (hosts, database) = Cut(rest, '/');
        SetHosts(connection, hosts);
        SetParameter(connection, "dbname", Decode(database));
        foreach (var parameter in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = Cut(parameter, '=');
            SetParameter(connection, Decode(name), Decode(value));
        }

        return connection;
    }

    /// <summary>Writes a URI of all that libpq knows.</summary>
    public static string Format(NpgsqlConnectionStringBuilder connection, bool withPassword)
    {
        var uri = new StringBuilder("postgresql://");
        if (connection.Username is { Length: > 0 } user)
        {
            uri.Append(Encode(user));
            if (withPassword && connection.Password is { Length: > 0 } password)
                uri.Append(':').Append(Encode(password));
            uri.Append('@');
        }

        AppendHosts(uri, connection);
        if (connection.Database is { Length: > 0 } database)
            uri.Append('/').Append(Encode(database));
        // Over a socket libpq encrypts nothing, whatever it is told.
        var isSocket = connection.Host?.StartsWith('/') == true;
        var set = connection.Keys.Cast<string>().ToHashSet(StringComparer.OrdinalIgnoreCase);
        var separator = '?';
        foreach (var (name, key, isWord) in Parameters)
        {
            if (!set.Contains(key)
                || (name is "sslpassword" && !withPassword)
                || (name is "sslmode" or "gssencmode" && isSocket))
                continue;
            var value = Convert.ToString(connection[key], CultureInfo.InvariantCulture) ?? "";
            uri.Append(separator).Append(name).Append('=').Append(Encode(isWord ? ToWord(value) : value));
            separator = '&';
        }

        return uri.ToString();
    }

    private static void SetHosts(NpgsqlConnectionStringBuilder connection, string text)
    {
        var hosts = text.Split(',').Select(SplitPort).ToArray();
        if (hosts is [var (host, port)])
        {
            SetParameter(connection, "host", host.Trim('[', ']'));
            SetParameter(connection, "port", port);
        }
        else
        {
            var list = hosts.Select(each => each.Port is "" ? each.Host : $"{each.Host}:{each.Port}");
            SetParameter(connection, "host", string.Join(',', list));
        }
    }

    private static (string Host, string Port) SplitPort(string text)
    {
        var end = text.StartsWith('[') ? text.IndexOf(']', StringComparison.Ordinal) + 1 : 0;
        var colon = text.IndexOf(':', end);
        return colon < 0 ? (Decode(text), "") : (Decode(text[..colon]), Decode(text[(colon + 1)..]));
    }

    private static void AppendHosts(StringBuilder uri, NpgsqlConnectionStringBuilder connection)
    {
        if (connection.Host is not { Length: > 0 } hosts)
            return;
        var port = connection.Port.ToString(CultureInfo.InvariantCulture);
        if (hosts.StartsWith('/'))
            uri.Append(Encode(hosts)).Append(':').Append(port);
        else if (IPAddress.TryParse(hosts, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6)
            uri.Append('[').Append(hosts.Replace("%", "%25", StringComparison.Ordinal)).Append("]:").Append(port);
        else
            uri.AppendJoin(',', hosts.Split(',').Select(each => SplitPort(each).Port is "" ? $"{each}:{port}" : each));
    }

    /// <summary>Sets what libpq calls <paramref name="name"/>, unless the value is empty.</summary>
    /// <param name="connection">What to set it in.</param>
    /// <param name="name">libpq's name of the parameter, or Npgsql's.</param>
    /// <param name="value">Its value in libpq's form.</param>
    /// <param name="shownAs">What a message calls it; null for its name.</param>
    /// <exception cref="PgEmbedException">The name is unknown or the value no good.</exception>
    public static void SetParameter(
        NpgsqlConnectionStringBuilder connection, string name, string value, string? shownAs = null)
    {
        var (_, key, isWord) = name switch
        {
            "host" or "hostaddr" => (name, "Host", false),
            "user" => (name, "Username", false),
            "dbname" => (name, "Database", false),
            _ => Parameters.FirstOrDefault(each => each.Uri == name, (Uri: name, Npgsql: name, IsWord: false)),
        };
        if (value is "")
            return;
        if (isWord)
            value = value.Replace("-", "", StringComparison.Ordinal);
        try
        {
            connection[key] = value;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException)
        {
            throw new PgEmbedException(
                $"The connection's {shownAs ?? name} is unknown or can't be '{value}'.", null, e);
        }
    }

    private static (string Before, string After) Cut(string text, char separator)
    {
        var at = text.IndexOf(separator, StringComparison.Ordinal);
        return at < 0 ? (text, "") : (text[..at], text[(at + 1)..]);
    }

    private static string Encode(string text) => Uri.EscapeDataString(text);

    private static string Decode(string text)
    {
        if (!text.Contains('%', StringComparison.Ordinal))
            return text;
        var bytes = new List<byte>();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '%')
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(text, i, char.IsSurrogatePair(text, i) ? 2 : 1));
                i += char.IsHighSurrogate(text[i]) ? 1 : 0;
                continue;
            }

            if (i + 2 >= text.Length
                || !byte.TryParse(
                    text.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
                || value == 0)
                throw Malformed("a percent sign must be followed by two hexadecimal digits, not 00", null);
            bytes.Add(value);
            i += 2;
        }

        try
        {
            return StrictUtf8.GetString([.. bytes]);
        }
        catch (DecoderFallbackException e)
        {
            throw Malformed("percent-encoded bytes are not UTF-8", e);
        }
    }

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    // Npgsql's VerifyFull is libpq's verify-full.
    private static string ToWord(string value) =>
        value.StartsWith("Verify", StringComparison.Ordinal)
            ? $"verify-{value["Verify".Length..].ToLowerInvariant()}"
            : value.ToLowerInvariant();

    private static PgEmbedException Malformed(string fault, Exception? cause) =>
        new(
            $"The connection URI is malformed: {fault}.",
            "Its form is postgresql://user:password@host:port/database?sslmode=require.",
            cause);
}
