-- Lists of turns by what is rare among them; read backwards for newest first.
CREATE INDEX turns_by_outcome ON turns (site, outcome, created, id) WHERE outcome IS NOT NULL;
CREATE INDEX turns_by_model ON turns (site, model, created, id) WHERE model IS NOT NULL;
CREATE INDEX turns_by_language ON turns (site, language, created, id);
CREATE INDEX turns_incomplete ON turns (site, status, created, id) WHERE status <> 'complete';
CREATE INDEX turns_weak ON turns (site, created, id, quality_score) WHERE quality_score < 0.8;
