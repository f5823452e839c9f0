-- What the models keep: how far each reader of the journal has come, daily counts, the newest fit of each group, and what was
-- done about it.

CREATE TABLE follower (
	name {TEXT} PRIMARY KEY,
	xid {INT} NOT NULL,
	position {INT} NOT NULL
) {STRICT_BY_KEY};

CREATE TABLE member_day (              -- day: since 1970-01-01 UTC; whoever is left out of models has no rows
	group_id {INT} NOT NULL,
	day {INT} NOT NULL,
	account {INT} NOT NULL,
	messages {INT} NOT NULL,
	PRIMARY KEY (group_id, day, account)
) {STRICT_BY_KEY};
CREATE INDEX member_day_by_account ON member_day (account);

CREATE TABLE group_day (
	group_id {INT} NOT NULL,
	day {INT} NOT NULL,
	messages {INT} NOT NULL,           -- the sum of member_day
	joins {INT} NOT NULL,
	leaves {INT} NOT NULL,
	PRIMARY KEY (group_id, day)
) {STRICT_BY_KEY};

CREATE TABLE group_fit (               -- the newest answer of the thermometer
	group_id {INT} PRIMARY KEY,
	made_us {INT} NOT NULL,
	number {INT} NOT NULL,             -- the group's newest number then
	cost_us {INT} NOT NULL,            -- what it took
	summary {TEXT} NOT NULL,           -- JSON: what a list shows
	report {TEXT} NOT NULL             -- JSON: all of it
) {STRICT_BY_KEY};

CREATE TABLE wish (                    -- grows when somebody changes how he is counted or named; an answer begun before is not kept
	one {INT} PRIMARY KEY CHECK (one = 1),
	number {INT} NOT NULL
) {STRICT_BY_KEY};
INSERT INTO wish (one, number) VALUES (1, 0);

CREATE TABLE remedy_act (              -- what an owner did about it, or put off
	id {ID},
	group_id {INT} NOT NULL,
	remedy {TEXT} NOT NULL,
	person {INT},                      -- whom it was for
	state {TEXT} NOT NULL CHECK (state IN ('done', 'later')),
	by_account {INT} NOT NULL,
	at_us {INT} NOT NULL,
	undone_us {INT}
) {STRICT};
CREATE INDEX remedy_act_by_group ON remedy_act (group_id, at_us);

ALTER TABLE account ADD COLUMN greetable {INT} NOT NULL DEFAULT 0; -- 1: an owner may be told that a greeting would be nice
