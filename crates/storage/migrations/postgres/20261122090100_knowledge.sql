-- What the owner published, and how its last ingest went.
CREATE TABLE knowledge (
    site TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    generation BIGINT NOT NULL,
    changed BIGINT NOT NULL
);

CREATE TABLE documents (
    site TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    hash BYTEA NOT NULL CHECK (length(hash) = 32),
    title TEXT NOT NULL,
    url TEXT,
    language TEXT NOT NULL,
    facet TEXT,
    tags TEXT NOT NULL,
    priority DOUBLE PRECISION NOT NULL,
    format TEXT NOT NULL,
    text TEXT NOT NULL,
    blocks TEXT NOT NULL,
    chunk_count BIGINT NOT NULL,
    token_count BIGINT NOT NULL,
    PRIMARY KEY (site, id)
);

-- `place` holds what is shown with a chunk but never asked for by itself (JSON).
CREATE TABLE chunks (
    site TEXT COLLATE "C" NOT NULL,
    document TEXT COLLATE "C" NOT NULL,
    ordinal BIGINT NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    facet TEXT NOT NULL,
    language TEXT NOT NULL,
    tokens BIGINT NOT NULL,
    text TEXT NOT NULL,
    place TEXT NOT NULL,
    PRIMARY KEY (site, document, ordinal),
    FOREIGN KEY (site, document) REFERENCES documents (site, id) ON DELETE CASCADE
);

CREATE TABLE problems (
    site TEXT COLLATE "C" NOT NULL,
    ordinal BIGINT NOT NULL,
    document TEXT COLLATE "C" NOT NULL,
    cause TEXT NOT NULL,
    skipped BOOLEAN NOT NULL,
    PRIMARY KEY (site, ordinal)
);
