-- where travel times come from: pinned drives, learned pairs and scales, and what road engines have answered.
-- A point is ((lat + 90) × 1e5 rounded) × 36000001 + (lon + 180) × 1e5 rounded: places apart by a metre are different ones.

ALTER TABLE site ADD COLUMN place_precision TEXT NOT NULL DEFAULT '' CHECK (length(place_precision) <= 80);

-- a person's word on one drive. The ends are sites (also without coordinates), homes of technicians (by staff_id), the depot
CREATE TABLE pin (
  id INTEGER PRIMARY KEY,
  origin_kind TEXT NOT NULL CHECK (origin_kind IN ('site', 'home', 'depot')),
  origin_id INTEGER NOT NULL,
  destination_kind TEXT NOT NULL CHECK (destination_kind IN ('site', 'home', 'depot')),
  destination_id INTEGER NOT NULL,
  minutes INTEGER NOT NULL CHECK (minutes BETWEEN 0 AND 1440),
  reason TEXT NOT NULL DEFAULT '' CHECK (length(reason) <= 500),
  archived_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1),
  CHECK ((origin_kind = 'depot') = (origin_id = 0)),
  CHECK ((destination_kind = 'depot') = (destination_id = 0)),
  CHECK (origin_kind <> destination_kind OR origin_id <> destination_id)
) STRICT;
CREATE UNIQUE INDEX pin_pair ON pin (origin_kind, origin_id, destination_kind, destination_id) WHERE archived_at IS NULL;

-- the cache: what an engine, with its graph and profile, said of a directed pair; without seconds it knows no way
CREATE TABLE travel_engine (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE CHECK (length(key) BETWEEN 1 AND 400)
) STRICT;

CREATE TABLE travel_time (
  engine_id INTEGER NOT NULL REFERENCES travel_engine(id),
  origin INTEGER NOT NULL,
  destination INTEGER NOT NULL,
  seconds INTEGER CHECK (seconds >= 0),
  metres INTEGER CHECK (metres >= 0),
  got_at INTEGER NOT NULL,
  PRIMARY KEY (engine_id, origin, destination),
  CHECK ((seconds IS NULL) = (metres IS NULL))
) STRICT, WITHOUT ROWID;

-- the median of the real legs of a directed pair, and the band of their middle eight tenths
CREATE TABLE learned_pair (
  origin INTEGER NOT NULL,
  destination INTEGER NOT NULL,
  seconds INTEGER NOT NULL CHECK (seconds > 0),
  low INTEGER NOT NULL,
  high INTEGER NOT NULL,
  legs INTEGER NOT NULL CHECK (legs >= 3),
  PRIMARY KEY (origin, destination),
  CHECK (low <= seconds AND seconds <= high)
) STRICT, WITHOUT ROWID;

-- how the firm drives against what a source says: 'estimated', or the key of an engine. `buckets`: [weekend, half hour, multiplier]
CREATE TABLE learned_scale (
  source TEXT PRIMARY KEY CHECK (length(source) BETWEEN 1 AND 400),
  multiplier REAL NOT NULL CHECK (multiplier > 0),
  low REAL NOT NULL,
  high REAL NOT NULL,
  legs INTEGER NOT NULL CHECK (legs >= 20),
  buckets TEXT NOT NULL DEFAULT '[]' CHECK (substr(buckets, 1, 1) = '['),
  CHECK (low <= multiplier AND multiplier <= high)
) STRICT, WITHOUT ROWID;
