create table person (
    id             bytea primary key check (length(id) = 16),
    created_at     bigint not null,
    blocked_at     bigint,
    erased_at      bigint,
    password       text collate "C",
    wrapped_key    bytea not null,
    sealed_profile bytea not null
);

create table handle (
    kind         text collate "C" not null check (kind in ('username', 'email', 'phone')),
    handle_index bytea not null check (length(handle_index) = 32),
    user_id      bytea not null,
    verified     boolean not null,
    primary key (kind, handle_index)
);
create index handle_by_person on handle (user_id);

create table link (
    issuer        text collate "C" not null,
    subject_index bytea not null check (length(subject_index) = 32),
    user_id       bytea not null,
    proof         text collate "C" not null,
    linked_at     bigint not null,
    primary key (issuer, subject_index)
);
create index link_by_person on link (user_id);
