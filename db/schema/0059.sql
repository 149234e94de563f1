-- what machines may be asked by SSH: one command each, which nobody types but a lead. What stands here at first is for Linux
CREATE TABLE inquiry (
  id INTEGER PRIMARY KEY,
  by TEXT NOT NULL CHECK (length(by) BETWEEN 1 AND 20),
  name TEXT NOT NULL CHECK (length(trim(name)) BETWEEN 1 AND 80),
  command TEXT NOT NULL CHECK (length(trim(command)) BETWEEN 1 AND 500),
  json TEXT NOT NULL DEFAULT '' CHECK (length(json) <= 500),
  pattern TEXT NOT NULL DEFAULT '' CHECK (length(pattern) <= 500),
  unit TEXT NOT NULL DEFAULT '' CHECK (length(unit) <= 20),
  note TEXT NOT NULL DEFAULT '' CHECK (length(note) <= 500),
  archived_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1)
) STRICT;
CREATE UNIQUE INDEX inquiry_name ON inquiry (by, name COLLATE NOCASE) WHERE archived_at IS NULL;
INSERT INTO inquiry (by, name, unit, command, note) VALUES
  ('ssh', 'free disk', '%', 'df -P / | awk ''NR==2 {print 100-$5}''', 'of the root file system'),
  ('ssh', 'failed services', '', 'f=$(systemctl list-units --failed --no-legend --plain) && printf %s "$f" | awk ''END {print NR}''', 'most=0'),
  ('ssh', 'backup age', 'h', 'f=$(find /var/backups -type f -printf ''%T@\n'' | sort -n | tail -n 1) && echo $(( ($(date +%s) - ${f%.*}) / 3600 ))',
    'since the newest file below /var/backups: copy it for another folder'),
  ('ssh', 'patch age', 'days', 'f=$(stat -c %Y /var/lib/dpkg/status /var/lib/rpm/rpmdb.sqlite /var/lib/rpm/Packages 2>/dev/null | sort -n | tail -n 1) && echo $(( ($(date +%s) - ${f:?}) / 86400 ))',
    'since a package was installed'),
  ('ssh', 'uptime', 'h', 'awk ''{printf "%.1f\n", $1 / 3600}'' /proc/uptime', '');
