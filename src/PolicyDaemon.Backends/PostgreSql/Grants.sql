-- What the daemon's role may do: read the mailboxes and what belongs to them, and keep its own tables. It cannot alter mailboxes.
GRANT USAGE ON SCHEMA policydaemon TO {role};
GRANT SELECT ON policydaemon.schema_version, policydaemon.sender_rights, policydaemon.recipient_rules, policydaemon.limit_overrides,
    policydaemon.account_states TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON policydaemon.blocks TO {role};

SET policydaemon.granted_role = {literal};
DO $do$
DECLARE
    mailboxes text;
BEGIN
    FOREACH mailboxes IN ARRAY ARRAY['virtual_domains', 'virtual_users', 'virtual_aliases'] LOOP
        IF to_regclass(mailboxes) IS NOT NULL THEN
            EXECUTE format('GRANT SELECT ON %s TO %I', to_regclass(mailboxes), current_setting('policydaemon.granted_role'));
        END IF;
    END LOOP;
END
$do$;
RESET policydaemon.granted_role;

-- Charges are written through the table; only its owner empties a partition, by a function.
GRANT SELECT, INSERT, UPDATE, DELETE ON policydaemon.counters, policydaemon.nodes TO {role};
GRANT SELECT, INSERT, DELETE ON policydaemon.charges TO {role};
