#!/usr/bin/env bash
# Makes a bare Debian 12 a board on HTTPS, and an installed board the newest one of this checkout.
# As root, in a checkout:
#
#   deploy/install.sh DOMAIN MAIL           with a certificate of Let's Encrypt, whose account is MAIL's
#   deploy/install.sh DOMAIN --self-signed  where no certificate can be had, as on a machine of one's own
#   deploy/install.sh                       as the last time
#
# QABOARD_PROCESSES says how many processes there are, by default one for each core, but two at least;
# QABOARD_MORE_SERVERS="10.0.0.6:6541 10.0.0.6:6542" names those of other machines. What it is told is
# remembered in /etc/qaboard/installation. A second run keeps the secrets, the settings and the data. The
# release that serves goes on until the new one is complete, and for good when a step fails. The firewall
# is not touched.
set -euo pipefail

directory=/opt/qaboard
settings=/etc/qaboard
told() { sed -n "s/^$1=//p" "$settings/installation" 2>/dev/null || true; }
domain=${1:-$(told DOMAIN)}
mail=${2:-$(told MAIL)}
if [[ $# -ne 2 && ($# -ne 0 || -z $domain) ||
    ! $domain =~ ^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$ || ! $mail =~ ^(--self-signed|[^-[:space:]][^[:space:]]*)$ ]]; then
    sed -n '2,/^set/s/^# \?//p' "$0" >&2
    exit 2
fi
if [[ $(id -u) != 0 ]]; then
    echo "deploy/install.sh: only root can install the board." >&2
    exit 1
fi
exec 9>/run/qaboard-installation.lock
if ! flock --nonblock 9; then
    echo "deploy/install.sh: the board is being installed already." >&2
    exit 1
fi
checkout=$(cd "$(dirname "$0")/.." && pwd)
tls=$settings/tls
acme=/var/lib/qaboard-acme
backups=/var/backups/qaboard
# As the system's user of the same name, through PostgreSQL's socket: no password.
database_url="postgresql:///qaboard?host=/var/run/postgresql"
cores=$(nproc)
# Nothing was said: the number follows the machine.
asked_processes=${QABOARD_PROCESSES-$(told ASKED_PROCESSES)}
processes=${asked_processes:-$((cores > 2 ? cores : 2))}
more_servers=${QABOARD_MORE_SERVERS-$(told MORE_SERVERS)}
if [[ ! $processes =~ ^[1-9][0-9]{0,2}$ ]]; then
    echo "deploy/install.sh: QABOARD_PROCESSES is $processes; it must be a number from 1 to 999." >&2
    exit 2
fi
# A machine that is only being prepared, such as a container without an init, starts nothing.
is_booted=$([[ -d /run/systemd/system ]] && echo yes || echo no)
had_nginx=$(command -v nginx >/dev/null && echo yes || echo no)

step() { printf '== %s\n' "$*"; }
as_database() { (cd / && runuser -u postgres -- "$@"); }

step "Packages"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends brotli certbot curl libnginx-mod-http-brotli-static \
    logrotate nginx openssl postgresql python3 python3-venv >/dev/null

step "Users"
if ! id qaboard >/dev/null 2>&1; then
    adduser --quiet --system --group --no-create-home --home /nonexistent qaboard
fi
# nginx connects to the sockets of the processes.
adduser --quiet www-data qaboard

step "Release"
release=$directory/releases/$(date -u +%Y%m%dT%H%M%SZ)
install -d "$directory" "$directory/releases"
# Nobody has seen it before it is complete; what fails leaves nothing behind.
trap 'if [[ $(readlink -f "$directory/current") != "$release" ]]; then rm -rf "$release" "$settings/next"; fi' EXIT
mkdir "$release"
# No repository, no tests: what the board needs, and what this script does.
for part in alembic deploy docs qaboard static requirements.txt production.ini setup.py pyproject.toml README.md; do
    cp -r --preserve=timestamps "$checkout/$part" "$release/$part"
done
find "$release" -name __pycache__ -prune -exec rm -r {} +
python3 -m venv "$release/.venv"
"$release/.venv/bin/pip" install --quiet --disable-pip-version-check \
    --require-hashes -r "$release/requirements.txt"
# Built by the setuptools that was just installed, so nothing is fetched without a hash.
"$release/.venv/bin/pip" install -qq --disable-pip-version-check \
    --no-deps --no-build-isolation -e "$release"
"$release/.venv/bin/python" -m compileall -q "$release/qaboard"
"$release/deploy/compress-static" "$release/static"
# By it nginx knows the addresses that browsers may keep (nginx.conf).
ln -s . "$release/static/$("$release/.venv/bin/python" -m qaboard.rendering.static_files "$release/static")"
chown -R root:root "$release"
chmod -R u=rwX,go=rX "$release"

step "Settings"
install -d -m 755 "$settings" "$settings/next"
(
    umask 077
    if [[ -e $settings/environment ]]; then
        # Links in mails and passkeys belong to the domain.
        sed "s|^QABOARD_URL=https://[^:/]*|QABOARD_URL=https://$domain|" "$settings/environment"
    else
        echo "# Read by systemd for the processes of the board; docs/running.md has all names."
        echo "QABOARD_SECRET=$(openssl rand -base64 48)"
        echo "QABOARD_DATABASE_URL=$database_url"
        echo "QABOARD_URL=https://$domain"
    fi >"$settings/next/environment"
)
if [[ -e $settings/environment ]] && ! cmp -s "$settings/environment" "$settings/next/environment"; then
    echo "QABOARD_URL is https://$domain now. Passkeys that were made for the old name work there only."
fi
{
    echo "# What deploy/install.sh was told, for the next time."
    echo "DOMAIN=$domain"
    echo "MAIL=$mail"
    echo "ASKED_PROCESSES=$asked_processes"
    echo "PROCESSES=$processes"
    echo "MORE_SERVERS=$more_servers"
} >"$settings/next/installation"
"$release/deploy/make-ini" "$release/production.ini" >"$settings/production.ini.shipped"
ini=$settings/next/production.ini
if [[ -e $settings/production.ini ]]; then
    "$release/deploy/add-settings" "$settings/production.ini" "$settings/production.ini.shipped" |
        # Each release has its own; before there were releases, there was one place for all.
        sed -e "s|= $directory/static\$|= qaboard:../static|" -e "s|= $directory/alembic\$|= qaboard:../alembic|" >"$ini"
    if ! cmp -s "$settings/production.ini.shipped" "$ini"; then
        echo "$settings/production.ini is kept; production.ini.shipped beside it is the one of this version."
    fi
else
    cp "$settings/production.ini.shipped" "$ini"
fi

step "Database"
if [[ $is_booted = yes ]]; then
    systemctl enable --quiet --now postgresql
elif ! as_database psql -qc "" 2>/dev/null; then
    pg_ctlcluster "$(pg_lsclusters --no-header | awk '{print $1; exit}')" main start
fi
until as_database psql -qc "" 2>/dev/null; do sleep 0.5; done
if grep -qxF "QABOARD_DATABASE_URL=$database_url" "$settings/next/environment"; then
    # Each process has so many and one more; ten are for commands, backups and whoever looks into it,
    # and three PostgreSQL keeps for its administrator.
    each=$(sed -n 's/^qaboard.database_connections *= *//p' "$ini")
    read -ra servers <<<"$more_servers"
    needed=$(((processes + ${#servers[@]}) * (each + 1) + 13))
    allowed=$(as_database psql -qtAc "SHOW max_connections")
    if ((needed > allowed)); then
        as_database psql -qc "ALTER SYSTEM SET max_connections = $needed"
        if [[ $is_booted = yes ]] && systemctl is-active --quiet 'qaboard@*.service'; then
            echo "deploy/install.sh: $((processes + ${#servers[@]})) processes need $needed connections to" \
                "PostgreSQL, which allows $allowed until it is restarted. That takes the board away for" \
                "a moment, so do it when that suits you (systemctl restart postgresql), and run this" \
                "again; or have fewer processes, by QABOARD_PROCESSES." >&2
            exit 1
        fi
        if [[ $is_booted = yes ]]; then
            systemctl restart postgresql
        else
            pg_ctlcluster "$(pg_lsclusters --no-header | awk '{print $1; exit}')" main restart
        fi
        until as_database psql -qc "" 2>/dev/null; do sleep 0.5; done
        echo "PostgreSQL allows $needed connections now, for $processes processes."
    fi
fi
as_database psql -q -v ON_ERROR_STOP=1 -f "$release/deploy/roles.sql"
# The board's own user sees how old the backups are, and can read none.
install -d -m 750 -o postgres -g qaboard "$backups"
QABOARD_CONFIG=$ini QABOARD_ENVIRONMENT_FILE=$settings/next/environment "$release/deploy/qaboard" upgrade

step "Processes"
for log in qaboard.log qaboard-error.log; do
    [[ -e /var/log/nginx/$log ]] || install -m 640 -o www-data -g adm /dev/null "/var/log/nginx/$log"
done
install -d "$acme" "$tls"
if ! openssl x509 -noout -checkhost "$domain" -in "$tls/fullchain.pem" 2>/dev/null | grep -q "does match"; then
    "$release/deploy/self-signed" "$domain" "$tls"
fi
# Where nginx came with the board, nobody needs the page that greets its administrator.
if [[ $had_nginx = no ]]; then rm -f /etc/nginx/sites-enabled/default; fi
"$release/deploy/switch-release" "$release"
# Where the release lay before there were several.
for part in alembic deploy docs qaboard qaboard.egg-info static requirements.txt constraints.txt production.ini setup.py pyproject.toml README.md .venv; do
    rm -rf "${directory:?}/$part"
done

insecure=()
if [[ $mail = --self-signed ]]; then
    insecure=(--insecure)
else
    step "Certificate"
    # A timer of the package renews it.
    certbot certonly --quiet --webroot --webroot-path "$acme" --domain "$domain" --email "$mail" \
        --agree-tos --non-interactive --keep-until-expiring --deploy-hook "systemctl reload nginx"
    "$release/deploy/configure"
    if [[ $is_booted = yes ]]; then systemctl reload nginx; fi
fi

if [[ $is_booted = no ]]; then
    echo "systemd does not run here, so nothing was started: it will be at the next boot."
    exit 0
fi
step "Looking at https://$domain/"
curl --silent --show-error --fail --output /dev/null "${insecure[@]}" \
    --retry 10 --retry-all-errors --retry-delay 1 \
    --resolve "$domain:443:127.0.0.1" "https://$domain/questions/"
echo "The board is on https://$domain/. Its first administrator: qaboard create-admin NAME MAIL"
