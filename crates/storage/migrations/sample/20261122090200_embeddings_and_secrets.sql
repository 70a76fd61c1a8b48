-- Rows as the program of this migration wrote them. Written for SQLite; the test turns X'..' into PostgreSQL's form.
INSERT INTO embeddings (model, dimensions, hash, vector) VALUES
    ('tiny', 2, X'000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', X'0000803f000000c0');

INSERT INTO secrets (site, name, value) VALUES ('default', 'visitor-key', X'00ff10');
