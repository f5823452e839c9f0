-- Accounts, their sign-ins, one-time links, and what the site itself remembers.

CREATE TABLE site (
	one {INT} PRIMARY KEY CHECK (one = 1),
	secret {BLOB} NOT NULL,          -- 32 random bytes; keys of this site are derived from it
	may_found {TEXT} NOT NULL DEFAULT 'owner' CHECK (may_found IN ('owner', 'all')),
	made_us {INT} NOT NULL
) {STRICT};

CREATE TABLE account (
	id {ID},
	name {TEXT} NOT NULL,
	locale {TEXT} NOT NULL DEFAULT 'zh' CHECK (locale IN ('zh', 'en')),
	login {TEXT} UNIQUE,             -- NULL: no password yet
	password_hash {TEXT},
	site_owner {INT} NOT NULL DEFAULT 0,
	left_out {INT} NOT NULL DEFAULT 0, -- 1: does not want to be counted in any model
	made_us {INT} NOT NULL,
	deleted_us {INT}
) {STRICT};

CREATE TABLE session (
	id {ID},
	account {INT} NOT NULL,
	token_hash {BLOB} NOT NULL UNIQUE, -- SHA-256 of the token; the token itself is nowhere
	agent {TEXT} NOT NULL,
	made_us {INT} NOT NULL,
	seen_us {INT} NOT NULL,
	ended_us {INT}
) {STRICT};
CREATE INDEX session_by_account ON session (account);

-- One-time links: the site's first owner, another device of one's own, who lost every device.
CREATE TABLE enter_link (
	id {ID},
	code_hash {BLOB} NOT NULL UNIQUE,
	kind {TEXT} NOT NULL CHECK (kind IN ('first', 'device', 'recovery')),
	account {INT},
	made_by {INT},
	made_us {INT} NOT NULL,
	expires_us {INT} NOT NULL,
	agent {TEXT},                    -- device: who asks to be let in
	ticket_hash {BLOB},              -- device: what the asking browser holds
	allowed {INT},                   -- device: NULL not answered, 1 yes, 0 no
	used_us {INT}
) {STRICT};
CREATE INDEX enter_link_by_account ON enter_link (account);
