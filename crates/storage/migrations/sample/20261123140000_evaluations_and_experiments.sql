-- Rows as the program of this migration wrote them. Written for SQLite; the test turns X'..' into PostgreSQL's form.
INSERT INTO experiments (site, id, name, state, started, version, body) VALUES
    ('default', '019a0000-0000-7000-8000-0000000000e1', 'luna', 'running', 1795338012000, 2,
     '{"site":"default","id":"019a0000-0000-7000-8000-0000000000e1","name":"luna","state":"running","salt":"5a17","arms":[{"name":"control","variation":{}},{"name":"b","variation":{"model":"gpt-6-luna","temperature":0.5}}],"shares":[{"from":1795338012000,"per_mille":[500,500]}],"design":{"alpha":0.05,"effect":0.1,"horizon":5000,"guardrails":{"cost_ratio":2.0,"slow_ms":2000,"slow_margin":0.05,"withheld_margin":0.05,"thumbs_margin":0.1}},"started":1795338012000,"ended":null,"shipped":null,"note":"¿Mejor con «Luna»?"}');

INSERT INTO exposures (site, experiment, subject, arm, exposed, mixed, observed, turn, success, withheld, first_token_ms, cost_usd_micros)
VALUES
    ('default', '019a0000-0000-7000-8000-0000000000e1', '00ff', 'b', 1795338013000, FALSE, 1795338014000,
     '019a0000-0000-7000-8000-000000000014', TRUE, 1, 420, 128),
    ('default', '019a0000-0000-7000-8000-0000000000e1', '11ff', 'control', 1795338013500, TRUE, NULL, NULL, NULL, NULL,
     NULL, NULL);

INSERT INTO runs (site, id, name, plan, state, started, finished, targets, cases, body) VALUES
    ('default', '019a0000-0000-7000-8000-0000000000d1', 'casos.toml', 'abcd', 'running', 1795338015000, NULL,
     '["extractive"]', 1,
     '{"site":"default","id":"019a0000-0000-7000-8000-0000000000d1","name":"casos.toml","plan":"abcd","state":"running","started":1795338015000,"finished":null,"cases":[{"id":"rag","question":"¿RAG?","topics":["RAG|recuperación aumentada"]}],"targets":[{"name":"extractive","variation":{"model":"extractive"}}],"knowledge_generation":3,"knowledge_hash":"0123","batches":[]}');

INSERT INTO results (site, run, case_id, target, reply_key, asked, answered, cost_usd_micros, body) VALUES
    ('default', '019a0000-0000-7000-8000-0000000000d1', 'rag', 'extractive', 'ffee', 1795338016000, TRUE, 0,
     '{"target":"extractive","case":"rag","key":"ffee","asked":1795338016000,"reused":false,"reply":{"outcome":"answered","text":"Tres años. [1]","language":"es","citations":[],"found":[{"document":"cv.md","chunk":"cv.md#0","span":{"start":0,"end":9},"headings":["RAG"],"relevance":0.5}],"verification":null,"withheld":0,"quality":null,"model":null,"served_model":null,"service_tier":null,"ladder":[{"rung":"extractive"}],"usage":{"prompt_tokens":0,"cached_tokens":0,"cache_write_tokens":0,"completion_tokens":0,"reasoning_tokens":0,"estimated":false},"cost_usd_micros":0,"first_token_ms":3,"took_ms":4,"prompt_hash":null},"grade":{"quality":null,"outcome_right":true,"recall":1.0,"citations_right":null,"supported":null,"missing":[],"forbidden":[],"language_right":true,"passed":true}}');
