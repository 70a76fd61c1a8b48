-- No `site`: a vector follows from the text and the model alone, so sites share what was paid for once,
-- and the row does not tell whose text it was.
CREATE TABLE embeddings (
    model TEXT COLLATE "C" NOT NULL,
    dimensions BIGINT NOT NULL,
    hash BYTEA NOT NULL CHECK (length(hash) = 32),
    vector BYTEA NOT NULL CHECK (length(vector) = 4 * dimensions),
    PRIMARY KEY (model, dimensions, hash)
);

CREATE TABLE secrets (
    site TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    value BYTEA NOT NULL,
    PRIMARY KEY (site, name)
);
