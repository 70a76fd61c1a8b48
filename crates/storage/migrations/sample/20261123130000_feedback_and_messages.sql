-- Rows as the program of this migration wrote them. Written for SQLite; the test turns X'..' into PostgreSQL's form.
INSERT INTO feedback (site, turn, rating, reason, comment, rated) VALUES
    ('default', '019a0000-0000-7000-8000-000000000016', 'down', 'incomplete', 'Y «Go»?', 1795338009000);

INSERT INTO messages (site, id, visitor, conversation, turn, received, language, text, name, email, state, deliveries, told)
VALUES
    ('default', '019a0000-0000-7000-8000-0000000000f1', '019a0000-0000-7000-8000-0000000000aa',
     '019a0000-0000-7000-8000-000000000001', '019a0000-0000-7000-8000-000000000016', 1795338010000, 'fr',
     'Seriez-vous libre en mars ?', 'Zoé', 'zoe@example.com', 'new',
     '[{"channel":"email","at":1795338010500,"recovery":false,"error":null}]', 1795338010500),
    ('default', '019a0000-0000-7000-8000-0000000000f2', '019a0000-0000-7000-8000-0000000000aa', NULL, NULL,
     1795338011000, 'es', 'Hola 🦕', NULL, NULL, 'done', '[]', NULL);
