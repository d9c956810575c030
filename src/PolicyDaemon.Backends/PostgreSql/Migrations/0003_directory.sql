-- What the mailboxes' own tables have no column for, and what makes a change of a mailbox known to every node at once.

-- Whether a login may send, and its status, a value of directory.accountStatuses; NULL is not said.
CREATE TABLE policydaemon.account_states (
    login          text    COLLATE "C" PRIMARY KEY CHECK (login = lower(login) AND login <> ''),
    send_allowed   boolean,
    account_status text
);

-- Announces the keys of the rows that a statement has touched: the columns that the trigger names, of the rows as they were and as they
-- are. More than a few keys, or a key that is NULL, are announced as "something has changed". It runs in the rights of whoever changes the
-- table, which need nothing of this schema, and calls nothing but PostgreSQL's own functions.
CREATE FUNCTION policydaemon.announce_directory() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    most_keys CONSTANT integer := 50;
    touched text;
    keys text[];
    payload text := 'directory';
BEGIN
    IF TG_OP <> 'TRUNCATE' AND TG_NARGS > 0 THEN
        SELECT string_agg(format('SELECT %I::text AS key FROM %I', name, version), ' UNION ') INTO touched
            FROM unnest(TG_ARGV) AS name, unnest(CASE TG_OP
                WHEN 'INSERT' THEN '{new_rows}'::text[] WHEN 'DELETE' THEN '{old_rows}' ELSE '{old_rows,new_rows}' END) AS version;
        EXECUTE format('SELECT array_agg(key) FROM (SELECT key FROM (%s) AS every LIMIT %s) AS few', touched, most_keys + 1) INTO keys;
        IF keys IS NULL THEN
            RETURN NULL; -- the statement found no row
        END IF;
        IF cardinality(keys) <= most_keys AND array_position(keys, NULL) IS NULL AND strpos(array_to_string(keys, ''), E'\n') = 0
            AND octet_length(array_to_string(keys, E'\n')) < 7900 THEN
            payload := payload || E'\n' || array_to_string(keys, E'\n');
        END IF;
    END IF;
    PERFORM pg_notify('policydaemon', payload);
    RETURN NULL;
END
$$;

-- Lets every node know of each change of a table, by the logins, addresses or domains that stand in the columns named; without columns any
-- change makes the nodes forget all they know. To be called by the table's owner for each table that a query of directory.postgres.queries
-- reads; again to change the columns.
CREATE FUNCTION policydaemon.watch(watched regclass, VARIADIC key_columns text[] DEFAULT '{}') RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    missing text;
    arguments text;
    event text;
BEGIN
    SELECT name INTO missing FROM unnest(key_columns) AS name WHERE NOT EXISTS (
        SELECT FROM pg_attribute WHERE attrelid = watched AND attname = name AND attnum > 0 AND NOT attisdropped) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '% has no column %', watched, missing USING ERRCODE = 'undefined_column';
    END IF;

    SELECT coalesce(string_agg(quote_literal(name), ', '), '') INTO arguments FROM unnest(key_columns) AS name;
    FOREACH event IN ARRAY ARRAY['insert', 'update', 'delete', 'truncate'] LOOP
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER %I AFTER %s ON %s %s FOR EACH STATEMENT EXECUTE FUNCTION policydaemon.announce_directory(%s)',
            'policydaemon_' || event, event, watched,
            CASE event
                WHEN 'insert' THEN 'REFERENCING NEW TABLE AS new_rows'
                WHEN 'update' THEN 'REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows'
                WHEN 'delete' THEN 'REFERENCING OLD TABLE AS old_rows'
                ELSE ''
            END,
            arguments);
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', watched, 'policydaemon_' || event);
    END LOOP;
END
$$;

-- Watches the tables of the default queries, where they are. It runs in the search path of its caller.
CREATE FUNCTION policydaemon.watch_mailboxes() RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    name text;
    key_column text;
BEGIN
    FOR name, key_column IN VALUES ('virtual_domains', 'name'), ('virtual_users', 'email'), ('virtual_aliases', 'source') LOOP
        IF EXISTS (SELECT FROM pg_catalog.pg_class WHERE oid = to_regclass(name) AND relkind = 'r') THEN
            BEGIN
                PERFORM policydaemon.watch(to_regclass(name), key_column);
            EXCEPTION WHEN insufficient_privilege THEN
                RAISE WARNING '% is not ours to watch; as its owner: SELECT policydaemon.watch(''%'', ''%'')', name, name, key_column;
            END;
        END IF;
    END LOOP;
END
$$;

REVOKE ALL ON FUNCTION policydaemon.watch(regclass, text[]), policydaemon.watch_mailboxes() FROM PUBLIC;

SELECT policydaemon.watch('policydaemon.sender_rights', 'login');
SELECT policydaemon.watch('policydaemon.recipient_rules', 'recipient');
SELECT policydaemon.watch('policydaemon.limit_overrides', 'login');
SELECT policydaemon.watch('policydaemon.account_states', 'login');
SELECT policydaemon.watch_mailboxes();
