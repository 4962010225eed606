#!/usr/bin/env bash
# Makes a bare Debian 12 a board on HTTPS, and an installed board the newest one of this checkout.
# As root, in a checkout:
#
#   deploy/install.sh DOMAIN MAIL           with a certificate of Let's Encrypt; MAIL is told when
#                                           something is wrong with it
#   deploy/install.sh DOMAIN --self-signed  where no certificate can be had, as on a machine of one's own
#
# QABOARD_PROCESSES says how many processes there are, by default one for each core, but two at least;
# QABOARD_MORE_SERVERS="10.0.0.6:6541 10.0.0.6:6542" names those of other machines.
# A second run keeps the secrets, the settings and the data. The firewall is not touched.
set -euo pipefail

if [[ $# -ne 2 || ! $1 =~ ^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$ ]]; then
    sed -n '2,/^set/s/^# \?//p' "$0" >&2
    exit 2
fi
if [[ $(id -u) != 0 ]]; then
    echo "deploy/install.sh: only root can install the board." >&2
    exit 1
fi
domain=$1
mail=$2
checkout=$(cd "$(dirname "$0")/.." && pwd)
directory=/opt/qaboard
settings=/etc/qaboard
tls=$settings/tls
acme=/var/lib/qaboard-acme
backups=/var/backups/qaboard
# As the system's user of the same name, through PostgreSQL's socket: no password.
database_url="postgresql:///qaboard?host=/var/run/postgresql"
cores=$(nproc)
processes=${QABOARD_PROCESSES:-$((cores > 2 ? cores : 2))}
# A machine that is only being prepared, such as a container without an init, starts nothing.
is_booted=$([[ -d /run/systemd/system ]] && echo yes || echo no)

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

step "Program"
install -d "$directory"
# No repository, no tests: what the board needs, and what this script does.
for part in alembic deploy docs qaboard static requirements.txt production.ini setup.py pyproject.toml README.md; do
    rm -rf "${directory:?}/$part.new"
    cp -r --preserve=timestamps "$checkout/$part" "$directory/$part.new"
    find "$directory/$part.new" -name __pycache__ -prune -exec rm -r {} +
    # What runs still reads the old files; they are away for an instant only.
    rm -rf "${directory:?}/$part"
    mv "$directory/$part.new" "$directory/$part"
done
chown -R root:root "$directory"
chmod -R u=rwX,go=rX "$directory"
[[ -x $directory/.venv/bin/python ]] || python3 -m venv "$directory/.venv"
"$directory/.venv/bin/pip" install --quiet --disable-pip-version-check \
    --require-hashes -r "$directory/requirements.txt"
# Built by the setuptools that was just installed, so nothing is fetched without a hash.
"$directory/.venv/bin/pip" install -qq --disable-pip-version-check \
    --no-deps --no-build-isolation -e "$directory"
"$directory/.venv/bin/python" -m compileall -q "$directory/qaboard"
"$directory/deploy/compress-static" "$directory/static"
# By it nginx knows the addresses that browsers may keep (nginx.conf).
ln -s . "$directory/static/$("$directory/.venv/bin/python" -m qaboard.static_files "$directory/static")"
"$directory/deploy/fill" "$directory/deploy/qaboard" "DIRECTORY=$directory" "DATABASE=$database_url" \
    "BACKUPS=$backups" >/usr/local/bin/qaboard
chmod 755 /usr/local/bin/qaboard

step "Settings"
install -d -m 755 "$settings"
if [[ ! -e $settings/environment ]]; then
    (
        umask 077
        {
            echo "# Read by systemd for the processes of the board; docs/running.md has all names."
            echo "QABOARD_SECRET=$(openssl rand -base64 48)"
            echo "QABOARD_DATABASE_URL=$database_url"
            echo "QABOARD_URL=https://$domain"
        } >"$settings/environment"
    )
fi
"$directory/deploy/make-ini" "$directory/production.ini" "$directory" >"$settings/production.ini.shipped"
if [[ ! -e $settings/production.ini ]]; then
    cp "$settings/production.ini.shipped" "$settings/production.ini"
elif ! cmp -s "$settings/production.ini.shipped" "$settings/production.ini"; then
    echo "$settings/production.ini is kept; production.ini.shipped beside it is the one of this version."
fi

step "Database"
if [[ $is_booted = yes ]]; then
    systemctl enable --quiet --now postgresql
elif ! as_database psql -qc "" 2>/dev/null; then
    pg_ctlcluster "$(pg_lsclusters --no-header | awk '{print $1; exit}')" main start
fi
until as_database psql -qc "" 2>/dev/null; do sleep 0.5; done
as_database psql -q -v ON_ERROR_STOP=1 -f "$directory/deploy/roles.sql"
install -d -m 700 -o postgres -g postgres "$backups"
/usr/local/bin/qaboard upgrade

step "Processes"
for unit in qaboard@.service qaboard.target; do
    "$directory/deploy/fill" "$directory/deploy/$unit" "DIRECTORY=$directory" >"/etc/systemd/system/$unit"
done
servers=
for number in $(seq "$processes"); do
    servers+="server unix:/run/qaboard/$number/socket max_fails=0; "
    systemctl enable --quiet "qaboard@$number.service"
done
for server in ${QABOARD_MORE_SERVERS:-}; do servers+="server $server; "; done
systemctl enable --quiet qaboard.target
if [[ $is_booted = yes ]]; then
    systemctl daemon-reload
    for unit in /etc/systemd/system/qaboard.target.wants/qaboard@*.service; do
        number=${unit##*@}
        number=${number%.service}
        if ((number > processes)); then systemctl disable --quiet --now "qaboard@$number.service"; fi
    done
    "$directory/deploy/restart-processes"
    systemctl start qaboard.target
    for number in $(seq "$processes"); do systemctl start "qaboard@$number.service"; done
fi

step "nginx"
write_site() { # the folder of the certificate
    "$directory/deploy/fill" "$directory/deploy/nginx.conf" "DOMAIN=$domain" "DIRECTORY=$directory" \
        "SERVERS=${servers% }" "CERTIFICATE=$1/fullchain.pem" "KEY=$1/privkey.pem" "ACME=$acme" \
        SOCKETS=/run/qaboard CACHE=/var/lib/nginx/qaboard LOG=/var/log/nginx/qaboard.log \
        ERROR_LOG=/var/log/nginx/qaboard-error.log >/etc/nginx/sites-available/qaboard
    ln -sf ../sites-available/qaboard /etc/nginx/sites-enabled/qaboard
    rm -f /etc/nginx/sites-enabled/default
    nginx -t -q
    if [[ $is_booted = yes ]]; then
        systemctl enable --quiet nginx
        systemctl reload-or-restart nginx
    fi
}
for log in qaboard.log qaboard-error.log; do
    [[ -e /var/log/nginx/$log ]] || install -m 640 -o www-data -g adm /dev/null "/var/log/nginx/$log"
done
install -d "$acme" "$tls"
if [[ ! -e $tls/fullchain.pem ]]; then "$directory/deploy/self-signed" "$domain" "$tls"; fi
certificate=/etc/letsencrypt/live/$domain
if [[ $mail = --self-signed ]]; then
    write_site "$tls"
else
    # Until there is a certificate, nginx answers the challenge with the self-signed one.
    [[ -e $certificate/fullchain.pem ]] || write_site "$tls"
    # A timer of the package renews it.
    certbot certonly --quiet --webroot --webroot-path "$acme" --domain "$domain" --email "$mail" \
        --agree-tos --non-interactive --keep-until-expiring --deploy-hook "systemctl reload nginx"
    write_site "$certificate"
fi

if [[ $is_booted = no ]]; then
    echo "systemd does not run here, so nothing was started: it will be at the next boot."
    exit 0
fi
step "Looking at https://$domain/"
insecure=()
if [[ $mail = --self-signed ]]; then insecure=(--insecure); fi
look() {
    curl --silent --show-error --fail --output /dev/null --resolve "$domain:443:127.0.0.1" \
        "${insecure[@]}" "https://$domain/questions/"
}
# nginx opens its ports a moment after it was told to read its settings.
tries=0
until look 2>/dev/null || ((++tries == 10)); do sleep 0.5; done
look
echo "The board is on https://$domain/. Its first administrator: qaboard create-admin NAME MAIL"
