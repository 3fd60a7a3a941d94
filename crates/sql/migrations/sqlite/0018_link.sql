-- An OpenID that came from elsewhere is a link under its app's own name space; a person has one at each app.
-- Rows have numbers from here on: millions are imported in any order, and added at the end.
create table numbered_link (
    issuer        text not null,
    subject_index blob not null check (length(subject_index) = 32),
    user_id       blob not null,
    proof         text not null,
    linked_at     integer not null,
    open_id       blob,
    primary key (issuer, subject_index)
) strict;
insert into numbered_link select *, null from link;
drop table link;
alter table numbered_link rename to link;
-- One index for both: what a person has, and that OpenIDs from elsewhere are one at each app.
create unique index link_by_person on link (user_id, issuer, iif(open_id is null, subject_index, x''));
alter table past_link add column open_id blob;

create table agreement (
    from_app      text not null,
    to_app        text not null,
    registered_at integer not null,
    primary key (from_app, to_app)
) strict, without rowid;
create index agreement_by_to on agreement (to_app, from_app);

create table link_ticket (
    digest          blob primary key not null check (length(digest) = 32),
    user_id         blob not null,
    session         blob not null,
    host            text not null,
    connections     text not null,
    silent          integer not null,
    return_to       text not null,
    expires_at      integer not null,
    opened          blob,
    step            integer not null,
    sealed          blob not null,
    code_digest     blob,
    code_expires_at integer,
    used_at         integer
) strict;
create index link_ticket_by_expiry on link_ticket (expires_at);
create index link_ticket_by_person on link_ticket (user_id);
create index link_ticket_by_code on link_ticket (code_digest) where code_digest is not null;

create table session_key (
    user_id    blob not null,
    app        text not null,
    session    blob not null,
    generation integer not null,
    since      integer not null,
    primary key (user_id, app)
) strict, without rowid;
create index session_key_by_app on session_key (app);

create table app_token (
    app        text not null,
    kind       text not null check (kind in ('fresh', 'stable')),
    generation integer not null,
    since      integer not null,
    primary key (app, kind)
) strict, without rowid;

-- More kinds of codes.
create table code_of_more_kinds (
    digest                blob primary key not null check (length(digest) = 32),
    kind                  text not null check (kind in ('authorization', 'login', 'phone', 'wechat')),
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
    kept_until            integer not null,
    acr_asked             integer not null default 0
) strict;
insert into code_of_more_kinds select * from code;
drop table code;
alter table code_of_more_kinds rename to code;
create index code_by_keeping on code (kept_until);
create index code_by_client on code (client);
