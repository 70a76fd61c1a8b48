-- Passes over cases. What is asked of whom is in `body` (JSON); names of the targets (JSON) and the number of cases are
-- there once more, so that a list need not read it.
CREATE TABLE runs (
    site     TEXT    NOT NULL,
    id       TEXT    NOT NULL,
    name     TEXT    NOT NULL,
    plan     TEXT    NOT NULL,
    state    TEXT    NOT NULL,
    started  INTEGER NOT NULL,
    finished INTEGER,
    targets  TEXT    NOT NULL,
    cases    INTEGER NOT NULL,
    body     TEXT    NOT NULL,
    PRIMARY KEY (site, id)
) STRICT;

CREATE INDEX runs_by_time ON runs (site, started, id);
CREATE INDEX runs_unfinished ON runs (site, plan, started) WHERE state <> 'finished';

-- Answers of a run with their grades (JSON). `cost_usd_micros` is what was paid for it, `answered` is true if there is a
-- reply that need not be paid for again.
CREATE TABLE results (
    site            TEXT    NOT NULL,
    run             TEXT    NOT NULL,
    case_id         TEXT    NOT NULL,
    target          TEXT    NOT NULL,
    reply_key       TEXT    NOT NULL,
    asked           INTEGER NOT NULL,
    answered        INTEGER NOT NULL,
    cost_usd_micros INTEGER NOT NULL,
    body            TEXT    NOT NULL,
    PRIMARY KEY (site, run, case_id, target),
    FOREIGN KEY (site, run) REFERENCES runs (site, id) ON DELETE CASCADE
) STRICT;

CREATE INDEX results_by_key ON results (site, reply_key, asked) WHERE answered;
CREATE INDEX results_by_run ON results (site, run, cost_usd_micros);

-- Comparisons on live visitors. Arms, shares and design are in `body` (JSON); `version` counts its changes.
CREATE TABLE experiments (
    site    TEXT    NOT NULL,
    id      TEXT    NOT NULL,
    name    TEXT    NOT NULL,
    state   TEXT    NOT NULL,
    started INTEGER NOT NULL,
    version INTEGER NOT NULL,
    body    TEXT    NOT NULL,
    PRIMARY KEY (site, id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX experiments_in_force ON experiments (site) WHERE state IN ('running', 'shipped');
CREATE UNIQUE INDEX experiments_by_name ON experiments (site, name) WHERE state <> 'archived';
CREATE INDEX experiments_by_time ON experiments (site, started, id);

-- Visitors of an experiment, by a keyed hash, with what came of their first question; null until that is settled.
CREATE TABLE exposures (
    site            TEXT    NOT NULL,
    experiment      TEXT    NOT NULL,
    subject         TEXT    NOT NULL,
    arm             TEXT    NOT NULL,
    exposed         INTEGER NOT NULL,
    mixed           INTEGER NOT NULL,
    observed        INTEGER,
    turn            TEXT,
    success         INTEGER,
    withheld        INTEGER,
    first_token_ms  INTEGER,
    cost_usd_micros INTEGER,
    PRIMARY KEY (site, experiment, subject),
    FOREIGN KEY (site, experiment) REFERENCES experiments (site, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
