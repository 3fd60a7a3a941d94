create table session (
    id               blob primary key not null check (length(id) = 16),
    user_id          blob not null,
    client           text not null,
    started_at       integer not null,
    used_at          integer not null,
    authenticated_at integer not null,
    method           text not null,
    sealed_label     blob not null,
    cookie_digest    blob,
    expires_at       integer not null,
    ended_at         integer,
    end_reason       text
) strict;
create unique index session_by_cookie on session (cookie_digest) where cookie_digest is not null;
create index session_by_person on session (user_id, started_at, id);
create index session_open_by_client on session (client, id) where ended_at is null;
create index session_open_by_expiry on session (expires_at, id) where ended_at is null;
create index session_by_end on session (ended_at) where ended_at is not null;

create table session_client (
    session    blob not null,
    client     text not null,
    position   integer not null,
    entered_at integer not null,
    primary key (session, client)
) strict, without rowid;
create index session_client_by_client on session_client (client);

create table app_use (
    user_id blob not null,
    app     text not null,
    used_at integer not null,
    primary key (user_id, app)
) strict, without rowid;
create index app_use_by_app on app_use (app);
