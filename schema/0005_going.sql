-- What goes away bit by bit, after the answer was given: files of pictures, and what somebody said who deleted his account.

CREATE TABLE file_gone (
	file {TEXT} PRIMARY KEY            -- name in the media folder: nobody's any more, to be removed from the disk
) {STRICT_BY_KEY};

ALTER TABLE account ADD COLUMN empties {INT} NOT NULL DEFAULT 0; -- 1: deleted, and his messages are being emptied
