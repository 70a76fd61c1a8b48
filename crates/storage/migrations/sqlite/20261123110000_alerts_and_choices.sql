-- What was wrong, from when to when, and who was told (JSON). At most one open episode of a kind and subject.
CREATE TABLE alerts (
    site       TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    subject    TEXT    NOT NULL,
    opened     INTEGER NOT NULL,
    closed     INTEGER,
    value      REAL    NOT NULL,
    threshold  REAL    NOT NULL,
    message    TEXT    NOT NULL,
    deliveries TEXT    NOT NULL,
    PRIMARY KEY (site, id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX alerts_open ON alerts (site, kind, subject) WHERE closed IS NULL;
CREATE INDEX alerts_by_time ON alerts (site, opened, id);

-- What the owner or the program decided at run time (JSON), by name.
CREATE TABLE choices (
    site    TEXT    NOT NULL,
    name    TEXT    NOT NULL,
    value   TEXT    NOT NULL,
    changed INTEGER NOT NULL,
    PRIMARY KEY (site, name)
) STRICT, WITHOUT ROWID;
