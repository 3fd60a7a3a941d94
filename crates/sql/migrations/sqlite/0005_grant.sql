create table code (
    digest                blob primary key not null check (length(digest) = 32),
    kind                  text not null check (kind in ('authorization', 'login')),
    client                text not null,
    user_id               blob not null,
    session               blob not null,
    scope                 text not null,
    redirect_uri          text,
    challenge             text,
    nonce                 text,
    auth_time_asked       integer not null,
    actor                 text,
    expires_at            integer not null,
    used_token            blob,
    used_token_expires_at integer,
    used_family           blob,
    kept_until            integer not null
) strict;
create index code_by_keeping on code (kept_until);
create index code_by_client on code (client);

create table family (
    id         blob primary key not null check (length(id) = 16),
    session    blob not null,
    client     text not null,
    scope      text not null,
    generation integer not null,
    rotated_at integer not null,
    revoked_at integer
) strict, without rowid;
create index family_by_session on family (session);
create index family_by_client on family (client);

create table revoked_token (
    token      blob primary key not null check (length(token) = 16),
    kept_until integer not null
) strict, without rowid;
create index revoked_token_by_keeping on revoked_token (kept_until);

create table used_assertion (
    digest     blob primary key not null check (length(digest) = 32),
    kept_until integer not null
) strict, without rowid;
create index used_assertion_by_keeping on used_assertion (kept_until);
