#!/bin/sh
# Installs the program on a Debian or Ubuntu server, or brings it up to date: its service user, its environment, its units.
# As root, from this clone or an unpacked sdist: sh contrib/debian/install.sh
# Can be run again at any time; what is there stays. The firm's database is made afterwards (docs/remote.md).
set -eu
cd "$(dirname "$0")/../.."
[ "$(id -u)" = 0 ] || { echo "install.sh: root is needed: say it with sudo." >&2; exit 1; }
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "install.sh: Python 3.11 or newer is needed." >&2; exit 1; }
python3 -c 'import ensurepip, venv' 2>/dev/null || { echo "install.sh: apt install python3-venv first." >&2; exit 1; }

# the service user: a home that nobody else enters, a real shell for sshd, and a password that no password matches
getent passwd dispatch >/dev/null || useradd --system --user-group --home-dir /srv/dispatch --shell /bin/sh dispatch
usermod --password '*' dispatch
install -d -o dispatch -g dispatch -m 0700 /srv/dispatch

# an environment that only root writes in, of versions whose hashes are known; unfinished it is made anew
[ ! -e /opt/dispatch/.unfinished ] || rm -rf /opt/dispatch
install -d -m 0755 /opt/dispatch
touch /opt/dispatch/.unfinished
[ -x /opt/dispatch/bin/pip ] || python3 -m venv /opt/dispatch
/opt/dispatch/bin/pip install --quiet --disable-pip-version-check --require-hashes -r locks/program.txt
/opt/dispatch/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --force-reinstall .
rm /opt/dispatch/.unfinished
ln -sf /opt/dispatch/bin/dispatch /usr/local/bin/dispatch

if [ -d /etc/systemd/system ]; then
    install -m 0644 contrib/systemd/*.service contrib/systemd/*.timer /etc/systemd/system/
    [ ! -d /run/systemd/system ] || systemctl daemon-reload
fi
/opt/dispatch/bin/dispatch --version
echo "Next: runuser -u dispatch -- dispatch init --db /srv/dispatch/firm.db --zone ZONE --lead LOGIN, then systemctl enable --now dispatch-backup.timer"
