-- Rows as the program of this migration wrote them. Written for SQLite; the test turns X'..' into PostgreSQL's form.
INSERT INTO knowledge (site, generation, changed) VALUES ('default', 3, 1795338000000);

INSERT INTO documents (site, id, hash, title, url, language, facet, tags, priority, format, text, blocks, chunk_count,
    token_count) VALUES
    ('default', 'cv.md', X'000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 'Currículum', NULL, 'es',
     'experience', '["cv"]', 1.0, 'markdown', 'Tres años con RAG.',
     '[{"kind":"paragraph","text":"Tres años con RAG.","span":{"start":0,"end":19},"page":null,"facet":null}]', 1, 6);

INSERT INTO chunks (site, document, ordinal, id, facet, language, tokens, text, place) VALUES
    ('default', 'cv.md', 0, 'cv.md#0', 'experience', 'es', 6, 'Tres años con RAG.',
     '{"title":"Currículum","url":null,"heading_path":[],"question":null,"span":{"start":0,"end":19},"page":null,"priority":1.0}');

INSERT INTO problems (site, ordinal, document, cause, skipped) VALUES
    ('default', 0, 'roto.pdf', 'has no readable text', TRUE);
