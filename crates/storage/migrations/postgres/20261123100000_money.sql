-- What was spent, what is reserved for calls under way, and what is summed of turns. Days are their first millisecond.
CREATE TABLE charges (
    site TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    visitor TEXT COLLATE "C",
    purpose TEXT NOT NULL,
    day BIGINT NOT NULL,
    opened BIGINT NOT NULL,
    instance BIGINT NOT NULL,
    reserved BIGINT NOT NULL CHECK (reserved >= 0),
    charged BIGINT CHECK (charged >= 0),
    state TEXT NOT NULL CHECK (state IN ('open', 'settled', 'orphaned')),
    PRIMARY KEY (site, id),
    CHECK ((state = 'open') = (charged IS NULL))
);

-- Few rows: what is being spent now, and what a crash orphaned.
CREATE INDEX charges_open ON charges (site, visitor, instance, reserved) WHERE state = 'open';
CREATE INDEX charges_orphaned ON charges (site, day, charged) WHERE state = 'orphaned';
-- For the audit.
CREATE INDEX charges_by_day ON charges (site, day, charged) WHERE charged IS NOT NULL;

-- Sums of charges: of the whole site (visitor '') and of each visitor.
CREATE TABLE spend (
    site TEXT COLLATE "C" NOT NULL,
    visitor TEXT COLLATE "C" NOT NULL,
    day BIGINT NOT NULL,
    charged BIGINT NOT NULL,
    PRIMARY KEY (site, visitor, day)
);

-- One number for each hour (hours = 1) or day (hours = 24), key and measure.
CREATE TABLE traffic (
    site TEXT COLLATE "C" NOT NULL,
    start BIGINT NOT NULL,
    hours SMALLINT NOT NULL CHECK (hours IN (1, 24)),
    model TEXT COLLATE "C" NOT NULL,
    prompt TEXT COLLATE "C" NOT NULL,
    variant TEXT COLLATE "C" NOT NULL,
    measure TEXT COLLATE "C" NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (site, start, hours, model, prompt, variant, measure)
);

-- Numbers of processes that hold reservations; each holds an advisory lock on its own.
CREATE SEQUENCE instances AS INTEGER CYCLE;

-- The score out of `quality`, to filter and to sum by.
ALTER TABLE turns ADD COLUMN quality_score DOUBLE PRECISION;
UPDATE turns SET quality_score = (quality::json ->> 'score')::DOUBLE PRECISION WHERE quality IS NOT NULL;

-- Read backwards for newest first.
CREATE INDEX conversations_by_time ON conversations (site, created, id);
