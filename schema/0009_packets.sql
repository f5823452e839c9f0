-- Red packets. What each share holds is drawn when the packet is sent; who came when decides only who gets which.

CREATE TABLE packet (
	id {ID},
	group_id {INT} NOT NULL,
	number {INT} NOT NULL,             -- of the group's journal: its place in the chat
	sender {INT} NOT NULL,
	client_id {TEXT} NOT NULL,         -- the sender's own, kept for ever; part of the seed
	kind {TEXT} NOT NULL CHECK (kind IN ('lucky', 'equal')),
	currency {TEXT} NOT NULL,
	sum_minor {INT} NOT NULL,
	shares {INT} NOT NULL,
	share_min {INT} NOT NULL,          -- the limits of a share when it was sent
	share_max {INT} NOT NULL,
	named {INT} NOT NULL,              -- 1: for those in packet_for only
	message {TEXT} NOT NULL,
	hold {INT} NOT NULL,               -- of the ledger
	secret {BLOB} NOT NULL,            -- 32 bytes; nobody's to see before the end
	nonce {BLOB} NOT NULL,             -- 32 bytes of the sender's device
	split {BLOB} NOT NULL,             -- the shares in order, 8 bytes each, least significant first
	expires_us {INT} NOT NULL,
	at_us {INT} NOT NULL,
	UNIQUE (sender, client_id)
) {STRICT};
CREATE INDEX packet_by_group ON packet (group_id, number);

CREATE TABLE packet_course (               -- how far a packet is
	packet {INT} PRIMARY KEY,
	taken {INT} NOT NULL DEFAULT 0,    -- shares
	taken_minor {INT} NOT NULL DEFAULT 0,
	ended {TEXT} NOT NULL DEFAULT '' CHECK (ended IN ('', 'taken', 'expired', 'dissolved')),
	ended_us {INT} NOT NULL DEFAULT 0,
	expires_us {INT} NOT NULL,
	told_number {INT} NOT NULL DEFAULT 0, -- the journal's number under which the newest grabs are told …
	told_batch {INT} NOT NULL DEFAULT 0   -- … and the transaction that took it
) {STRICT_BY_KEY};
CREATE INDEX packet_course_open ON packet_course (expires_us) WHERE ended = '';

CREATE TABLE packet_for (
	packet {INT} NOT NULL,
	account {INT} NOT NULL,
	PRIMARY KEY (packet, account)
) {STRICT_BY_KEY};

CREATE TABLE packet_share (                -- a share that was grabbed
	packet {INT} NOT NULL,
	account {INT} NOT NULL,
	place {INT} NOT NULL,              -- 0 for the first who came
	amount {INT} NOT NULL,
	number {INT} NOT NULL,             -- of the group's journal: the event that tells it
	at_us {INT} NOT NULL,
	PRIMARY KEY (packet, account)
) {STRICT_BY_KEY};
CREATE UNIQUE INDEX packet_share_by_place ON packet_share (packet, place);

CREATE TABLE packet_promise (              -- the secret that the account's next packet will use; its hash is shown before
	account {INT} PRIMARY KEY,
	secret {BLOB} NOT NULL,
	made_us {INT} NOT NULL
) {STRICT_BY_KEY};

CREATE TABLE packet_rule (                 -- of the site
	one {INT} PRIMARY KEY CHECK (one = 1),
	shares_max {INT} NOT NULL,
	share_min {INT} NOT NULL,
	share_max {INT} NOT NULL,
	keep_s {INT} NOT NULL,             -- what was not taken goes back after so many seconds
	welcome {INT} NOT NULL             -- points that a new wallet begins with
) {STRICT_BY_KEY};
INSERT INTO packet_rule (one, shares_max, share_min, share_max, keep_s, welcome) VALUES (1, 100, 1, 20000, 86400, 10000);

ALTER TABLE chat_group ADD COLUMN packet_board {INT} NOT NULL DEFAULT 1; -- 0: no board of who grabbed most
ALTER TABLE chat_group ADD COLUMN dissolved_us {INT};
