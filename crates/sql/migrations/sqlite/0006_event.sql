create table event (
    seq integer primary key autoincrement,
    at  integer not null,
    doc text not null
) strict;
create index event_by_time on event (at, seq);

create table delivery (
    id         blob primary key not null check (length(id) = 16),
    client     text not null,
    user_id    blob not null,
    session    blob not null,
    queued_at  integer not null,
    attempts   integer not null,
    next_at    integer not null,
    state      text not null check (state in ('pending', 'delivered', 'failed')),
    last_error text
) strict;
create index delivery_due on delivery (next_at, id) where state = 'pending';
create index delivery_by_state on delivery (state, id);
create index delivery_done on delivery (queued_at) where state = 'delivered';
