-- Rows as the program of this migration wrote them. Written for SQLite; the test turns X'..' into PostgreSQL's form.
INSERT INTO alerts (site, id, kind, subject, opened, closed, value, threshold, message, deliveries) VALUES
    ('default', '019a0000-0000-7000-8000-0000000000e1', 'budget_day', '80', 1795338000000, 1795338900000, 8.25, 8.0,
     '80 % of the day''s budget is spent', '[{"channel":"log","at":1795338000001,"recovery":false,"error":null}]'),
    ('default', '019a0000-0000-7000-8000-0000000000e2', 'quality', '', 1795339000000, NULL, 0.5, 0.8,
     'answers are worse than they should be', '[]');

INSERT INTO choices (site, name, value, changed) VALUES ('default', 'model', '{"primary":"gpt-6-luna"}', 1795338000000);
