-- Double entry. An entry and its legs are written once and never changed: the database itself refuses. What stands in
-- ledger_account and ledger_hold beside the accounts' rules are sums of the legs, kept for speed and checked against them.

CREATE TABLE ledger_account (
	id {ID},
	kind {TEXT} NOT NULL CHECK (kind IN ('site', 'member', 'group', 'owner', 'clearing')),
	owner {INT} NOT NULL,              -- member, owner: the account; group: the group; site, clearing: 0 or a number of theirs
	currency {TEXT} NOT NULL,          -- 'points', or ISO 4217
	floor_minor {INT},                 -- posted - held never goes below it; NULL: no floor
	posted {INT} NOT NULL DEFAULT 0,   -- minor units: the sum of its legs' amounts
	held {INT} NOT NULL DEFAULT 0,     -- the sum of its legs' holds
	made_us {INT} NOT NULL,
	UNIQUE (kind, owner, currency),
	CHECK (held >= 0),
	CHECK (floor_minor IS NULL OR posted - held >= floor_minor)
) {STRICT};

CREATE TABLE ledger_entry (
	position {ID},
	caller_id {TEXT} NOT NULL UNIQUE,  -- the caller's own, for ever: the same id with the same content is the same entry
	kind {INT} NOT NULL,               -- enum ledger_kind
	purpose {INT} NOT NULL,            -- enum ledger_purpose
	subject {INT} NOT NULL,            -- by purpose: the packet, the group …
	actor {INT} NOT NULL,              -- the account that did it; 0: the server
	hold {INT},                        -- post, void, expire: the position of the hold
	expires_us {INT},                  -- hold: by the ledger's clock
	at_us {INT} NOT NULL,
	xid {XID}
) {STRICT};
CREATE INDEX ledger_entry_by_hold ON ledger_entry (hold) WHERE hold IS NOT NULL;
{PG_ONLY} CREATE INDEX ledger_entry_by_xid ON ledger_entry (xid, position);

CREATE TABLE ledger_leg (                  -- of an entry, at most one for an account; amounts of one currency sum to zero
	entry {INT} NOT NULL,
	account {INT} NOT NULL,            -- of ledger_account
	amount {INT} NOT NULL,             -- what posted changes by
	held {INT} NOT NULL,               -- what held changes by
	posted_after {INT} NOT NULL,
	held_after {INT} NOT NULL,
	PRIMARY KEY (entry, account)
) {STRICT_BY_KEY};
CREATE INDEX ledger_leg_by_account ON ledger_leg (account, entry);

CREATE TABLE ledger_hold (                 -- what is left of each hold: the sum of its entries' legs
	entry {INT} PRIMARY KEY,           -- its position
	account {INT} NOT NULL,
	amount {INT} NOT NULL,
	left_minor {INT} NOT NULL CHECK (left_minor >= 0),
	expires_us {INT} NOT NULL,
	ended {INT} NOT NULL DEFAULT 0     -- enum ledger_kind of what ended it; 0: open
) {STRICT_BY_KEY};
CREATE INDEX ledger_hold_open ON ledger_hold (expires_us) WHERE ended = 0;

-- Once a second the entries that came since are hashed, in order of position, into a chain; once a day a signed tree of them.
CREATE TABLE ledger_seal (
	number {INT} PRIMARY KEY,          -- 1, 2, 3 …
	day {INT} NOT NULL,                -- since 1970-01-01 UTC; never less than the seal's before
	last_xid {INT} NOT NULL,           -- the last entry it covers, as a follower's place
	last_position {INT} NOT NULL,
	entries {INT} NOT NULL,
	leaves {BLOB} NOT NULL,            -- their hashes, 32 bytes each, in order
	chain {BLOB} NOT NULL,             -- SHA-256 over the chain before and the leaves
	at_us {INT} NOT NULL
) {STRICT_BY_KEY};
CREATE INDEX ledger_seal_by_day ON ledger_seal (day, number);
CREATE INDEX ledger_seal_by_position ON ledger_seal (last_xid, last_position);

CREATE TABLE ledger_root (
	day {INT} PRIMARY KEY,
	entries {INT} NOT NULL,
	root {BLOB} NOT NULL,              -- RFC 9162 tree over the day's leaves
	chain {BLOB} NOT NULL,             -- of the day's last seal
	public_key {BLOB} NOT NULL,        -- Ed25519
	signature {BLOB} NOT NULL,
	made_us {INT} NOT NULL
) {STRICT_BY_KEY};

{SQLITE_ONLY} CREATE TRIGGER ledger_entry_update BEFORE UPDATE ON ledger_entry BEGIN SELECT RAISE(ABORT, 'append-only'); END;
{SQLITE_ONLY} CREATE TRIGGER ledger_entry_delete BEFORE DELETE ON ledger_entry BEGIN SELECT RAISE(ABORT, 'append-only'); END;
{SQLITE_ONLY} CREATE TRIGGER ledger_leg_update BEFORE UPDATE ON ledger_leg BEGIN SELECT RAISE(ABORT, 'append-only'); END;
{SQLITE_ONLY} CREATE TRIGGER ledger_leg_delete BEFORE DELETE ON ledger_leg BEGIN SELECT RAISE(ABORT, 'append-only'); END;
{SQLITE_ONLY} CREATE TRIGGER ledger_seal_update BEFORE UPDATE ON ledger_seal BEGIN SELECT RAISE(ABORT, 'append-only'); END;
{SQLITE_ONLY} CREATE TRIGGER ledger_seal_delete BEFORE DELETE ON ledger_seal BEGIN SELECT RAISE(ABORT, 'append-only'); END;
{SQLITE_ONLY} CREATE TRIGGER ledger_root_update BEFORE UPDATE ON ledger_root BEGIN SELECT RAISE(ABORT, 'append-only'); END;
{SQLITE_ONLY} CREATE TRIGGER ledger_root_delete BEFORE DELETE ON ledger_root BEGIN SELECT RAISE(ABORT, 'append-only'); END;
{PG_ONLY} CREATE FUNCTION ledger_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'append-only'; END $$;
{PG_ONLY} CREATE TRIGGER ledger_entry_stays BEFORE UPDATE OR DELETE ON ledger_entry FOR EACH ROW EXECUTE FUNCTION ledger_stays();
{PG_ONLY} CREATE TRIGGER ledger_leg_stays BEFORE UPDATE OR DELETE ON ledger_leg FOR EACH ROW EXECUTE FUNCTION ledger_stays();
{PG_ONLY} CREATE TRIGGER ledger_seal_stays BEFORE UPDATE OR DELETE ON ledger_seal FOR EACH ROW EXECUTE FUNCTION ledger_stays();
{PG_ONLY} CREATE TRIGGER ledger_root_stays BEFORE UPDATE OR DELETE ON ledger_root FOR EACH ROW EXECUTE FUNCTION ledger_stays();
