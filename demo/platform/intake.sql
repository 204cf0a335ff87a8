-- The platform's side of a delivery. Safe to run again and again: nothing that is there is lost.
--
-- Rows wait in intake.staging_parcels until ONE row in intake.commits makes the whole batch
-- visible (view intake.parcels). A server that carries out half a WFS transaction therefore
-- never shows half a delivery. The triggers hold the rules even against a client that does not:
-- a commit must count its rows rightly, a committed batch is never added to nor changed, and a
-- package is committed once.

CREATE SCHEMA IF NOT EXISTS intake;

-- The columns of DLTB (TD/T 1057-2020) in lower case, as services of platforms name them.
-- Numbers are doubles, so that what is stored is bit for bit what was submitted; whatever
-- does not fit a column, and every further column, is kept in "more" (JSON by field name).
-- Geometries keep the CRS in which they were submitted (every row its own SRID).
CREATE TABLE IF NOT EXISTS intake.staging_parcels (
  fid bigserial PRIMARY KEY,
  batch_id text NOT NULL,
  row_no integer NOT NULL,
  bsm text, ysdm text, tbybh text, tbbh text, dlbm text, dlmc text, qsxz text,
  qsdwdm text, qsdwmc text, zldwdm text, zldwmc text, tbmj double precision,
  kcdlbm text, kcxs double precision, kcmj double precision, tbdlmj double precision,
  gdlx text, gdpdjb text, xzdwkd double precision, tbxhdm text, tbxhmc text,
  zzsxdm text, zzsxmc text, gddb integer, frdbs text, czcsxm text, sjnf integer,
  mssm text, hdmc text, bz text,
  more text,
  geom geometry,
  UNIQUE (batch_id, row_no)
);
CREATE INDEX IF NOT EXISTS staging_parcels_geom ON intake.staging_parcels USING gist (geom);
CREATE INDEX IF NOT EXISTS staging_parcels_bsm ON intake.staging_parcels (bsm);

CREATE TABLE IF NOT EXISTS intake.commits (
  batch_id text PRIMARY KEY,
  package_id text NOT NULL UNIQUE,
  features integer NOT NULL,
  sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  sm3 text NOT NULL CHECK (sm3 ~ '^[0-9a-f]{64}$'),
  by text,
  kind text NOT NULL DEFAULT 'features' CHECK (kind IN ('features', 'package')),
  at timestamptz DEFAULT now()
);
-- Where its parcels lie: a map server that serves the table as a layer shows no row without.
ALTER TABLE intake.commits ADD COLUMN IF NOT EXISTS geom geometry;

CREATE OR REPLACE VIEW intake.parcels AS
  SELECT staged.*, commits.package_id, commits.at AS committed_at
  FROM intake.staging_parcels AS staged JOIN intake.commits AS commits USING (batch_id);

-- Every upload that was finished and what became of it.
CREATE TABLE IF NOT EXISTS intake.uploads (
  upload_id text PRIMARY KEY,
  package_id text NOT NULL,
  sha256 text NOT NULL,
  state text NOT NULL CHECK (state IN ('committed', 'rejected', 'duplicate')),
  at timestamptz NOT NULL DEFAULT now()
);

-- The signed receipts, word for word as they were given out.
CREATE TABLE IF NOT EXISTS intake.receipts (
  package_id text NOT NULL,
  sha256 text NOT NULL,
  sm3 text NOT NULL,
  state text NOT NULL CHECK (state IN ('committed', 'rejected')),
  receipt text NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (package_id, sha256)
);
CREATE UNIQUE INDEX IF NOT EXISTS receipts_committed_once
  ON intake.receipts (package_id) WHERE state = 'committed';

-- Events of the clients, each chained to the one before it.
CREATE TABLE IF NOT EXISTS intake.audit (
  seq bigint PRIMARY KEY,
  received timestamptz NOT NULL DEFAULT now(),
  account text NOT NULL,
  event text NOT NULL,
  event_sha256 text NOT NULL UNIQUE,
  previous text NOT NULL,
  digest text NOT NULL
);

-- One number per batch: whoever adds rows shares it, whoever commits has it alone.
CREATE OR REPLACE FUNCTION intake.batch_lock(batch text) RETURNS bigint
  LANGUAGE sql IMMUTABLE AS $$ SELECT hashtextextended('intake:' || batch, 0) $$;

CREATE OR REPLACE FUNCTION intake.keep_committed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE batch text;
BEGIN
  FOR batch IN SELECT DISTINCT batch_id FROM touched ORDER BY 1 LOOP
    PERFORM pg_advisory_xact_lock_shared(intake.batch_lock(batch));
    IF EXISTS (SELECT 1 FROM intake.commits WHERE batch_id = batch) THEN
      RAISE EXCEPTION 'batch % is committed: its parcels can no longer be changed', batch;
    END IF;
  END LOOP;
  RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS keep_committed_insert ON intake.staging_parcels;
CREATE TRIGGER keep_committed_insert AFTER INSERT ON intake.staging_parcels
  REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION intake.keep_committed();
DROP TRIGGER IF EXISTS keep_committed_update ON intake.staging_parcels;
CREATE TRIGGER keep_committed_update AFTER UPDATE ON intake.staging_parcels
  REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION intake.keep_committed();
DROP TRIGGER IF EXISTS keep_committed_moved ON intake.staging_parcels;
CREATE TRIGGER keep_committed_moved AFTER UPDATE ON intake.staging_parcels
  REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION intake.keep_committed();
DROP TRIGGER IF EXISTS keep_committed_delete ON intake.staging_parcels;
CREATE TRIGGER keep_committed_delete AFTER DELETE ON intake.staging_parcels
  REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION intake.keep_committed();

CREATE OR REPLACE FUNCTION intake.count_rows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE there integer;
BEGIN
  PERFORM pg_advisory_xact_lock(intake.batch_lock(NEW.batch_id));
  SELECT count(*) INTO there FROM intake.staging_parcels WHERE batch_id = NEW.batch_id;
  IF there <> NEW.features OR there = 0 THEN
    RAISE EXCEPTION 'batch % has % parcels, its commit says %', NEW.batch_id, there, NEW.features;
  END IF;
  NEW.at := now();
  SELECT ST_SetSRID(ST_Multi(ST_Envelope(ST_Extent(geom)::geometry)), max(ST_SRID(geom)))
    INTO NEW.geom FROM intake.staging_parcels WHERE batch_id = NEW.batch_id;
  RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS count_rows ON intake.commits;
CREATE TRIGGER count_rows BEFORE INSERT ON intake.commits
  FOR EACH ROW EXECUTE FUNCTION intake.count_rows();

CREATE OR REPLACE FUNCTION intake.final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%.% is only ever added to', TG_TABLE_SCHEMA, TG_TABLE_NAME;
END $$;

DROP TRIGGER IF EXISTS final ON intake.commits;
CREATE TRIGGER final BEFORE UPDATE OR DELETE OR TRUNCATE ON intake.commits
  FOR EACH STATEMENT EXECUTE FUNCTION intake.final();
DROP TRIGGER IF EXISTS final ON intake.audit;
CREATE TRIGGER final BEFORE UPDATE OR DELETE OR TRUNCATE ON intake.audit
  FOR EACH STATEMENT EXECUTE FUNCTION intake.final();
