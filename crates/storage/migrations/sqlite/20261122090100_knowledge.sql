-- What the owner published, and how its last ingest went.
CREATE TABLE knowledge (
    site       TEXT    NOT NULL PRIMARY KEY,
    generation INTEGER NOT NULL,
    changed    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE documents (
    site        TEXT    NOT NULL,
    id          TEXT    NOT NULL,
    hash        BLOB    NOT NULL CHECK (length(hash) = 32),
    title       TEXT    NOT NULL,
    url         TEXT,
    language    TEXT    NOT NULL,
    facet       TEXT,
    tags        TEXT    NOT NULL,
    priority    REAL    NOT NULL,
    format      TEXT    NOT NULL,
    text        TEXT    NOT NULL,
    blocks      TEXT    NOT NULL,
    chunk_count INTEGER NOT NULL,
    token_count INTEGER NOT NULL,
    PRIMARY KEY (site, id)
) STRICT;

-- `place` holds what is shown with a chunk but never asked for by itself (JSON).
CREATE TABLE chunks (
    site     TEXT    NOT NULL,
    document TEXT    NOT NULL,
    ordinal  INTEGER NOT NULL,
    id       TEXT    NOT NULL,
    facet    TEXT    NOT NULL,
    language TEXT    NOT NULL,
    tokens   INTEGER NOT NULL,
    text     TEXT    NOT NULL,
    place    TEXT    NOT NULL,
    PRIMARY KEY (site, document, ordinal),
    FOREIGN KEY (site, document) REFERENCES documents (site, id) ON DELETE CASCADE
) STRICT;

CREATE TABLE problems (
    site     TEXT    NOT NULL,
    ordinal  INTEGER NOT NULL,
    document TEXT    NOT NULL,
    cause    TEXT    NOT NULL,
    skipped  INTEGER NOT NULL,
    PRIMARY KEY (site, ordinal)
) STRICT, WITHOUT ROWID;
