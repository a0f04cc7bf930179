#!/bin/sh
# Creates the role of the app, which is no superuser, and its database, which it owns. The image of PostgreSQL runs this
# once, as the superuser, when it creates the database cluster.
set -eu

# psql reads the password itself, so that no list of processes shows it.
psql --no-psqlrc --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname=postgres <<'SQL'
\set password `cat "$APP_PASSWORD_FILE"`
CREATE ROLE plants LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'password';
CREATE DATABASE plants OWNER plants;
SQL
