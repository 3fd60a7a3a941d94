-- An OpenID that came from elsewhere is a link under its app's own name space; a person has one at each app.
alter table link add column open_id bytea;
-- One index for both: what a person has, and that OpenIDs from elsewhere are one at each app.
drop index link_by_person;
create unique index link_by_person
    on link (user_id, issuer, (case when open_id is null then subject_index else ''::bytea end));
alter table past_link add column open_id bytea;

create table agreement (
    from_app      text collate "C" not null,
    to_app        text collate "C" not null,
    registered_at bigint not null,
    primary key (from_app, to_app)
);
create index agreement_by_to on agreement (to_app, from_app);

create table link_ticket (
    digest          bytea primary key check (length(digest) = 32),
    user_id         bytea not null,
    session         bytea not null,
    host            text collate "C" not null,
    connections     text collate "C" not null,
    silent          boolean not null,
    return_to       text collate "C" not null,
    expires_at      bigint not null,
    opened          bytea,
    step            bigint not null,
    sealed          bytea not null,
    code_digest     bytea,
    code_expires_at bigint,
    used_at         bigint
);
create index link_ticket_by_expiry on link_ticket (expires_at);
create index link_ticket_by_person on link_ticket (user_id);
create index link_ticket_by_code on link_ticket (code_digest) where code_digest is not null;

create table session_key (
    user_id    bytea not null,
    app        text collate "C" not null,
    session    bytea not null,
    generation bigint not null,
    since      bigint not null,
    primary key (user_id, app)
);
create index session_key_by_app on session_key (app);

create table app_token (
    app        text collate "C" not null,
    kind       text collate "C" not null check (kind in ('fresh', 'stable')),
    generation bigint not null,
    since      bigint not null,
    primary key (app, kind)
);

-- More kinds of codes. What is there is of the old ones.
alter table code drop constraint code_kind_check;
alter table code add constraint code_kind_check
    check (kind in ('authorization', 'login', 'phone', 'wechat')) not valid;
