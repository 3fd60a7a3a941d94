create table consent_standing (
    user_id    blob not null,
    app        text not null,
    scope      text not null,
    decision   text not null check (decision in ('granted', 'refused', 'withdrawn')),
    decided_at integer not null,
    primary key (user_id, app, scope)
) strict, without rowid;
create index consent_standing_by_app on consent_standing (app);

create table consent_history (
    entry    integer primary key,
    user_id  blob not null,
    app      text not null,
    scope    text not null,
    decision text not null check (decision in ('granted', 'refused', 'withdrawn')),
    at       integer not null,
    words    text not null
) strict;
create index consent_history_by_person on consent_history (user_id, at);
create index consent_history_by_app on consent_history (app);

create table consent_request (
    digest     blob primary key not null check (length(digest) = 32),
    user_id    blob not null,
    session    blob not null,
    app        text not null,
    asker      text not null,
    scope      text not null,
    resume     text,
    expires_at integer not null,
    opened     blob,
    closed_at  integer
) strict;
create index consent_request_by_expiry on consent_request (expires_at);
create index consent_request_by_person on consent_request (user_id);
create index consent_request_by_app on consent_request (app);
