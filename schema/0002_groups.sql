-- Groups, who is in them, how one gets in; and the journal of what happened.

CREATE TABLE chat_group (
	id {ID},
	name {TEXT} NOT NULL,
	kind {TEXT} NOT NULL CHECK (kind IN ('hosted', 'external')), -- external: lives elsewhere, read from its exports
	common_ground {TEXT} NOT NULL,
	rules {TEXT} NOT NULL DEFAULT '',
	capacity {INT} NOT NULL,
	members {INT} NOT NULL DEFAULT 0,  -- those who are in; kept with every joining and leaving
	owner {INT} NOT NULL,
	members_invite {INT} NOT NULL DEFAULT 0,
	sister {INT},                      -- where people go when this one is full
	sister_found {INT} NOT NULL DEFAULT 0, -- 1: found a sister by itself when there is none with room
	made_us {INT} NOT NULL
) {STRICT};
CREATE INDEX chat_group_by_owner ON chat_group (owner);

CREATE TABLE group_tag (
	group_id {INT} NOT NULL,
	place {INT} NOT NULL,
	tag {TEXT} NOT NULL,
	PRIMARY KEY (group_id, place)
) {STRICT_BY_KEY};

CREATE TABLE member (
	group_id {INT} NOT NULL,
	account {INT} NOT NULL,
	role {TEXT} NOT NULL DEFAULT 'member' CHECK (role IN ('owner', 'steward', 'member')),
	state {TEXT} NOT NULL CHECK (state IN ('in', 'waiting', 'declined', 'left', 'removed', 'barred')),
	joined_us {INT} NOT NULL,          -- or asked to join
	left_us {INT},
	invited_by {INT},
	invitation {INT},
	read_number {INT} NOT NULL DEFAULT 0,
	last_seen {INT} NOT NULL DEFAULT 0, -- left, removed: the last number that may still be read
	muted_until_us {INT} NOT NULL DEFAULT 0, -- 0 not, 9223372036854775807 always
	pinned {INT} NOT NULL DEFAULT 0,
	PRIMARY KEY (group_id, account)
) {STRICT_BY_KEY};
CREATE INDEX member_by_account ON member (account, state);

CREATE TABLE invitation (
	id {ID},
	group_id {INT} NOT NULL,
	code {TEXT} NOT NULL UNIQUE,       -- shown again and again to who may invite, so kept as it is
	made_by {INT} NOT NULL,
	approval {INT} NOT NULL,
	expires_us {INT},
	uses_max {INT},
	used {INT} NOT NULL DEFAULT 0,
	stopped {INT} NOT NULL DEFAULT 0,
	made_us {INT} NOT NULL
) {STRICT};
CREATE INDEX invitation_by_group ON invitation (group_id);

-- The journal: ids and kinds, never text. stream 1: a group, for every member; 2: a group's stewards; 3: one account;
-- 4: figures (followed by programs, numbered but shown to nobody). Numbers have no gaps within (stream, owner).
CREATE TABLE stream (
	stream {INT} NOT NULL,
	owner {INT} NOT NULL,
	last_number {INT} NOT NULL,
	PRIMARY KEY (stream, owner)
) {STRICT_BY_KEY};

CREATE TABLE event (
	position {ID},
	stream {INT} NOT NULL,
	owner {INT} NOT NULL,
	number {INT} NOT NULL,
	kind {INT} NOT NULL,
	actor {INT} NOT NULL,
	subject {INT} NOT NULL,            -- a message's number, an account, a group … by kind
	at_us {INT} NOT NULL,
	xid {XID}
) {STRICT};
CREATE UNIQUE INDEX event_by_stream ON event (stream, owner, number);
{PG_ONLY} CREATE INDEX event_by_xid ON event (xid, position);
