create table connection (
    id             text collate "C" primary key,
    doc            text collate "C" not null,
    wrapped_secret bytea
);

create table past_link (
    user_id       bytea not null,
    issuer        text collate "C" not null,
    subject_index bytea not null check (length(subject_index) = 32),
    proof         text collate "C" not null,
    linked_at     bigint not null,
    unlinked_at   bigint not null
);
create index past_link_by_person on past_link (user_id, unlinked_at);
