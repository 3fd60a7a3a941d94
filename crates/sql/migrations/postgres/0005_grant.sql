create table code (
    digest                bytea primary key check (length(digest) = 32),
    kind                  text collate "C" not null check (kind in ('authorization', 'login')),
    client                text collate "C" not null,
    user_id               bytea not null,
    session               bytea not null,
    scope                 text collate "C" not null,
    redirect_uri          text collate "C",
    challenge             text collate "C",
    nonce                 text collate "C",
    auth_time_asked       boolean not null,
    actor                 text collate "C",
    expires_at            bigint not null,
    used_token            bytea,
    used_token_expires_at bigint,
    used_family           bytea,
    kept_until            bigint not null
);
create index code_by_keeping on code (kept_until);
create index code_by_client on code (client);

create table family (
    id         bytea primary key check (length(id) = 16),
    session    bytea not null,
    client     text collate "C" not null,
    scope      text collate "C" not null,
    generation bigint not null,
    rotated_at bigint not null,
    revoked_at bigint
);
create index family_by_session on family (session);
create index family_by_client on family (client);

create table revoked_token (
    token      bytea primary key check (length(token) = 16),
    kept_until bigint not null
);
create index revoked_token_by_keeping on revoked_token (kept_until);

create table used_assertion (
    digest     bytea primary key check (length(digest) = 32),
    kept_until bigint not null
);
create index used_assertion_by_keeping on used_assertion (kept_until);
