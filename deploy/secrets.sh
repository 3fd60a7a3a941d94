#!/bin/sh
# The secrets of one Portico, each in a file of its own. What is there already is kept.
#
#   deploy/secrets.sh FOLDER
#
# master.key opens the store: lose it, and nothing in it is readable any more. Keep a copy elsewhere.
set -eu
umask 077

if [ $# -ne 1 ]; then
    sed -n '2,6s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi
mkdir -p "$1"
cd "$1"

# 32 random bytes.
key() { [ -e "$1" ] || openssl rand -base64 32 > "$1"; }
# 256 random bits in hexadecimal, which need no escaping anywhere.
word() { [ -e "$1" ] || openssl rand -hex 32 > "$1"; }

key master.key
word admin.token
word postgres.password
word postgres-superuser.password
word nats.password
if [ ! -e nats-users.conf ]; then
    cat > nats-users.conf <<END
authorization {
  users: [{
    user: "portico"
    password: "$(cat nats.password)"
    permissions: { publish: ["portico.>"], subscribe: ["portico.>"] }
  }]
}
END
fi
