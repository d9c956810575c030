-- A file as version 1 of the schema has left it. Never edited: every later version must open it.
PRAGMA application_id = 1349479492;
PRAGMA user_version = 1;
CREATE TABLE virtual_domains (
    id      INTEGER PRIMARY KEY,
    name    TEXT    NOT NULL UNIQUE CHECK (name = lower(name) AND length(name) BETWEEN 1 AND 255),
    enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1))
) STRICT;

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

CREATE TABLE virtual_aliases (
    id          INTEGER PRIMARY KEY,
    domain_id   INTEGER NOT NULL REFERENCES virtual_domains (id),
    source      TEXT    NOT NULL CHECK (source = lower(source) AND source LIKE '%@_%'),
    destination TEXT    NOT NULL CHECK (destination = lower(destination) AND destination LIKE '_%@_%'),
    UNIQUE (source, destination)
) STRICT;

CREATE INDEX virtual_aliases_domain ON virtual_aliases (domain_id);

CREATE TABLE sender_rights (
    login   TEXT NOT NULL REFERENCES virtual_users (email) ON DELETE CASCADE ON UPDATE CASCADE,
    address TEXT NOT NULL CHECK (address = lower(address) AND address LIKE '%@_%'),
    PRIMARY KEY (login, address)
) STRICT, WITHOUT ROWID;

CREATE TABLE recipient_rules (
    recipient TEXT NOT NULL CHECK (recipient = lower(recipient) AND recipient LIKE '%@_%'),
    sender    TEXT NOT NULL CHECK (sender = lower(sender) AND sender LIKE '%@_%'),
    PRIMARY KEY (recipient, sender)
) STRICT, WITHOUT ROWID;

CREATE TABLE limit_overrides (
    login      TEXT    NOT NULL REFERENCES virtual_users (email) ON DELETE CASCADE ON UPDATE CASCADE,
    limit_name TEXT    NOT NULL CHECK (length(limit_name) > 0),
    amount     INTEGER NOT NULL CHECK (amount >= 0),
    PRIMARY KEY (login, limit_name)
) STRICT, WITHOUT ROWID;

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

INSERT INTO virtual_domains (name) VALUES ('truenorth.example');
INSERT INTO virtual_users (domain_id, email, password, send_allowed, account_status)
VALUES (1, 'alice@truenorth.example', '{PLAIN}secret', 0, 'disabled');
INSERT INTO virtual_aliases (domain_id, source, destination) VALUES (1, 'info@truenorth.example', 'alice@truenorth.example');
INSERT INTO sender_rights VALUES ('alice@truenorth.example', 'sales@truenorth.example');
INSERT INTO recipient_rules VALUES ('info@truenorth.example', '@truenorth.example');
INSERT INTO limit_overrides VALUES ('alice@truenorth.example', 'login-hour', 500);
INSERT INTO blocks VALUES ('login', 'alice@truenorth.example', 'reject', 'spam', 'root', 1767225600000, NULL);
