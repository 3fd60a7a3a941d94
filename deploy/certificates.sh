#!/bin/sh
# A private authority, and certificates of PostgreSQL, NATS and the load balancer signed by it.
#
#   deploy/certificates.sh FOLDER [postgres=NAME,…] [nats=NAME,…] [haproxy=NAME,…]
#
# The names are host names or addresses by which each is reached. Run again, it keeps the authority
# and makes new certificates (they last 397 days). ca.key signs whatever is trusted here: keep it off
# the machines that serve.
set -eu
umask 077

if [ $# -lt 1 ]; then
    sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi
folder=$1
shift
postgres=postgres,localhost,127.0.0.1
nats=nats,localhost,127.0.0.1
haproxy=id.example,localhost
for names in "$@"; do
    case $names in
        postgres=?*) postgres=${names#*=} ;;
        nats=?*) nats=${names#*=} ;;
        haproxy=?*) haproxy=${names#*=} ;;
        *) echo "certificates.sh: what is $names?" >&2; exit 2 ;;
    esac
done
mkdir -p "$folder"
cd "$folder"

key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"; }

if [ ! -e ca.key ]; then
    key ca.key
    openssl req -x509 -new -key ca.key -days 3650 -subj '/CN=Portico, private authority' \
        -addext 'basicConstraints=critical,CA:TRUE,pathlen:0' \
        -addext 'keyUsage=critical,keyCertSign,cRLSign' -out ca.pem
    chmod 0644 ca.pem
fi

certificate() {
    who=$1 names=
    for name in $(echo "$2" | tr ',' ' '); do
        case $name in
            *:*) kind=IP ;;
            *[!0-9.]*) kind=DNS ;;
            *) kind=IP ;;
        esac
        names=$names${names:+,}$kind:$name
    done
    key "$who.key"
    openssl req -new -key "$who.key" -subj "/CN=$who" -out "$who.csr"
    cat > "$who.ext" <<END
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = $names
END
    openssl x509 -req -in "$who.csr" -CA ca.pem -CAkey ca.key -set_serial "0x$(openssl rand -hex 16)" \
        -days 397 -sha256 -extfile "$who.ext" -out "$who.pem" 2>/dev/null
    chmod 0644 "$who.pem"
    rm "$who.csr" "$who.ext"
}

certificate postgres "$postgres"
certificate nats "$nats"
certificate haproxy "$haproxy"
# haproxy wants both in one file.
cat haproxy.pem haproxy.key > haproxy-both.pem
chmod 0600 haproxy-both.pem
