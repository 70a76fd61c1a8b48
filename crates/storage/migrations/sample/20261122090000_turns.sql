-- Rows as the program of this migration wrote them. Written for SQLite; the test turns X'..' into PostgreSQL's form.
INSERT INTO conversations (site, id, visitor, language, created) VALUES
    ('default', '019a0000-0000-7000-8000-000000000001', '019a0000-0000-7000-8000-0000000000aa', 'es', 1795338000000),
    ('agencia', '019a0000-0000-7000-8000-000000000002', '019a0000-0000-7000-8000-0000000000bb', 'en', 1795338000500);

INSERT INTO turns (site, id, conversation, created, language, question, status) VALUES
    ('default', '019a0000-0000-7000-8000-000000000011', '019a0000-0000-7000-8000-000000000001', 1795338000000, 'es',
     '¿Qué experiencia tiene María en IA?', 'open'),
    ('agencia', '019a0000-0000-7000-8000-000000000012', '019a0000-0000-7000-8000-000000000002', 1795338000500, 'en',
     'Does she know COBOL? 🦕', 'open');

INSERT INTO turns (site, id, conversation, created, language, question, status, settled, outcome, answer, citations, model,
    ladder, prompt_tokens, cached_tokens, cache_write_tokens, completion_tokens, reasoning_tokens, usage_estimated,
    cost_usd_micros, first_token_ms, took_ms, prompt_hash, knowledge_generation, unanswered) VALUES
    ('default', '019a0000-0000-7000-8000-000000000013', '019a0000-0000-7000-8000-000000000001', 1795338001000, 'es',
     '¿Y en COBOL?', 'complete', 1795338001900, 'not_known', 'No lo sé.', '[]', NULL,
     '[{"rung":"extractive"}]', 0, 0, 0, 0, 0, FALSE, 0, 3, 9, NULL, 1, TRUE);

INSERT INTO gaps (site, turn, question, language, asked) VALUES
    ('default', '019a0000-0000-7000-8000-000000000013', '¿Y en COBOL?', 'es', 1795338001000);
