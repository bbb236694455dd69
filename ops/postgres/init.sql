-- The server's own user, database and schema, with no more rights than it needs. Run once, by an administrator:
--
--     DATABASE_PASSWORD=… psql --username postgres --file ops/postgres/init.sql
--
-- `DATABASE_PASSWORD_FILE` may name a file that holds the password instead.
-- The official image runs it by itself when its volume is empty. Running it again changes the password and
-- nothing else. `--set role=…` and `--set database=…` give other names than `koto`.
--
-- Nobody else gets into the database, and this user gets into no other. It owns the schema `koto` and makes its
-- tables there; it is no administrator, not even of its database, and needs none later: the extensions are here.

\set ON_ERROR_STOP on
\getenv password DATABASE_PASSWORD
\getenv file DATABASE_PASSWORD_FILE
\if :{?file}
    \set password `cat "$DATABASE_PASSWORD_FILE"`
\endif
\if :{?role}
\else
    \set role koto
\endif
\if :{?database}
\else
    \set database koto
\endif

\if :{?password}
\else
DO $$ BEGIN RAISE EXCEPTION 'give DATABASE_PASSWORD in the environment'; END $$;
\endif

-- \gexec runs what the query before it gives: CREATE knows no IF NOT EXISTS for roles and databases.
SELECT format('CREATE ROLE %I', :'role')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') \gexec
ALTER ROLE :"role" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'password';

-- In a database that is not UTF-8, trigrams see no Hangul.
SELECT format('CREATE DATABASE %I ENCODING ''UTF8'' LOCALE ''C.UTF-8'' TEMPLATE template0', :'database')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO :"role";

-- What every user may do by default in the databases that come with a server.
REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC;

\connect :"database"

REVOKE ALL ON SCHEMA public FROM PUBLIC;

CREATE SCHEMA IF NOT EXISTS koto AUTHORIZATION :"role";
REVOKE ALL ON SCHEMA koto FROM PUBLIC;

CREATE SCHEMA IF NOT EXISTS extensions;
REVOKE ALL ON SCHEMA extensions FROM PUBLIC;
GRANT USAGE ON SCHEMA extensions TO :"role";
CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA extensions; -- search inside utterances
CREATE EXTENSION IF NOT EXISTS "uuid-ossp" SCHEMA extensions; -- ids made by hand, in psql

ALTER ROLE :"role" IN DATABASE :"database" SET search_path = koto, extensions;
