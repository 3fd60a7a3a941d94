create table session (
    id               bytea primary key check (length(id) = 16),
    user_id          bytea not null,
    client           text collate "C" not null,
    started_at       bigint not null,
    used_at          bigint not null,
    authenticated_at bigint not null,
    method           text collate "C" not null,
    sealed_label     bytea not null,
    cookie_digest    bytea,
    expires_at       bigint not null,
    ended_at         bigint,
    end_reason       text collate "C"
);
create unique index session_by_cookie on session (cookie_digest) where cookie_digest is not null;
create index session_by_person on session (user_id, started_at, id);
create index session_open_by_client on session (client, id) where ended_at is null;
create index session_open_by_expiry on session (expires_at, id) where ended_at is null;
create index session_by_end on session (ended_at, id) where ended_at is not null;

create table session_client (
    session    bytea not null,
    client     text collate "C" not null,
    position   bigint not null,
    entered_at bigint not null,
    primary key (session, client)
);
create index session_client_by_client on session_client (client);

create table app_use (
    user_id bytea not null,
    app     text collate "C" not null,
    used_at bigint not null,
    primary key (user_id, app)
);
create index app_use_by_app on app_use (app);
