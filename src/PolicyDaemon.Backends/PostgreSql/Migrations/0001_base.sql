-- Blocks, and the rules of accounts and addresses that the tables of the mailboxes have no place for.
-- Addresses, domains and logins are stored normalized (lower case, A-labels, no quotes), so that comparing is exact.

-- Tells all nodes that something changed: the topic, then the keys, one on each line. It is a hint, to be followed by a read: no keys,
-- also because there are too many, means that anything of the topic may be different.
-- A trigger on a table that others write calls it in a function with SECURITY DEFINER: their roles know nothing of this schema.
CREATE FUNCTION policydaemon.announce(topic text, keys text[] DEFAULT '{}') RETURNS void
LANGUAGE sql AS $$
    SELECT pg_notify(
        'policydaemon',
        CASE WHEN octet_length(array_to_string(topic || keys, E'\n')) < 7900 AND NOT EXISTS (SELECT FROM unnest(keys) AS key WHERE strpos(key, E'\n') > 0)
            THEN array_to_string(topic || keys, E'\n')
            ELSE topic
        END)
$$;

-- The last order about each subject. A block taken back stays as a row that says so for some time, so that an older order, which a node
-- gave while it was cut off, does not bring it back. ordered_at is on this server's clock; it decides which of two orders is the later.
CREATE TABLE policydaemon.blocks (
    scope      text        COLLATE "C" NOT NULL CHECK (scope IN ('login', 'domain', 'everyone')),
    subject    text        COLLATE "C" NOT NULL,
    action     text        NOT NULL CHECK (action IN ('reject', 'defer', 'hold')),
    reason     text        NOT NULL,
    author     text        NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    removed    boolean     NOT NULL DEFAULT false,
    ordered_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (scope, subject)
);

CREATE FUNCTION policydaemon.announce_blocks() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    PERFORM policydaemon.announce('blocks');
    RETURN NULL;
END
$$;

CREATE TRIGGER announce AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON policydaemon.blocks
    FOR EACH STATEMENT EXECUTE FUNCTION policydaemon.announce_blocks();

-- Addresses, or @domain, that a login may send as besides its own.
CREATE TABLE policydaemon.sender_rights (
    login   text COLLATE "C" NOT NULL CHECK (login = lower(login) AND login <> ''),
    address text COLLATE "C" NOT NULL CHECK (address = lower(address) AND address LIKE '%@_%'),
    PRIMARY KEY (login, address)
);

-- Who may write to an address: addresses, or @domain. An address without a row here is open to everyone.
CREATE TABLE policydaemon.recipient_rules (
    recipient text COLLATE "C" NOT NULL CHECK (recipient = lower(recipient) AND recipient LIKE '%@_%'),
    sender    text COLLATE "C" NOT NULL CHECK (sender = lower(sender) AND sender LIKE '%@_%'),
    PRIMARY KEY (recipient, sender)
);

-- A login's, or a domain's, own amount of a limit, by the limit's configured name. A domain is written @domain.
CREATE TABLE policydaemon.limit_overrides (
    login      text   COLLATE "C" NOT NULL CHECK (login = lower(login) AND login <> ''),
    limit_name text   COLLATE "C" NOT NULL CHECK (limit_name <> ''),
    amount     bigint NOT NULL CHECK (amount >= 0),
    PRIMARY KEY (login, limit_name)
);
