-- What was wrong, from when to when, and who was told (JSON). At most one open episode of a kind and subject.
CREATE TABLE alerts (
    site TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    opened BIGINT NOT NULL,
    closed BIGINT,
    value DOUBLE PRECISION NOT NULL,
    threshold DOUBLE PRECISION NOT NULL,
    message TEXT NOT NULL,
    deliveries TEXT NOT NULL,
    PRIMARY KEY (site, id)
);

CREATE UNIQUE INDEX alerts_open ON alerts (site, kind, subject) WHERE closed IS NULL;
CREATE INDEX alerts_by_time ON alerts (site, opened, id);

-- What the owner or the program decided at run time (JSON), by name.
CREATE TABLE choices (
    site TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    value TEXT NOT NULL,
    changed BIGINT NOT NULL,
    PRIMARY KEY (site, name)
);
