-- The roles and the database of a board, for psql as the administrator of the server; once more
-- changes nothing. The board reads and writes rows. Its tables, and the triggers that guard the log,
-- are of another role, whose rights the migrations have, and restore. It may make databases, for
-- verify. pg_dump reads sequences, too.

SELECT 'CREATE ROLE qaboard LOGIN'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'qaboard') \gexec
SELECT 'CREATE ROLE qaboard_owner NOLOGIN'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'qaboard_owner') \gexec
ALTER ROLE qaboard_owner CREATEDB;
SELECT 'CREATE DATABASE qaboard OWNER qaboard_owner ENCODING ''UTF8'' LOCALE ''C'' TEMPLATE template0'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'qaboard') \gexec
REVOKE CONNECT ON DATABASE qaboard FROM PUBLIC;
GRANT CONNECT ON DATABASE qaboard TO qaboard;
\connect qaboard
ALTER DEFAULT PRIVILEGES FOR ROLE qaboard_owner
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO qaboard;
ALTER DEFAULT PRIVILEGES FOR ROLE qaboard_owner GRANT USAGE, SELECT ON SEQUENCES TO qaboard;
