-- The tables of the embedded default. Every "version" section below is run once, in order, in one transaction; the file's
-- user_version says how far it has come. A section that has shipped is never edited: a change is a new section at the end.
-- Addresses, domains and logins are stored normalized (lower case, A-labels, no quotes), so that comparing is exact.

-- version 1
CREATE TABLE virtual_domains (
    id      INTEGER PRIMARY KEY,
    name    TEXT    NOT NULL UNIQUE CHECK (name = lower(name) AND length(name) BETWEEN 1 AND 255),
    enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1))
) STRICT;

-- The login is the address. send_allowed: NULL is not said. account_status: a value of directory.accountStatuses, NULL is not said.
CREATE TABLE virtual_users (
    id             INTEGER PRIMARY KEY,
    domain_id      INTEGER NOT NULL REFERENCES virtual_domains (id),
    email          TEXT    NOT NULL UNIQUE CHECK (email = lower(email) AND email LIKE '_%@_%'),
    password       TEXT    NOT NULL,
    quota_mb       INTEGER NOT NULL DEFAULT 1024 CHECK (quota_mb >= 0),
    enabled        INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    send_allowed   INTEGER CHECK (send_allowed IN (0, 1)),
    account_status TEXT
) STRICT;

CREATE INDEX virtual_users_domain ON virtual_users (domain_id);

-- Many to many; a source @domain is the domain's catch-all.
CREATE TABLE virtual_aliases (
    id          INTEGER PRIMARY KEY,
    domain_id   INTEGER NOT NULL REFERENCES virtual_domains (id),
    source      TEXT    NOT NULL CHECK (source = lower(source) AND source LIKE '%@_%'),
    destination TEXT    NOT NULL CHECK (destination = lower(destination) AND destination LIKE '_%@_%'),
    UNIQUE (source, destination)
) STRICT;

CREATE INDEX virtual_aliases_domain ON virtual_aliases (domain_id);

-- Addresses, or @domain, that a login may send as besides its own.
CREATE TABLE sender_rights (
    login   TEXT NOT NULL REFERENCES virtual_users (email) ON DELETE CASCADE ON UPDATE CASCADE,
    address TEXT NOT NULL CHECK (address = lower(address) AND address LIKE '%@_%'),
    PRIMARY KEY (login, address)
) STRICT, WITHOUT ROWID;

-- Who may write to an address: addresses, or @domain. An address without a row here is open to everyone.
CREATE TABLE recipient_rules (
    recipient TEXT NOT NULL CHECK (recipient = lower(recipient) AND recipient LIKE '%@_%'),
    sender    TEXT NOT NULL CHECK (sender = lower(sender) AND sender LIKE '%@_%'),
    PRIMARY KEY (recipient, sender)
) STRICT, WITHOUT ROWID;

-- A login's own amount of a limit, by the limit's configured name.
CREATE TABLE limit_overrides (
    login      TEXT    NOT NULL REFERENCES virtual_users (email) ON DELETE CASCADE ON UPDATE CASCADE,
    limit_name TEXT    NOT NULL CHECK (length(limit_name) > 0),
    amount     INTEGER NOT NULL CHECK (amount >= 0),
    PRIMARY KEY (login, limit_name)
) STRICT, WITHOUT ROWID;

-- Times are milliseconds since 1970 UTC; expires_at NULL: until it is taken back.
CREATE TABLE blocks (
    scope      TEXT    NOT NULL CHECK (scope IN ('login', 'domain', 'everyone')),
    subject    TEXT    NOT NULL,
    action     TEXT    NOT NULL CHECK (action IN ('reject', 'defer', 'hold')),
    reason     TEXT    NOT NULL,
    author     TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    PRIMARY KEY (scope, subject)
) STRICT, WITHOUT ROWID;

-- version 2
-- A domain's own amount of a limit, by the limit's configured name.
CREATE TABLE domain_limits (
    domain     TEXT    NOT NULL REFERENCES virtual_domains (name) ON DELETE CASCADE ON UPDATE CASCADE,
    limit_name TEXT    NOT NULL CHECK (length(limit_name) > 0),
    amount     INTEGER NOT NULL CHECK (amount >= 0),
    PRIMARY KEY (domain, limit_name)
) STRICT, WITHOUT ROWID;

-- version 3
-- What the guard against guessing has seen: different wrong passwords (digests under a key, never a password), networks from which accounts have
-- logged in, and locks that were taken back. Times are milliseconds since 1970 UTC.
CREATE TABLE guard_events (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    kind    TEXT    NOT NULL CHECK (kind IN ('guess', 'known', 'clear')),
    subject TEXT    NOT NULL,
    digest  INTEGER NOT NULL,
    at      INTEGER NOT NULL
) STRICT;

CREATE INDEX guard_events_at ON guard_events (at);

-- The key of the digests.
CREATE TABLE guard_secret (
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    secret BLOB    NOT NULL
) STRICT;

INSERT INTO guard_secret (one, secret) VALUES (1, randomblob(32));

-- version 4
-- The ledger: what the mail store answered for each recipient. Times are milliseconds since 1970 UTC.
CREATE TABLE deliveries (
    id         BLOB    PRIMARY KEY,
    node       TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    outcome    TEXT    NOT NULL,
    stage      TEXT    NOT NULL,
    queue_id   TEXT    NOT NULL,
    sender     TEXT    NOT NULL,
    recipient  TEXT    NOT NULL,
    size       INTEGER NOT NULL,
    digest     TEXT    NOT NULL,
    backend    TEXT    NOT NULL,
    reply      TEXT    NOT NULL,
    elapsed_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX deliveries_at ON deliveries (at);
CREATE INDEX deliveries_queue_id ON deliveries (queue_id);
CREATE INDEX deliveries_recipient ON deliveries (recipient COLLATE NOCASE, at);
