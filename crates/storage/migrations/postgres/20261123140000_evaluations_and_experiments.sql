-- Passes over cases. What is asked of whom is in `body` (JSON); names of the targets (JSON) and the number of cases are
-- there once more, so that a list need not read it.
CREATE TABLE runs (
    site TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    name TEXT NOT NULL,
    plan TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    started BIGINT NOT NULL,
    finished BIGINT,
    targets TEXT NOT NULL,
    cases BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (site, id)
);

CREATE INDEX runs_by_time ON runs (site, started, id);
CREATE INDEX runs_unfinished ON runs (site, plan, started) WHERE state <> 'finished';

-- Answers of a run with their grades (JSON). `cost_usd_micros` is what was paid for it, `answered` is true if there is a
-- reply that need not be paid for again.
CREATE TABLE results (
    site TEXT COLLATE "C" NOT NULL,
    run TEXT COLLATE "C" NOT NULL,
    case_id TEXT COLLATE "C" NOT NULL,
    target TEXT COLLATE "C" NOT NULL,
    reply_key TEXT COLLATE "C" NOT NULL,
    asked BIGINT NOT NULL,
    answered BOOLEAN NOT NULL,
    cost_usd_micros BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (site, run, case_id, target),
    FOREIGN KEY (site, run) REFERENCES runs (site, id) ON DELETE CASCADE
);

CREATE INDEX results_by_key ON results (site, reply_key, asked) WHERE answered;
CREATE INDEX results_by_run ON results (site, run, cost_usd_micros);

-- Comparisons on live visitors. Arms, shares and design are in `body` (JSON); `version` counts its changes.
CREATE TABLE experiments (
    site TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    started BIGINT NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (site, id)
);

CREATE UNIQUE INDEX experiments_in_force ON experiments (site) WHERE state IN ('running', 'shipped');
CREATE UNIQUE INDEX experiments_by_name ON experiments (site, name) WHERE state <> 'archived';
CREATE INDEX experiments_by_time ON experiments (site, started, id);

-- Visitors of an experiment, by a keyed hash, with what came of their first question; null until that is settled.
CREATE TABLE exposures (
    site TEXT COLLATE "C" NOT NULL,
    experiment TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    arm TEXT COLLATE "C" NOT NULL,
    exposed BIGINT NOT NULL,
    mixed BOOLEAN NOT NULL,
    observed BIGINT,
    turn TEXT COLLATE "C",
    success BOOLEAN,
    withheld BIGINT,
    first_token_ms BIGINT,
    cost_usd_micros BIGINT,
    PRIMARY KEY (site, experiment, subject),
    FOREIGN KEY (site, experiment) REFERENCES experiments (site, id) ON DELETE CASCADE
);
