-- What the check of an answer found (JSON), and how many of its sentences were kept from the visitor.
ALTER TABLE turns ADD COLUMN verification TEXT;
ALTER TABLE turns ADD COLUMN withheld BIGINT;
