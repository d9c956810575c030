-- What the guard against guessing has seen, on all nodes: different wrong passwords (digests under a key, never a password), networks from which
-- accounts have logged in, and locks that were taken back. Each node makes its own picture of them; the numbers say what is new.
CREATE TABLE policydaemon.guard_events (
    id      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind    text        NOT NULL CHECK (kind IN ('guess', 'known', 'clear')),
    subject text        COLLATE "C" NOT NULL,
    digest  bigint      NOT NULL,
    at      timestamptz NOT NULL
);

CREATE INDEX guard_events_at ON policydaemon.guard_events (at);

-- The key of the digests: 244 random bits, the same for all nodes.
CREATE TABLE policydaemon.guard_secret (
    secret bytea   NOT NULL,
    one    boolean PRIMARY KEY DEFAULT true CHECK (one)
);

INSERT INTO policydaemon.guard_secret (secret)
VALUES (decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'));
