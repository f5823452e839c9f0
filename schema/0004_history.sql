-- What the pages about imported history ask again and again, kept with each import; and how a file was read, so that the
-- next one of the same group is read the same way.

ALTER TABLE history_author ADD COLUMN messages {INT} NOT NULL DEFAULT 0; -- talk, not joins and the like
ALTER TABLE history_author ADD COLUMN first_us {INT};
ALTER TABLE history_author ADD COLUMN last_us {INT};

ALTER TABLE history_file ADD COLUMN account {INT} NOT NULL DEFAULT 0;    -- who brought it
ALTER TABLE history_file ADD COLUMN doubled {INT} NOT NULL DEFAULT 0;    -- lines that were there already
ALTER TABLE history_file ADD COLUMN zone {TEXT} NOT NULL DEFAULT '';     -- of local times; '' where the format has one
ALTER TABLE history_file ADD COLUMN date_order {INT} NOT NULL DEFAULT 0; -- enum parse_date_order
ALTER TABLE history_file ADD COLUMN self_name {TEXT} NOT NULL DEFAULT '';
