using PolicyDaemon.Backends.PostgreSql.Queries;
using Xunit;

namespace PolicyDaemon.Tests.Backends.PostgreSql.Queries;

/// <summary>Queries with placeholders, as in pgsql_table(5): what is bound, what stays text, what is refused.</summary>
public sealed class LookupQueryTests
{
    private const string Alice = "alice@truenorth.example";

    [Theory]
    [InlineData("SELECT a FROM t WHERE k = '%s'", "SELECT a FROM t WHERE k =  $1 ", Alice)]
    [InlineData("SELECT a FROM t WHERE k = %s", "SELECT a FROM t WHERE k =  $1 ", Alice)]
    [InlineData("SELECT a FROM t WHERE k='%u' AND d='%d'", "SELECT a FROM t WHERE k= $1  AND d= $2 ", "alice|truenorth.example")]
    [InlineData("SELECT a FROM t WHERE k = '%S' OR k = '%U' OR k = '%D'", "SELECT a FROM t WHERE k =  $1  OR k =  $2  OR k =  $3 ", Alice + "|alice|truenorth.example")]
    [InlineData("SELECT '%s' WHERE k = '%s'", "SELECT  $1  WHERE k =  $2 ", Alice + "|" + Alice)]
    [InlineData("SELECT a WHERE k = ('%u' || '@' || t.d)", "SELECT a WHERE k = ( $1  || '@' || t.d)", "alice")]
    [InlineData("SELECT a WHERE k = CONCAT('%u', '@', t.d)", "SELECT a WHERE k = CONCAT( $1 , '@', t.d)", "alice")]
    [InlineData("SELECT a WHERE k = E'%s'", "SELECT a WHERE k =  $1 ", Alice)]
    [InlineData("SELECT a WHERE k = $$%s$$", "SELECT a WHERE k =  $1 ", Alice)]
    [InlineData("SELECT a WHERE k = $q$%s$q$", "SELECT a WHERE k =  $1 ", Alice)]
    [InlineData("SELECT a WHERE k = '%s'::citext", "SELECT a WHERE k =  $1 ::citext", Alice)]
    public void Every_use_is_a_parameter_and_takes_its_quotes_with_it(string text, string sql, string values) => AssertIs(text, sql, values);

    [Theory]
    [InlineData("SELECT a WHERE k = '%u@%d'", "SELECT a WHERE k =  $1 ", Alice)]
    [InlineData("SELECT a WHERE k = '@%d'", "SELECT a WHERE k =  $1 ", "@truenorth.example")]
    [InlineData("SELECT a WHERE k = 'it''s %u'", "SELECT a WHERE k =  $1 ", "it's alice")]
    [InlineData("SELECT a WHERE k LIKE '%%%d'", "SELECT a WHERE k LIKE  $1 ", "%truenorth.example")]
    [InlineData("SELECT a WHERE k = $x$a'%u$$b$x$", "SELECT a WHERE k =  $1 ", "a'alice$$b")]
    public void Text_around_a_placeholder_in_quotes_is_part_of_the_value(string text, string sql, string values) => AssertIs(text, sql, values);

    [Theory]
    [InlineData("SELECT 'a%%b', 5 %% 2, \"c%%d\", $$e%%f$$", "SELECT 'a%b', 5 % 2, \"c%d\", $$e%f$$")]
    [InlineData("SELECT 'it''s', E'a\\'b', E'\\\\', a$1$b", "SELECT 'it''s', E'a\\'b', E'\\\\', a$1$b")]
    [InlineData("SELECT a$$b FROM \"it\"\"s\"", "SELECT a$$b FROM \"it\"\"s\"")]
    [InlineData("SELECT 1 -- '%s' is not asked\nFROM t", "SELECT 1  \nFROM t")]
    [InlineData("SELECT 1 /* '%s' /* %x */ it's */ FROM t", "SELECT 1   FROM t")]
    [InlineData("SELECT '--%%', '/*' ", "SELECT '--%', '/*' ")]
    [InlineData("SELECT 1; -- done\n ; ", "SELECT 1 ")]
    public void What_has_no_placeholder_stays_and_comments_go(string text, string sql) => AssertIs(text, sql, "");

    [Theory]
    [InlineData("SELECT a FROM \"%s\"", "a placeholder cannot stand in a name")]
    [InlineData("SELECT a FROM t WHERE k = '%x'", "expected %s, %u or %d")]
    [InlineData("SELECT a FROM t WHERE k = '%1'", "expected %s, %u or %d")]
    [InlineData("SELECT a FROM t WHERE k = 5 % 2", "expected %s, %u or %d")]
    [InlineData("SELECT a FROM t WHERE k = $1", "a parameter of your own")]
    [InlineData("SELECT a FROM t WHERE k = '%s", "text that begins here has no end")]
    [InlineData("SELECT a FROM t WHERE k = $$%s$", "text that begins with $$ has no end")]
    [InlineData("SELECT a FROM \"t", "a name that begins here has no end")]
    [InlineData("SELECT a /* FROM t", "a comment that begins here has no end")]
    [InlineData("SELECT a; DELETE FROM t", "a second statement")]
    [InlineData("SELECT U&'%s'", "the form U&'…'")]
    [InlineData("SELECT E'\\n%s'", "a placeholder cannot stand in E'…'")]
    [InlineData("SELECT B'%s'", "a placeholder cannot stand in B'…'")]
    [InlineData(" ", "the query is empty")]
    [InlineData("SELECT\n\n  '%q'", "line 3, character 4")]
    public void What_cannot_be_meant_is_refused_with_the_place(string text, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => LookupQuery.Parse(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("'; DROP TABLE virtual_users; --@truenorth.example")]
    [InlineData("x' OR '1'='1")]
    [InlineData("\\'; SELECT 1 --")]
    [InlineData("$$; SELECT 1; $$")]
    [InlineData("%s%u%d%%$1")]
    [InlineData("*/ DELETE FROM t /*")]
    public void Key_is_never_in_the_statement(string key)
    {
        foreach (var text in new[] { "SELECT '%s', %s, $$%s$$, E'%s', '%u', 'a%sb' -- %s\n", "SELECT a FROM t WHERE k = '%s'" })
        {
            var query = LookupQuery.Parse(text);
            var before = query.Write(1);
            Assert.Equal(query.Parameters, query.Bind(new LookupKey(key)).Count());
            Assert.Equal(before, query.Write(1));
            Assert.DoesNotContain(key, before, StringComparison.Ordinal);
            Assert.Equal(key, query.Bind(new LookupKey(key)).First());
        }
    }

    [Theory]
    [InlineData("%s", "@d.example", true)]
    [InlineData("%s", "alice", true)]
    [InlineData("%u", "alice", true)]
    [InlineData("%u", "@d.example", false)]
    [InlineData("%d", "alice", false)]
    [InlineData("%d", "@d.example", true)]
    [InlineData("%d", "a@b@d.example", true)]
    public void Query_is_not_asked_where_Postfix_would_not_ask_it(string placeholder, string key, bool isAsked) =>
        Assert.Equal(isAsked, LookupQuery.Parse($"SELECT '{placeholder}'").Answers(new LookupKey(key)));

    [Fact]
    public void Last_at_sign_separates() => Assert.Equal(
        ["a@b", "d.example"], LookupQuery.Parse("SELECT %u, %d").Bind(new LookupKey("a@b@d.example")));

    [Fact]
    public void Statement_counts_parameters_through_all_its_queries()
    {
        var statement = new DirectoryStatement((LookupQuery.Parse("SELECT '%d'"), 3), (LookupQuery.Parse("SELECT '%s'"), 5));
        Assert.Contains("SELECT  $1 ", statement.Sql, StringComparison.Ordinal);
        Assert.Contains("WHERE $2::boolean LIMIT 3", statement.Sql, StringComparison.Ordinal);
        Assert.Contains("SELECT  $3 ", statement.Sql, StringComparison.Ordinal);
        Assert.Equal(["d", "true", "a@d"], statement.Bind("a@d"));
        Assert.Equal(["a", "false", "a"], statement.Bind("a"));
    }

    private static void AssertIs(string text, string sql, string values)
    {
        var query = LookupQuery.Parse(text);
        Assert.Equal(sql, query.Write(1));
        Assert.Equal(values.Length == 0 ? [] : values.Split('|'), query.Bind(new LookupKey(Alice)));
    }
}
