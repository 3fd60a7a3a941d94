-- A delivery tells of the end of a session, or of what became of data that an app was allowed to see.
create table delivery_of_either (
    id         blob primary key not null check (length(id) = 16),
    client     text not null,
    user_id    blob not null,
    session    blob,
    queued_at  integer not null,
    attempts   integer not null,
    next_at    integer not null,
    state      text not null check (state in ('pending', 'delivered', 'failed')),
    last_error text,
    event      text
) strict;
insert into delivery_of_either
    select id, client, user_id, session, queued_at, attempts, next_at, state, last_error, null from delivery;
drop table delivery;
alter table delivery_of_either rename to delivery;
create index delivery_due on delivery (next_at, id) where state = 'pending';
create index delivery_by_state on delivery (state, id);
create index delivery_done on delivery (queued_at) where state = 'delivered';
