-- Rows as the program of this migration wrote them. Written for SQLite; the test turns X'..' into PostgreSQL's form.
INSERT INTO charges (site, id, visitor, purpose, day, opened, instance, reserved, charged, state) VALUES
    ('default', '019a0000-0000-7000-8000-000000000015', '019a0000-0000-7000-8000-0000000000aa', 'turn', 1795305600000,
     1795338003000, 1, 700, 38, 'settled'),
    ('default', '019a0000-0000-7000-8000-000000000021', NULL, 'ingest', 1795305600000, 1795338004000, 1, 90, 90, 'orphaned'),
    ('agencia', '019a0000-0000-7000-8000-000000000012', '019a0000-0000-7000-8000-0000000000bb', 'turn', 1795305600000,
     1795338000500, 1, 700, NULL, 'open');

INSERT INTO spend (site, visitor, day, charged) VALUES
    ('default', '', 1795305600000, 128),
    ('default', '019a0000-0000-7000-8000-0000000000aa', 1795305600000, 38);

INSERT INTO traffic (site, start, hours, model, prompt, variant, measure, amount) VALUES
    ('default', 1795305600000, 24, 'gpt-4o-mini', '8899aabb', '', 'turns', 7),
    ('default', 1795338000000, 1, 'gpt-4o-mini', '8899aabb', '', 'turns', 1),
    ('default', 1795338000000, 1, 'gpt-4o-mini', '8899aabb', '', 'of another version', 3);
