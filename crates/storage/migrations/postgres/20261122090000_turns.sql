-- Conversations, their turns, and the questions that found no answer.
-- Keys sort by bytes (COLLATE "C") whatever the locale, so that ties break as they do in SQLite.
CREATE TABLE conversations (
    site TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    visitor TEXT NOT NULL,
    language TEXT NOT NULL,
    created BIGINT NOT NULL,
    PRIMARY KEY (site, id)
);

-- The columns from `settled` on are null while the turn is open.
CREATE TABLE turns (
    site TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    conversation TEXT COLLATE "C" NOT NULL,
    created BIGINT NOT NULL,
    language TEXT NOT NULL,
    question TEXT NOT NULL,
    status TEXT NOT NULL,
    settled BIGINT,
    outcome TEXT,
    answer TEXT,
    citations TEXT,
    model TEXT,
    ladder TEXT,
    prompt_tokens BIGINT,
    cached_tokens BIGINT,
    cache_write_tokens BIGINT,
    completion_tokens BIGINT,
    reasoning_tokens BIGINT,
    usage_estimated BOOLEAN,
    cost_usd_micros BIGINT,
    first_token_ms BIGINT,
    took_ms BIGINT,
    prompt_hash TEXT,
    knowledge_generation BIGINT,
    unanswered BOOLEAN,
    PRIMARY KEY (site, id),
    FOREIGN KEY (site, conversation) REFERENCES conversations (site, id) ON DELETE CASCADE,
    CHECK ((status = 'open') = (settled IS NULL))
);

-- Both read backwards for newest first.
CREATE INDEX turns_by_time ON turns (site, created, id);
CREATE INDEX turns_by_conversation ON turns (site, conversation, created, id);
-- Few rows: what is being answered, and what a crash orphaned.
CREATE INDEX turns_open ON turns (site, created, id) WHERE status = 'open';

CREATE TABLE gaps (
    site TEXT COLLATE "C" NOT NULL,
    turn TEXT COLLATE "C" NOT NULL,
    question TEXT NOT NULL,
    language TEXT NOT NULL,
    asked BIGINT NOT NULL,
    PRIMARY KEY (site, turn),
    FOREIGN KEY (site, turn) REFERENCES turns (site, id) ON DELETE CASCADE
);

CREATE INDEX gaps_by_time ON gaps (site, asked, turn);
