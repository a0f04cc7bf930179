#!/bin/sh
# Makes the secrets of compose.yaml in the folder secrets, except for the keys of the providers. Existing ones stay.
set -eu
umask 077
cd "$(dirname "$0")/.."
mkdir -p secrets
cd secrets
chmod 700 .

# Writes a value to a file that does not exist yet, as a whole or not at all. The folder is closed to other users of this
# machine; the app reads its secrets as a user of its own, which the files must allow.
keep() {
  if [ -e "$1" ]; then
    echo "secrets/$1 exists already and stays."
    return
  fi
  [ -n "$2" ] || { echo "No value was made for secrets/$1." >&2; exit 1; }
  printf '%s\n' "$2" >"$1.new"
  chmod 444 "$1.new"
  mv "$1.new" "$1"
}

# A failed openssl ends the script: the status of an assignment is that of its command.
value=$(openssl rand -base64 32); keep auth_secrets "$value"
value=$(openssl rand -hex 32); keep metrics_token "$value"
value=$(openssl rand -hex 16); keep admin_password "$value"
value=$(openssl rand -hex 32); keep database_password "$value"
value=$(openssl rand -hex 32); keep database_admin_password "$value"
value=$(openssl rand -hex 32); keep redis_password "$value"
keep database_url "postgresql://plants:$(cat database_password)@postgres:5432/plants"
keep redis_url "redis://:$(cat redis_password)@valkey:6379"
