create table event (
    seq bigint primary key,
    at  bigint not null,
    doc text collate "C" not null
);
create index event_by_time on event (at, seq);

create table delivery (
    id         bytea primary key check (length(id) = 16),
    client     text collate "C" not null,
    user_id    bytea not null,
    session    bytea not null,
    queued_at  bigint not null,
    attempts   bigint not null,
    next_at    bigint not null,
    state      text collate "C" not null check (state in ('pending', 'delivered', 'failed')),
    last_error text collate "C"
);
create index delivery_due on delivery (next_at, id) where state = 'pending';
create index delivery_by_state on delivery (state, id);
create index delivery_done on delivery (queued_at) where state = 'delivered';

-- The number given last. Whoever draws from it holds its row until they have committed, so that
-- numbers have no gaps and are seen in their order.
create table tide (
    single boolean primary key default true check (single),
    events bigint not null
);
insert into tide (events) values (0);
