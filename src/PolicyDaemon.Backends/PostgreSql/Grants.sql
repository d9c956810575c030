-- What the daemon's role may do: read the mailboxes and what belongs to them, and keep its own tables. It cannot alter mailboxes.
GRANT USAGE ON SCHEMA policydaemon TO {role};
GRANT SELECT ON policydaemon.schema_version, policydaemon.sender_rights, policydaemon.recipient_rules, policydaemon.limit_overrides,
    policydaemon.account_states TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON policydaemon.blocks TO {role};

SET policydaemon.granted_role = {literal};
DO $do$
DECLARE
    role text := current_setting('policydaemon.granted_role');
    mailboxes regclass;
BEGIN
    FOREACH mailboxes IN ARRAY ARRAY[to_regclass('virtual_domains'), to_regclass('virtual_users'), to_regclass('virtual_aliases')] LOOP
        CONTINUE WHEN mailboxes IS NULL OR has_table_privilege(role, mailboxes, 'SELECT');
        BEGIN
            EXECUTE format('GRANT SELECT ON %s TO %I', mailboxes, role);
        EXCEPTION WHEN insufficient_privilege THEN
            RAISE WARNING '% is not ours to grant; as its owner: GRANT SELECT ON % TO %', mailboxes, mailboxes, quote_ident(role);
        END;
    END LOOP;
END
$do$;
RESET policydaemon.granted_role;

-- What the guard against guessing has seen.
GRANT SELECT, INSERT, DELETE ON policydaemon.guard_events TO {role};
GRANT SELECT ON policydaemon.guard_secret TO {role};

-- Charges are written through the table; only its owner empties a partition, by a function.
GRANT SELECT, INSERT, UPDATE, DELETE ON policydaemon.counters, policydaemon.nodes TO {role};
GRANT SELECT, INSERT, DELETE ON policydaemon.charges TO {role};

-- The ledger of deliveries.
GRANT SELECT, INSERT, DELETE ON policydaemon.deliveries TO {role};
