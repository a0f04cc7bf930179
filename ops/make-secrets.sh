#!/bin/sh
# Makes the secrets of compose.yaml in the folder secrets, except for the keys of the providers. Existing ones stay.
set -eu
umask 077
cd "$(dirname "$0")/.."
mkdir -p secrets
cd secrets

# Writes standard input to a file that does not exist yet. The folder is closed to other users of this machine; the app
# reads its secrets as a user of its own, which the files must allow.
keep() {
  if [ -e "$1" ]; then
    cat >/dev/null
    echo "secrets/$1 exists already and stays."
  else
    cat >"$1"
    chmod 444 "$1"
  fi
}

openssl rand -base64 32 | keep auth_secrets
openssl rand -hex 32 | keep metrics_token
openssl rand -hex 16 | keep admin_password
openssl rand -hex 32 | keep database_password
openssl rand -hex 32 | keep redis_password
printf 'postgresql://plants:%s@postgres:5432/plants\n' "$(cat database_password)" | keep database_url
printf 'redis://:%s@valkey:6379\n' "$(cat redis_password)" | keep redis_url
