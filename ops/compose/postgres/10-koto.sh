#!/bin/sh
# Runs once, when the database folder is empty: the server gets a user and a database of its own, and is no
# administrator. pg_trgm is made here, where an administrator is at hand.
set -eu
psql --set ON_ERROR_STOP=1 --set password="$DATABASE_PASSWORD" --username "${POSTGRES_USER:-postgres}" <<'SQL'
CREATE ROLE koto LOGIN PASSWORD :'password';
CREATE DATABASE koto OWNER koto;
REVOKE ALL ON DATABASE koto FROM PUBLIC;
\connect koto
CREATE EXTENSION IF NOT EXISTS pg_trgm;
SQL
