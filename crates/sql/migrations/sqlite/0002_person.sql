create table person (
    id             blob primary key not null check (length(id) = 16),
    created_at     integer not null,
    blocked_at     integer,
    erased_at      integer,
    password       text,
    wrapped_key    blob not null,
    sealed_profile blob not null
) strict;

create table handle (
    kind         text not null check (kind in ('username', 'email', 'phone')),
    handle_index blob not null check (length(handle_index) = 32),
    user_id      blob not null,
    verified     integer not null,
    primary key (kind, handle_index)
) strict, without rowid;
create index handle_by_person on handle (user_id);

create table link (
    issuer        text not null,
    subject_index blob not null check (length(subject_index) = 32),
    user_id       blob not null,
    proof         text not null,
    linked_at     integer not null,
    primary key (issuer, subject_index)
) strict, without rowid;
create index link_by_person on link (user_id);
