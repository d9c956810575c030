-- The ledger: what the mail store answered for each recipient, of all nodes. Written in batches; a record that comes twice counts once.
CREATE TABLE policydaemon.deliveries (
    id         uuid        PRIMARY KEY,
    node       text        COLLATE "C" NOT NULL,
    at         timestamptz NOT NULL,
    outcome    text        NOT NULL,
    stage      text        NOT NULL,
    queue_id   text        COLLATE "C" NOT NULL,
    sender     text        COLLATE "C" NOT NULL,
    recipient  text        COLLATE "C" NOT NULL,
    size       bigint      NOT NULL,
    digest     text        COLLATE "C" NOT NULL,
    backend    text        NOT NULL,
    reply      text        NOT NULL,
    elapsed_ms bigint      NOT NULL
);

CREATE INDEX deliveries_at ON policydaemon.deliveries (at);
CREATE INDEX deliveries_queue_id ON policydaemon.deliveries (queue_id);
CREATE INDEX deliveries_recipient ON policydaemon.deliveries (lower(recipient), at);
