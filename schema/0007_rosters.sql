-- Member lists that an owner enters by hand, of groups that tell nobody who left: joins and leaves are inferred from them.

CREATE TABLE roster (
	id {ID},
	group_id {INT} NOT NULL,
	at_us {INT} NOT NULL,              -- when the group had these members; lists of one time are parts of one
	made_us {INT} NOT NULL,
	by_account {INT} NOT NULL,
	names {INT} NOT NULL               -- how many
) {STRICT};
CREATE INDEX roster_by_group ON roster (group_id, at_us);

CREATE TABLE roster_name (             -- name: as people compare names (text_fold)
	roster {INT} NOT NULL,
	name {TEXT} NOT NULL,
	PRIMARY KEY (roster, name)
) {STRICT_BY_KEY};
