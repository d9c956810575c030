namespace PolicyDaemon.IntegrationTests.Backends.PostgreSql;

/// <summary>The tables of other programs, as far as queries read them: columns, types and defaults as those programs make them.</summary>
internal static class ForeignSchemas
{
    /// <summary>PostfixAdmin 4.0.</summary>
    internal const string PostfixAdmin = """
        CREATE TABLE domain (domain varchar(255) PRIMARY KEY, description varchar(255) NOT NULL DEFAULT '', aliases int NOT NULL DEFAULT 0,
            mailboxes int NOT NULL DEFAULT 0, maxquota bigint NOT NULL DEFAULT 0, quota bigint NOT NULL DEFAULT 0, transport varchar(255),
            backupmx boolean NOT NULL DEFAULT false, created timestamptz DEFAULT now(), modified timestamptz DEFAULT now(),
            active boolean NOT NULL DEFAULT true, password_expiry int DEFAULT 0);
        CREATE TABLE alias_domain (alias_domain varchar(255) PRIMARY KEY REFERENCES domain ON DELETE CASCADE,
            target_domain varchar(255) NOT NULL REFERENCES domain ON DELETE CASCADE, active boolean NOT NULL DEFAULT true);
        CREATE TABLE alias (address varchar(255) PRIMARY KEY, goto text NOT NULL, domain varchar(255) NOT NULL REFERENCES domain,
            created timestamptz DEFAULT now(), modified timestamptz DEFAULT now(), active boolean NOT NULL DEFAULT true);
        CREATE TABLE mailbox (username varchar(255) PRIMARY KEY, password varchar(255) NOT NULL DEFAULT '', name varchar(255) NOT NULL DEFAULT '',
            maildir varchar(255) NOT NULL DEFAULT '', quota bigint NOT NULL DEFAULT 0, domain varchar(255) NOT NULL REFERENCES domain,
            created timestamptz DEFAULT now(), modified timestamptz DEFAULT now(), active boolean NOT NULL DEFAULT true,
            local_part varchar(255) NOT NULL, password_expiry timestamptz DEFAULT '2000-01-01');
        """;

    internal const string PostfixAdminPeople = """
        INSERT INTO domain (domain) VALUES ('truenorth.example'), ('north.example'), ('closed.example'), ('ALL');
        UPDATE domain SET active = false WHERE domain = 'closed.example';
        INSERT INTO alias_domain VALUES ('north.example', 'truenorth.example');
        INSERT INTO mailbox (username, domain, local_part) VALUES ('alice@truenorth.example', 'truenorth.example', 'alice'),
            ('bob@truenorth.example', 'truenorth.example', 'bob'), ('ivy@closed.example', 'closed.example', 'ivy');
        UPDATE mailbox SET active = false WHERE local_part = 'bob';
        INSERT INTO alias (address, goto, domain) VALUES
            ('alice@truenorth.example', 'alice@truenorth.example', 'truenorth.example'),
            ('bob@truenorth.example', 'bob@truenorth.example,alice@truenorth.example', 'truenorth.example'),
            ('staff@truenorth.example', 'alice@truenorth.example, bob@truenorth.example,carl@elsewhere.example', 'truenorth.example'),
            ('a.liddell@truenorth.example', 'alice@truenorth.example', 'truenorth.example'),
            ('@truenorth.example', 'alice@truenorth.example', 'truenorth.example'),
            ('old@truenorth.example', 'alice@truenorth.example', 'truenorth.example');
        UPDATE alias SET active = false WHERE address = 'old@truenorth.example';
        """;

    /// <summary>iRedMail 1.7.</summary>
    internal const string IRedMail = """
        CREATE TABLE domain (domain varchar(255) PRIMARY KEY DEFAULT '', transport varchar(255) NOT NULL DEFAULT 'dovecot', backupmx int2 NOT NULL DEFAULT 0,
            settings text NOT NULL DEFAULT '', active int2 NOT NULL DEFAULT 1);
        CREATE TABLE alias_domain (alias_domain varchar(255) PRIMARY KEY, target_domain varchar(255) NOT NULL, active int2 NOT NULL DEFAULT 1);
        CREATE TABLE mailbox (username varchar(255) PRIMARY KEY, password varchar(255) NOT NULL DEFAULT '', domain varchar(255) NOT NULL DEFAULT '',
            quota int8 NOT NULL DEFAULT 0, enablesmtp int2 NOT NULL DEFAULT 1, enablesmtpsecured int2 NOT NULL DEFAULT 1,
            enabledeliver int2 NOT NULL DEFAULT 1, active int2 NOT NULL DEFAULT 1);
        CREATE TABLE alias (address varchar(255) PRIMARY KEY DEFAULT '', accesspolicy varchar(30) NOT NULL DEFAULT '', domain varchar(255) NOT NULL DEFAULT '',
            active int2 NOT NULL DEFAULT 1);
        CREATE TABLE moderators (id serial PRIMARY KEY, address varchar(255) NOT NULL DEFAULT '', moderator varchar(255) NOT NULL DEFAULT '',
            domain varchar(255) NOT NULL DEFAULT '', dest_domain varchar(255) NOT NULL DEFAULT '');
        CREATE TABLE maillists (id serial PRIMARY KEY, address varchar(255) NOT NULL DEFAULT '', domain varchar(255) NOT NULL DEFAULT '',
            transport varchar(255) NOT NULL DEFAULT '', accesspolicy varchar(30) NOT NULL DEFAULT '', active int2 NOT NULL DEFAULT 1);
        CREATE TABLE forwardings (id serial PRIMARY KEY, address varchar(255) NOT NULL DEFAULT '', forwarding varchar(255) NOT NULL DEFAULT '',
            domain varchar(255) NOT NULL DEFAULT '', dest_domain varchar(255) NOT NULL DEFAULT '', is_maillist int2 NOT NULL DEFAULT 0,
            is_list int2 NOT NULL DEFAULT 0, is_forwarding int2 NOT NULL DEFAULT 0, is_alias int2 NOT NULL DEFAULT 0, active int2 NOT NULL DEFAULT 1);
        """;

    internal const string IRedMailPeople = """
        INSERT INTO domain (domain, active) VALUES ('truenorth.example', 1), ('closed.example', 0);
        INSERT INTO alias_domain VALUES ('north.example', 'truenorth.example');
        INSERT INTO mailbox (username, domain, active, enablesmtp) VALUES ('alice@truenorth.example', 'truenorth.example', 1, 1),
            ('bob@truenorth.example', 'truenorth.example', 0, 1), ('carol@truenorth.example', 'truenorth.example', 1, 0), ('ivy@closed.example', 'closed.example', 1, 1);
        INSERT INTO forwardings (address, forwarding, domain, dest_domain, is_forwarding)
            SELECT username, username, domain, domain, 1 FROM mailbox;
        INSERT INTO alias (address, accesspolicy, domain) VALUES ('staff@truenorth.example', 'membersonly', 'truenorth.example'), ('all@truenorth.example', 'domain', 'truenorth.example');
        INSERT INTO forwardings (address, forwarding, domain, dest_domain, is_list) VALUES
            ('staff@truenorth.example', 'alice@truenorth.example', 'truenorth.example', 'truenorth.example', 1),
            ('staff@truenorth.example', 'carl@elsewhere.example', 'truenorth.example', 'elsewhere.example', 1),
            ('all@truenorth.example', 'alice@truenorth.example', 'truenorth.example', 'truenorth.example', 1);
        INSERT INTO forwardings (address, forwarding, domain, dest_domain, is_alias) VALUES
            ('a.liddell@truenorth.example', 'alice@truenorth.example', 'truenorth.example', 'truenorth.example', 1);
        INSERT INTO forwardings (address, forwarding, domain, dest_domain) VALUES ('truenorth.example', 'alice@truenorth.example', 'truenorth.example', 'truenorth.example');
        INSERT INTO maillists (address, domain, transport) VALUES ('news@truenorth.example', 'truenorth.example', 'mlmmj:truenorth.example/news');
        """;
}
