-- What visitors think of answers: one thumb for each turn, which goes with it.
CREATE TABLE feedback (
    site TEXT COLLATE "C" NOT NULL,
    turn TEXT COLLATE "C" NOT NULL,
    rating TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C",
    comment TEXT,
    rated BIGINT NOT NULL,
    PRIMARY KEY (site, turn),
    FOREIGN KEY (site, turn) REFERENCES turns (site, id) ON DELETE CASCADE
);

CREATE INDEX feedback_by_rating ON feedback (site, rating, turn);

-- What visitors leave for the owner, and who was told of it (JSON). Conversation and turn may be gone by now: a message
-- outlives what it came from.
CREATE TABLE messages (
    site TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    visitor TEXT COLLATE "C" NOT NULL,
    conversation TEXT COLLATE "C",
    turn TEXT COLLATE "C",
    received BIGINT NOT NULL,
    language TEXT COLLATE "C" NOT NULL,
    text TEXT NOT NULL,
    name TEXT,
    email TEXT,
    state TEXT COLLATE "C" NOT NULL,
    deliveries TEXT NOT NULL,
    told BIGINT,
    PRIMARY KEY (site, id)
);

CREATE INDEX messages_by_time ON messages (site, received, id);
CREATE INDEX messages_by_state ON messages (site, state, received, id);
CREATE INDEX messages_by_visitor ON messages (site, visitor);
CREATE INDEX messages_by_conversation ON messages (site, conversation) WHERE conversation IS NOT NULL;
CREATE INDEX messages_untold ON messages (site, received, id) WHERE told IS NULL;
