-- What a turn was charged and by whom it was served, what it rested on, and how good it was (JSON).
ALTER TABLE turns ADD COLUMN charged_usd_micros BIGINT;
ALTER TABLE turns ADD COLUMN service_tier TEXT;
ALTER TABLE turns ADD COLUMN served_model TEXT;
ALTER TABLE turns ADD COLUMN prompt_version TEXT;
ALTER TABLE turns ADD COLUMN knowledge_hash TEXT;
ALTER TABLE turns ADD COLUMN variant TEXT;
ALTER TABLE turns ADD COLUMN opens_conversation BOOLEAN;
ALTER TABLE turns ADD COLUMN quality TEXT;
ALTER TABLE turns ADD COLUMN efficiency DOUBLE PRECISION;
