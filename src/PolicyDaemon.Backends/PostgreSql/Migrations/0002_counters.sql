-- Counters of limits. Times are microseconds of this server's clock since 1970; a slice is a sixtieth of a limit's window.

-- The clock that counts. A function, so that tests can move it; the daemon's role cannot replace it.
CREATE FUNCTION policydaemon.now_us() RETURNS bigint LANGUAGE sql VOLATILE AS $$
    SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
$$;

-- One row for each key. What changes with every charge stands apart from the older slices, which change once in a slice: so an
-- update touches no index, and its WAL record holds a few octets however many slices there are.
CREATE TABLE policydaemon.counters (
    key text COLLATE "C" PRIMARY KEY,
    slice_us bigint NOT NULL,       -- length of a slice when it was last charged
    slice bigint NOT NULL,          -- the newest slice: its last microsecond
    units bigint NOT NULL,          -- units in it
    used bigint NOT NULL,           -- units in all slices
    leaves bigint NOT NULL,         -- when the oldest slice leaves the window
    amount bigint NOT NULL,         -- the limit when it was last charged
    is_high boolean NOT NULL,       -- used is above half of amount
    past bigint[] NOT NULL          -- older slices, oldest first: last microsecond, units, and so on
) WITH (fillfactor = 70);

-- What every node reads every few seconds, to know its share should this server go away.
CREATE INDEX counters_high ON policydaemon.counters (key) WHERE is_high;

-- Charges of the last 20 to 40 minutes, so that a repeated one counts once and one that is taken back is known. Three partitions take
-- turns every 20 minutes, and the one that is next is emptied whole: no dead rows, no vacuum, no bloated index.
CREATE TABLE policydaemon.charges (
    slot smallint NOT NULL,
    id uuid NOT NULL,               -- hash of node and charge id
    at bigint NOT NULL,
    soft smallint,                  -- the charge that was left out first, from 0; null: all fitted
    soft_used bigint,
    left_out smallint[],
    detail bytea NOT NULL,          -- what was asked to be charged, as the node wrote it
    PRIMARY KEY (id, slot)
) PARTITION BY LIST (slot);
CREATE TABLE policydaemon.charges_0 PARTITION OF policydaemon.charges FOR VALUES IN (0);
CREATE TABLE policydaemon.charges_1 PARTITION OF policydaemon.charges FOR VALUES IN (1);
CREATE TABLE policydaemon.charges_2 PARTITION OF policydaemon.charges FOR VALUES IN (2);

-- How far each node's charges are here: a node whose acknowledged charges are gone, after a failover to a standby that was behind, learns it.
CREATE TABLE policydaemon.nodes (
    node text COLLATE "C" PRIMARY KEY,
    sequence bigint NOT NULL,
    seen bigint NOT NULL
) WITH (fillfactor = 50);

CREATE FUNCTION policydaemon.slot_at(now bigint) RETURNS smallint LANGUAGE sql IMMUTABLE AS $$
    SELECT (now / 1200000000 % 3)::smallint
$$;

-- The row as it is now: what has left the window is gone, and the newest slice is the present one. A slice that lies in the future,
-- because the clock was set back or the window made shorter, counts as charged now: longer than it must, and not for ever.
CREATE FUNCTION policydaemon.rolled(c policydaemon.counters, length bigint, now bigint) RETURNS policydaemon.counters LANGUAGE plpgsql STABLE AS $$
DECLARE
    oldest bigint := (now / length - 60) * length;
    newest bigint := (now / length + 1) * length - 1;
    past bigint[] := c.past;
    gone int := 0;
BEGIN
    IF c.units > 0 THEN past := past || c.slice || c.units; END IF;
    c.units := 0;
    WHILE gone < cardinality(past) AND past[gone + 1] < oldest LOOP
        c.used := c.used - past[gone + 2];
        gone := gone + 2;
    END LOOP;
    IF gone > 0 THEN past := past[gone + 1 :]; END IF;
    WHILE cardinality(past) > 0 AND past[cardinality(past) - 1] >= newest LOOP
        c.units := c.units + past[cardinality(past)];
        past := past[: cardinality(past) - 2];
    END LOOP;
    c.slice_us := length;
    c.slice := newest;
    c.leaves := (coalesce(past[1], newest) / length + 61) * length;
    c.past := coalesce(past, '{}');
    RETURN c;
END $$;

-- Adds units to the slice of a moment (takes them away when negative, as far as there are any) in a row that was rolled.
CREATE FUNCTION policydaemon.placed(c policydaemon.counters, at bigint, added bigint) RETURNS policydaemon.counters LANGUAGE plpgsql STABLE AS $$
DECLARE
    last bigint := (at / c.slice_us + 1) * c.slice_us - 1;
    i int := 1;
BEGIN
    IF last >= c.slice THEN
        added := greatest(added, -c.units);
        c.units := c.units + added;
    ELSE
        WHILE i < cardinality(c.past) AND c.past[i] < last LOOP i := i + 2; END LOOP;
        IF c.past[i] = last THEN
            added := greatest(added, -c.past[i + 1]);
            c.past[i + 1] := c.past[i + 1] + added;
            IF c.past[i + 1] = 0 THEN c.past := c.past[: i - 1] || c.past[i + 2 :]; END IF;
        ELSIF added > 0 AND last >= c.slice - 60 * c.slice_us THEN
            c.past := c.past[: i - 1] || ARRAY[last, added] || c.past[i :];
        ELSE
            added := 0;
        END IF;
    END IF;
    c.used := least(c.used + added, 1::bigint << 60);
    c.leaves := (coalesce(c.past[1], c.slice) / c.slice_us + 61) * c.slice_us;
    c.is_high := c.used > c.amount / 2;
    RETURN c;
END $$;

-- Locks a node, so that its charges come in their order, also when the node has given up waiting for an earlier call that still runs; and
-- notes how far they are here when this call ends well. Returns what of its charges is here, when that is less than the node was told;
-- -1 when the node is not known.
CREATE FUNCTION policydaemon.missing_of(p_node text, p_after bigint, p_sequence bigint) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    -- The answer means that the charge is kept. A server that is told not to wait for its disk would make the limit a guess.
    IF current_setting('synchronous_commit') = 'off' THEN PERFORM set_config('synchronous_commit', 'on', true); END IF;
    UPDATE policydaemon.nodes SET sequence = greatest(sequence, p_sequence), seen = policydaemon.now_us() WHERE node = p_node AND sequence >= p_after;
    RETURN CASE WHEN NOT FOUND THEN coalesce((SELECT n.sequence FROM policydaemon.nodes n WHERE n.node = p_node), -1) END;
END $$;

-- Makes the rows that are missing. All nodes lock in the order of the keys, and rows are made before any is locked: no two can wait for each other.
CREATE FUNCTION policydaemon.make_counters(p_keys text[], p_lengths bigint[], p_amounts bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    now bigint := policydaemon.now_us();
BEGIN
    -- Mostly they are there. To count them is cheaper than to look for the missing ones.
    IF (SELECT count(*) FROM policydaemon.counters c WHERE c.key = ANY (p_keys)) = cardinality(p_keys) THEN RETURN; END IF;
    INSERT INTO policydaemon.counters
    SELECT k.key, k.length, (now / k.length + 1) * k.length - 1, 0, 0, (now / k.length + 61) * k.length, k.amount, false, '{}'
    FROM unnest(p_keys, p_lengths, p_amounts) AS k(key, length, amount)
    WHERE NOT EXISTS (SELECT FROM policydaemon.counters c WHERE c.key = k.key)
    ORDER BY k.key COLLATE "C"
    ON CONFLICT DO NOTHING;
END $$;

-- Charges messages, one after the other: all charges of a message or none, but soft ones that do not fit.
--
-- Messages: ids, details, and firsts: where in the charges each begins, from 1, and one more for the end. Keys: sorted, each once, with
-- length of slice, sum of the units, least limit. Charges: number of the key from 1, units, limit, soft.
-- Answers about messages that do not simply fit: their number, the charge that decided from 0, what was used of its key, whether it was
-- charged; and the slices of these keys. All others fit.
CREATE FUNCTION policydaemon.charge(
    p_node text, p_after bigint, p_sequence bigint,
    p_ids uuid[], p_details bytea[], p_firsts int[],
    p_keys text[], p_lengths bigint[], p_totals bigint[], p_least bigint[],
    p_key int[], p_units bigint[], p_limits bigint[], p_soft boolean[],
    OUT missing bigint, OUT now bigint,
    OUT message int[], OUT decisive int[], OUT used bigint[], OUT is_charged boolean[],
    OUT slice_key int[], OUT slice_last bigint[], OUT slice_units bigint[])
LANGUAGE plpgsql
SET enable_seqscan = off SET jit = off SET plan_cache_mode = force_generic_plan SET lock_timeout = '2s'
AS $$
DECLARE
    rows int;
    fits boolean;
    is_same boolean;
    slice_from bigint;
    slice_to bigint;
    leaves bigint;
    known int;
    slots smallint[];
    k_used bigint[];
    m_known boolean[];
    m_soft int[];
    m_soft_used bigint[];
    added bigint[];
    passed int[];
    passed_soft int[];
    passed_left text[];
    hard int;
    soft int;
    left_out int[];
    full_keys int[];
BEGIN
    missing := policydaemon.missing_of(p_node, p_after, p_sequence);
    IF missing IS NOT NULL THEN RETURN; END IF;

    PERFORM policydaemon.make_counters(p_keys, p_lengths, p_least);
    SELECT count(*), bool_and(c.used + c.total <= c.least), bool_and(c.slice_us = c.length), max(c.slice - c.length), min(c.slice), min(c.leaves)
    INTO rows, fits, is_same, slice_from, slice_to, leaves
    FROM (
        SELECT c.slice_us, c.slice, c.used, c.leaves, k.length, k.total, k.least
        FROM unnest(p_keys, p_lengths, p_totals, p_least) AS k(key, length, total, least) JOIN policydaemon.counters c ON c.key = k.key
        ORDER BY c.key FOR UPDATE OF c) c;
    IF rows < cardinality(p_keys) THEN RAISE EXCEPTION USING ERRCODE = 'serialization_failure', MESSAGE = 'an empty counter was deleted at this moment'; END IF;

    -- Not before the locks are held: two that change one key do it in the order of their times.
    now := policydaemon.now_us();
    IF NOT is_same OR now <= slice_from OR now > slice_to OR now >= leaves THEN
        -- OFFSET 0: else the function would be called once for each of its columns.
        UPDATE policydaemon.counters c
        SET slice_us = r.slice_us, slice = r.slice, units = r.units, used = r.used, leaves = r.leaves, past = r.past
        FROM (SELECT (s.r).* FROM (
            SELECT policydaemon.rolled(o, k.length, now) AS r
            FROM unnest(p_keys, p_lengths) AS k(key, length) JOIN policydaemon.counters o ON o.key = k.key
            WHERE o.slice_us <> k.length OR o.slice <> (now / k.length + 1) * k.length - 1 OR o.leaves <= now OFFSET 0) s OFFSET 0) r
        WHERE c.key = r.key;
        SELECT bool_and(c.used + k.total <= k.least) INTO fits
        FROM unnest(p_keys, p_totals, p_least) AS k(key, total, least) JOIN policydaemon.counters c ON c.key = k.key;
    END IF;

    slots := ARRAY[policydaemon.slot_at(now), policydaemon.slot_at(now - 1200000000)];
    SELECT count(*) INTO known FROM policydaemon.charges c WHERE c.id = ANY (p_ids) AND c.slot = ANY (slots);

    IF known = 0 AND coalesce(fits, true) THEN
        added := p_totals;
        INSERT INTO policydaemon.charges (slot, id, at, detail)
        SELECT slots[1], m.id, now, m.detail FROM unnest(p_ids, p_details) AS m(id, detail);
    ELSE
        SELECT array_agg(c.id IS NOT NULL ORDER BY m.n), array_agg(c.soft ORDER BY m.n), array_agg(c.soft_used ORDER BY m.n)
        INTO m_known, m_soft, m_soft_used
        FROM unnest(p_ids) WITH ORDINALITY AS m(id, n) LEFT JOIN policydaemon.charges c ON c.id = m.id AND c.slot = ANY (slots);
        SELECT array_agg(c.used) INTO k_used
        FROM (SELECT c.used FROM policydaemon.counters c WHERE c.key = ANY (p_keys) ORDER BY c.key) c;
        added := array_fill(0::bigint, ARRAY[cardinality(p_keys)]);

        FOR m IN 1 .. cardinality(p_ids) LOOP
            hard := NULL;
            soft := NULL;
            left_out := '{}';
            IF m_known[m] THEN
                soft := p_firsts[m] + m_soft[m];
            ELSE
                FOR i IN p_firsts[m] .. p_firsts[m + 1] - 1 LOOP
                    IF k_used[p_key[i]] + p_units[i] > p_limits[i] THEN
                        IF p_soft[i] THEN
                            soft := coalesce(soft, i);
                            left_out := left_out || (i - p_firsts[m]);
                        ELSE
                            hard := i;
                            EXIT;
                        END IF;
                    END IF;
                END LOOP;
            END IF;

            IF coalesce(hard, soft) IS NOT NULL THEN
                message := message || m;
                decisive := decisive || coalesce(hard, soft) - p_firsts[m];
                used := used || CASE WHEN m_known[m] THEN m_soft_used[m] ELSE k_used[p_key[coalesce(hard, soft)]] END;
                is_charged := is_charged || (hard IS NULL);
            END IF;
            IF hard IS NULL AND NOT m_known[m] THEN
                passed := passed || m;
                passed_soft := passed_soft || soft - p_firsts[m];
                passed_left := passed_left || CASE WHEN soft IS NULL THEN NULL ELSE left_out::text END;
                FOR i IN p_firsts[m] .. p_firsts[m + 1] - 1 LOOP
                    IF soft IS NULL OR (i - p_firsts[m]) <> ALL (left_out) THEN
                        k_used[p_key[i]] := k_used[p_key[i]] + p_units[i];
                        added[p_key[i]] := added[p_key[i]] + p_units[i];
                    END IF;
                END LOOP;
            END IF;
        END LOOP;

        INSERT INTO policydaemon.charges (slot, id, at, soft, soft_used, left_out, detail)
        SELECT slots[1], p_ids[m.n], now, m.soft, u.used, m.left_out::smallint[], p_details[m.n]
        FROM unnest(passed, passed_soft, passed_left) AS m(n, soft, left_out)
        LEFT JOIN unnest(message, used) AS u(n, used) ON u.n = m.n;
    END IF;

    UPDATE policydaemon.counters c
    SET units = c.units + k.added, used = c.used + k.added, amount = k.least, is_high = c.used + k.added > k.least / 2
    FROM unnest(p_keys, added, p_least) AS k(key, added, least) WHERE c.key = k.key AND k.added > 0;

    IF message IS NOT NULL THEN
        SELECT array_agg(DISTINCT p_key[p_firsts[m.n] + m.decisive]) INTO full_keys FROM unnest(message, decisive) AS m(n, decisive);
        SELECT array_agg(s.n), array_agg(s.last), array_agg(s.units) INTO slice_key, slice_last, slice_units
        FROM (
            SELECT k.n, p.last, p.units
            FROM unnest(full_keys) AS k(n) JOIN policydaemon.counters c ON c.key = p_keys[k.n],
            LATERAL (
                SELECT c.past[i] AS last, c.past[i + 1] AS units FROM generate_series(1, cardinality(c.past), 2) AS i
                UNION ALL SELECT c.slice, c.units) p
            ORDER BY k.n, p.last) s;
    END IF;
END $$;

-- Counts what a node has charged while this server was away, or what this server has lost, whether it fits or not.
-- As charge(), and how long ago each message was, in microseconds.
CREATE FUNCTION policydaemon.record_charges(
    p_node text, p_after bigint, p_sequence bigint,
    p_ids uuid[], p_details bytea[], p_firsts int[], p_ages bigint[],
    p_keys text[], p_lengths bigint[], p_least bigint[], p_key int[], p_units bigint[])
RETURNS bigint LANGUAGE plpgsql
SET enable_seqscan = off SET jit = off SET plan_cache_mode = force_generic_plan SET lock_timeout = '2s'
AS $$
DECLARE
    now bigint;
    missing bigint := policydaemon.missing_of(p_node, p_after, p_sequence);
    slots smallint[];
    unknown int[];
    c policydaemon.counters;
    one record;
BEGIN
    IF missing IS NOT NULL THEN RETURN missing; END IF;
    PERFORM policydaemon.make_counters(p_keys, p_lengths, p_least);
    PERFORM FROM policydaemon.counters o WHERE o.key = ANY (p_keys) ORDER BY o.key FOR UPDATE;
    now := policydaemon.now_us();
    slots := ARRAY[policydaemon.slot_at(now), policydaemon.slot_at(now - 1200000000)];
    SELECT array_agg(m.n) INTO unknown FROM unnest(p_ids) WITH ORDINALITY AS m(id, n)
    WHERE NOT EXISTS (SELECT FROM policydaemon.charges o WHERE o.id = m.id AND o.slot = ANY (slots));

    FOR one IN
        SELECT p_key[i] AS key, (now - greatest(p_ages[m.n], 0)) / p_lengths[p_key[i]] AS slice, sum(p_units[i])::bigint AS units
        FROM unnest(unknown) AS m(n), generate_series(p_firsts[m.n], p_firsts[m.n + 1] - 1) AS i
        WHERE p_units[i] > 0
        GROUP BY 1, 2
    LOOP
        SELECT * INTO STRICT c FROM policydaemon.counters o WHERE o.key = p_keys[one.key];
        c.amount := p_least[one.key];
        c := policydaemon.placed(policydaemon.rolled(c, p_lengths[one.key], now), one.slice * p_lengths[one.key], one.units);
        UPDATE policydaemon.counters o
        SET slice_us = c.slice_us, slice = c.slice, units = c.units, used = c.used, leaves = c.leaves, amount = c.amount, is_high = c.is_high, past = c.past
        WHERE o.key = c.key;
    END LOOP;

    INSERT INTO policydaemon.charges (slot, id, at, detail)
    SELECT slots[1], p_ids[m.n], now - greatest(p_ages[m.n], 0), p_details[m.n] FROM unnest(unknown) AS m(n);
    RETURN NULL;
END $$;

-- Gives back what was charged under these ids, each once. Keys: sorted, each once. Charges: number of the id and of the key from 1, units.
CREATE FUNCTION policydaemon.refund(
    p_node text, p_after bigint, p_sequence bigint, p_ids uuid[], p_keys text[], p_id int[], p_key int[], p_units bigint[])
RETURNS bigint LANGUAGE plpgsql
SET enable_seqscan = off SET jit = off SET plan_cache_mode = force_generic_plan SET lock_timeout = '2s'
AS $$
DECLARE
    missing bigint := policydaemon.missing_of(p_node, p_after, p_sequence);
    now bigint;
    c policydaemon.counters;
    charged_at bigint;
BEGIN
    IF missing IS NOT NULL THEN RETURN missing; END IF;
    PERFORM FROM policydaemon.counters o WHERE o.key = ANY (p_keys) ORDER BY o.key FOR UPDATE;
    now := policydaemon.now_us();
    FOR m IN 1 .. cardinality(p_ids) LOOP
        DELETE FROM policydaemon.charges o WHERE o.id = p_ids[m] RETURNING o.at INTO charged_at;
        CONTINUE WHEN NOT FOUND;
        FOR i IN 1 .. cardinality(p_id) LOOP
            CONTINUE WHEN p_id[i] <> m;
            SELECT * INTO c FROM policydaemon.counters o WHERE o.key = p_keys[p_key[i]];
            CONTINUE WHEN NOT FOUND;
            c := policydaemon.placed(policydaemon.rolled(c, c.slice_us, now), charged_at, -p_units[i]);
            UPDATE policydaemon.counters o
            SET slice = c.slice, units = c.units, used = c.used, leaves = c.leaves, is_high = c.is_high, past = c.past
            WHERE o.key = c.key;
        END LOOP;
    END LOOP;
    RETURN NULL;
END $$;

-- Deletes counters in which nothing counts any more, among the next keys after one; returns where to go on, null at the end.
CREATE FUNCTION policydaemon.sweep_counters(p_after text, p_rows int, OUT next text, OUT deleted bigint) LANGUAGE plpgsql
SET enable_seqscan = off SET jit = off AS $$
DECLARE
    now bigint := policydaemon.now_us();
    looked text[];
BEGIN
    SELECT array_agg(c.key ORDER BY c.key) INTO looked
    FROM (SELECT c.key FROM policydaemon.counters c WHERE c.key > p_after ORDER BY c.key LIMIT p_rows) c;
    -- The newest slice leaves last. Who is charged at this moment is passed over.
    WITH empty AS (
        SELECT c.key FROM policydaemon.counters c
        WHERE c.key = ANY (looked) AND (c.slice / c.slice_us + 61) * c.slice_us <= now
        ORDER BY c.key FOR UPDATE SKIP LOCKED)
    DELETE FROM policydaemon.counters c USING empty WHERE c.key = empty.key;
    GET DIAGNOSTICS deleted = ROW_COUNT;
    next := CASE WHEN cardinality(looked) = p_rows THEN looked[p_rows] END;
END $$;

-- Empties the partition of charges that is next, unless somebody reads it at this moment.
CREATE FUNCTION policydaemon.empty_oldest_charges() RETURNS boolean LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog SET lock_timeout = '100ms' AS $$
DECLARE
    oldest smallint := policydaemon.slot_at(policydaemon.now_us() + 1200000000);
BEGIN
    IF NOT EXISTS (SELECT FROM policydaemon.charges c WHERE c.slot = oldest) THEN RETURN false; END IF;
    EXECUTE format('TRUNCATE policydaemon.charges_%s', oldest);
    RETURN true;
EXCEPTION WHEN lock_not_available THEN
    RETURN false;
END $$;
