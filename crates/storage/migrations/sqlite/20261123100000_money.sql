-- What was spent, what is reserved for calls under way, and what is summed of turns. Days are their first millisecond.
CREATE TABLE charges (
    site     TEXT    NOT NULL,
    id       TEXT    NOT NULL,
    visitor  TEXT,
    purpose  TEXT    NOT NULL,
    day      INTEGER NOT NULL,
    opened   INTEGER NOT NULL,
    instance INTEGER NOT NULL,
    reserved INTEGER NOT NULL CHECK (reserved >= 0),
    charged  INTEGER CHECK (charged >= 0),
    state    TEXT    NOT NULL CHECK (state IN ('open', 'settled', 'orphaned')),
    PRIMARY KEY (site, id),
    CHECK ((state = 'open') = (charged IS NULL))
) STRICT, WITHOUT ROWID;

-- Few rows: what is being spent now, and what a crash orphaned.
CREATE INDEX charges_open ON charges (site, visitor, instance, reserved) WHERE state = 'open';
CREATE INDEX charges_orphaned ON charges (site, day, charged) WHERE state = 'orphaned';
-- For the audit.
CREATE INDEX charges_by_day ON charges (site, day, charged) WHERE charged IS NOT NULL;

-- Sums of charges: of the whole site (visitor '') and of each visitor.
CREATE TABLE spend (
    site    TEXT    NOT NULL,
    visitor TEXT    NOT NULL,
    day     INTEGER NOT NULL,
    charged INTEGER NOT NULL,
    PRIMARY KEY (site, visitor, day)
) STRICT, WITHOUT ROWID;

-- One number for each hour (hours = 1) or day (hours = 24), key and measure.
CREATE TABLE traffic (
    site    TEXT    NOT NULL,
    start   INTEGER NOT NULL,
    hours   INTEGER NOT NULL CHECK (hours IN (1, 24)),
    model   TEXT    NOT NULL,
    prompt  TEXT    NOT NULL,
    variant TEXT    NOT NULL,
    measure TEXT    NOT NULL,
    amount  INTEGER NOT NULL,
    PRIMARY KEY (site, start, hours, model, prompt, variant, measure)
) STRICT, WITHOUT ROWID;

-- The score out of `quality`, to filter and to sum by.
ALTER TABLE turns ADD COLUMN quality_score REAL;
UPDATE turns SET quality_score = json_extract(quality, '$.score') WHERE quality IS NOT NULL;

-- Read backwards for newest first.
CREATE INDEX conversations_by_time ON conversations (site, created, id);
