-- Rows as the program of this migration wrote them. Written for SQLite; the test turns X'..' into PostgreSQL's form.
INSERT INTO turns (site, id, conversation, created, language, question, status, settled, outcome, answer, citations,
    verification, withheld, model, ladder, prompt_tokens, cached_tokens, cache_write_tokens, completion_tokens,
    reasoning_tokens, usage_estimated, cost_usd_micros, charged_usd_micros, service_tier, served_model, first_token_ms,
    took_ms, prompt_hash, prompt_version, knowledge_generation, knowledge_hash, variant, opens_conversation, quality,
    efficiency, unanswered) VALUES
    ('default', '019a0000-0000-7000-8000-000000000015', '019a0000-0000-7000-8000-000000000001', 1795338003000, 'es',
     '¿Usa Rust?', 'complete', 1795338003900, 'answered', 'Usa Rust.', '[]', NULL, 0, 'gpt-4o-mini',
     '[{"rung":"primary","model":"gpt-4o-mini"}]', 200, 0, 0, 12, 0, FALSE, 38, 38, 'default',
     'gpt-4o-mini-2024-07-18', 300, 900, '0011223344556677', '8899aabb', 1, '0123456789abcdef', NULL, FALSE,
     '{"score":0.9,"relevance":{"score":0.9,"parts":[]},"accuracy":{"score":1.0,"parts":[]},"clarity":{"score":0.8,"parts":[]}}',
     0.5, FALSE);
