-- Rows as the program of this migration wrote them. Written for SQLite; the test turns X'..' into PostgreSQL's form.
INSERT INTO turns (site, id, conversation, created, language, question, status, settled, outcome, answer, citations,
    verification, withheld, model, ladder, prompt_tokens, cached_tokens, cache_write_tokens, completion_tokens,
    reasoning_tokens, usage_estimated, cost_usd_micros, first_token_ms, took_ms, prompt_hash, knowledge_generation,
    unanswered) VALUES
    ('default', '019a0000-0000-7000-8000-000000000014', '019a0000-0000-7000-8000-000000000001', 1795338002000, 'es',
     '¿Usa Python?', 'complete', 1795338002900, 'answered', 'Usa Python.', '[]',
     '{"score":1.0,"sentences":[{"text":"Usa Python.","status":"supported","score":1.0,"claims":[{"kind":"technology","text":"Python","status":"supported","evidence":{"source":0,"span":{"start":4,"end":10}}}]}]}',
     1, 'gpt-4o-mini', '[{"rung":"primary","model":"gpt-4o-mini"}]', 200, 0, 0, 12, 0, FALSE, 38, 300, 900,
     '0011223344556677', 1, FALSE);
