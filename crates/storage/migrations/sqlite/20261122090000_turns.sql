-- Conversations, their turns, and the questions that found no answer.
CREATE TABLE conversations (
    site     TEXT    NOT NULL,
    id       TEXT    NOT NULL,
    visitor  TEXT    NOT NULL,
    language TEXT    NOT NULL,
    created  INTEGER NOT NULL,
    PRIMARY KEY (site, id)
) STRICT, WITHOUT ROWID;

-- The columns from `settled` on are null while the turn is open.
CREATE TABLE turns (
    site                 TEXT    NOT NULL,
    id                   TEXT    NOT NULL,
    conversation         TEXT    NOT NULL,
    created              INTEGER NOT NULL,
    language             TEXT    NOT NULL,
    question             TEXT    NOT NULL,
    status               TEXT    NOT NULL,
    settled              INTEGER,
    outcome              TEXT,
    answer               TEXT,
    citations            TEXT,
    model                TEXT,
    ladder               TEXT,
    prompt_tokens        INTEGER,
    cached_tokens        INTEGER,
    cache_write_tokens   INTEGER,
    completion_tokens    INTEGER,
    reasoning_tokens     INTEGER,
    usage_estimated      INTEGER,
    cost_usd_micros      INTEGER,
    first_token_ms       INTEGER,
    took_ms              INTEGER,
    prompt_hash          TEXT,
    knowledge_generation INTEGER,
    unanswered           INTEGER,
    PRIMARY KEY (site, id),
    FOREIGN KEY (site, conversation) REFERENCES conversations (site, id) ON DELETE CASCADE,
    CHECK ((status = 'open') = (settled IS NULL))
) STRICT;

-- Both read backwards for newest first.
CREATE INDEX turns_by_time ON turns (site, created, id);
CREATE INDEX turns_by_conversation ON turns (site, conversation, created, id);
-- Few rows: what is being answered, and what a crash orphaned.
CREATE INDEX turns_open ON turns (site, created, id) WHERE status = 'open';

CREATE TABLE gaps (
    site     TEXT    NOT NULL,
    turn     TEXT    NOT NULL,
    question TEXT    NOT NULL,
    language TEXT    NOT NULL,
    asked    INTEGER NOT NULL,
    PRIMARY KEY (site, turn),
    FOREIGN KEY (site, turn) REFERENCES turns (site, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX gaps_by_time ON gaps (site, asked, turn);
