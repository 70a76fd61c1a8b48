-- What visitors think of answers: one thumb for each turn, which goes with it.
CREATE TABLE feedback (
    site    TEXT    NOT NULL,
    turn    TEXT    NOT NULL,
    rating  TEXT    NOT NULL,
    reason  TEXT,
    comment TEXT,
    rated   INTEGER NOT NULL,
    PRIMARY KEY (site, turn),
    FOREIGN KEY (site, turn) REFERENCES turns (site, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX feedback_by_rating ON feedback (site, rating, turn);

-- What visitors leave for the owner, and who was told of it (JSON). Conversation and turn may be gone by now: a message
-- outlives what it came from.
CREATE TABLE messages (
    site         TEXT    NOT NULL,
    id           TEXT    NOT NULL,
    visitor      TEXT    NOT NULL,
    conversation TEXT,
    turn         TEXT,
    received     INTEGER NOT NULL,
    language     TEXT    NOT NULL,
    text         TEXT    NOT NULL,
    name         TEXT,
    email        TEXT,
    state        TEXT    NOT NULL,
    deliveries   TEXT    NOT NULL,
    told         INTEGER,
    PRIMARY KEY (site, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX messages_by_time ON messages (site, received, id);
CREATE INDEX messages_by_state ON messages (site, state, received, id);
CREATE INDEX messages_by_visitor ON messages (site, visitor);
CREATE INDEX messages_by_conversation ON messages (site, conversation) WHERE conversation IS NOT NULL;
CREATE INDEX messages_untold ON messages (site, received, id) WHERE told IS NULL;
