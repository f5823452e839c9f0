-- What is said. Recall and removal empty the content; the row, and what it answered for, stay.

CREATE TABLE message (
	group_id {INT} NOT NULL,
	number {INT} NOT NULL,
	author {INT} NOT NULL,
	client_id {TEXT} NOT NULL,         -- the sender's own, kept for ever: a repeat is found by it
	state {INT} NOT NULL DEFAULT 0,    -- 0 stands, 1 recalled, 2 removed
	text {TEXT} NOT NULL,
	reply_to {INT},
	calls_all {INT} NOT NULL DEFAULT 0,
	picture {INT},
	at_us {INT} NOT NULL,
	PRIMARY KEY (group_id, number)
) {STRICT_BY_KEY};
CREATE UNIQUE INDEX message_by_client_id ON message (group_id, author, client_id);

CREATE TABLE mention (
	account {INT} NOT NULL,
	group_id {INT} NOT NULL,
	number {INT} NOT NULL,
	PRIMARY KEY (account, group_id, number)
) {STRICT_BY_KEY};
CREATE INDEX mention_by_message ON mention (group_id, number);

CREATE TABLE picture (
	id {ID},
	group_id {INT} NOT NULL,
	account {INT} NOT NULL,
	file {TEXT} NOT NULL UNIQUE,       -- name in the media folder
	type {TEXT} NOT NULL,
	width {INT} NOT NULL,
	height {INT} NOT NULL,
	bytes {INT} NOT NULL,
	number {INT},                      -- the message that carries it
	made_us {INT} NOT NULL
) {STRICT};
CREATE INDEX picture_by_message ON picture (group_id, number);

-- History that was brought in from elsewhere: before number 1, in order of time. Authors are names, not members, until
-- somebody claims one with the owner's yes.
CREATE TABLE history_author (
	id {ID},
	group_id {INT} NOT NULL,
	author_key {TEXT} NOT NULL,        -- the format's id of the person, or his name
	name {TEXT} NOT NULL,
	bot {INT} NOT NULL DEFAULT 0,
	account {INT},                     -- claimed by
	claim_by {INT},                    -- asked for by, not answered yet
	UNIQUE (group_id, author_key)
) {STRICT};

CREATE TABLE history (
	id {ID},
	group_id {INT} NOT NULL,
	at_us {INT} NOT NULL,
	place {INT} NOT NULL,              -- among lines of the same time
	kind {INT} NOT NULL,               -- enum parse_kind
	author {INT},
	target {INT},
	flags {INT} NOT NULL,
	chars {INT} NOT NULL,
	text {TEXT} NOT NULL,
	fingerprint {BLOB} NOT NULL,       -- of the format's id, else of time, author, text, occurrence
	UNIQUE (group_id, fingerprint)
) {STRICT};
CREATE INDEX history_by_time ON history (group_id, at_us, place, id);

CREATE TABLE history_file (
	id {ID},
	group_id {INT} NOT NULL,
	name {TEXT} NOT NULL,
	format {TEXT} NOT NULL,
	known {INT} NOT NULL,              -- enum parse_known
	lines {INT} NOT NULL,
	added {INT} NOT NULL,
	skipped {INT} NOT NULL,
	first_us {INT},
	last_us {INT},
	made_us {INT} NOT NULL
) {STRICT};
CREATE INDEX history_file_by_group ON history_file (group_id);
