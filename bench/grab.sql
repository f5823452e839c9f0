-- A grab in PostgreSQL: one call, one transaction. Balances of the takers, without the other half of a double entry.
CREATE TABLE member (account int PRIMARY KEY);
CREATE TABLE balance (account int PRIMARY KEY, amount bigint NOT NULL) WITH (fillfactor = 50);
CREATE TABLE packet (id int PRIMARY KEY, sum bigint NOT NULL, shares int NOT NULL, split int[] NOT NULL);
CREATE TABLE course (packet int PRIMARY KEY, taken int NOT NULL) WITH (fillfactor = 20);
CREATE TABLE share (packet int NOT NULL, account int NOT NULL, place int NOT NULL, amount int NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(), PRIMARY KEY (packet, account));

CREATE FUNCTION grab(p int, a int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  had record;
  way record;
  mine int;
  won int;
BEGIN
  PERFORM 1 FROM member WHERE account = a;
  IF NOT FOUND THEN RAISE EXCEPTION 'not-a-member'; END IF;
  SELECT amount, place INTO had FROM share WHERE packet = p AND account = a;
  IF FOUND THEN RETURN 'got ' || had.amount || ' ' || had.place; END IF;
  -- Refused without a lock; what is taken stays taken.
  SELECT c.taken, k.shares INTO way FROM course c JOIN packet k ON k.id = c.packet WHERE c.packet = p;
  IF way.taken >= way.shares THEN RETURN 'gone'; END IF;
  UPDATE course SET taken = taken + 1 WHERE packet = p AND taken < way.shares RETURNING taken - 1 INTO mine;
  IF NOT FOUND THEN RETURN 'gone'; END IF;
  SELECT split[mine + 1] INTO won FROM packet WHERE id = p;
  INSERT INTO share (packet, account, place, amount) VALUES (p, a, mine, won);
  UPDATE balance SET amount = amount + won WHERE account = a;
  RETURN 'got ' || won || ' ' || mine;
END $$;
