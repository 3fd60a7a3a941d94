-- The role and the database of Portico, with the password in the file that PORTICO_PASSWORD_FILE names.
\set ON_ERROR_STOP on
\set password `cat "$PORTICO_PASSWORD_FILE"`
create role portico login password :'password';
create database portico owner portico template template0 encoding 'UTF8';
revoke all on database portico from public;
