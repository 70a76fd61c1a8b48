-- No `site`: a vector follows from the text and the model alone, so sites share what was paid for once,
-- and the row does not tell whose text it was.
CREATE TABLE embeddings (
    model      TEXT    NOT NULL,
    dimensions INTEGER NOT NULL,
    hash       BLOB    NOT NULL CHECK (length(hash) = 32),
    vector     BLOB    NOT NULL CHECK (length(vector) = 4 * dimensions),
    PRIMARY KEY (model, dimensions, hash)
) STRICT;

CREATE TABLE secrets (
    site  TEXT NOT NULL,
    name  TEXT NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (site, name)
) STRICT, WITHOUT ROWID;
