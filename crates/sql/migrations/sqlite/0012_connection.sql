create table connection (
    id             text primary key not null,
    doc            text not null,
    wrapped_secret blob
) strict, without rowid;

create table past_link (
    user_id       blob not null,
    issuer        text not null,
    subject_index blob not null check (length(subject_index) = 32),
    proof         text not null,
    linked_at     integer not null,
    unlinked_at   integer not null
) strict;
create index past_link_by_person on past_link (user_id, unlinked_at);
