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
