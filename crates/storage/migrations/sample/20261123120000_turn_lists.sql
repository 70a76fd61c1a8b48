-- Rows as the program of this migration wrote them. Written for SQLite; the test turns X'..' into PostgreSQL's form.
INSERT INTO turns (site, id, conversation, created, language, question, status, settled, outcome, answer, citations,
    verification, withheld, model, ladder, prompt_tokens, cached_tokens, cache_write_tokens, completion_tokens,
    reasoning_tokens, usage_estimated, cost_usd_micros, charged_usd_micros, service_tier, served_model, first_token_ms,
    took_ms, prompt_hash, prompt_version, knowledge_generation, knowledge_hash, variant, opens_conversation, quality,
    quality_score, efficiency, unanswered) VALUES
    ('default', '019a0000-0000-7000-8000-000000000016', '019a0000-0000-7000-8000-000000000001', 1795338004000, 'fr',
     'Utilise-t-elle Rust ?', 'complete', 1795338004900, 'answered', 'Oui.', '[]', NULL, 0, 'gpt-4o-mini',
     '[{"rung":"primary","model":"gpt-4o-mini"}]', 200, 0, 0, 12, 0, FALSE, 38, 38, 'default',
     'gpt-4o-mini-2024-07-18', 300, 900, '0011223344556677', '8899aabb', 1, '0123456789abcdef', NULL, FALSE,
     '{"score":0.5,"relevance":{"score":0.5,"parts":[]},"accuracy":{"score":0.5,"parts":[]},"clarity":{"score":0.5,"parts":[]}}',
     0.5, 0.5, FALSE);
