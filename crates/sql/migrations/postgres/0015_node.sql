create table node (
    id         bytea primary key check (length(id) = 16),
    name       text collate "C" not null,
    version    text collate "C" not null,
    entered_at bigint not null,
    renewals   bigint not null
);

create table closing (
    seq bigint primary key,
    at  bigint not null,
    doc text collate "C" not null
);
create index closing_by_time on closing (at, seq);
alter table tide add column closings bigint not null default 0;

alter table delivery add column owner bytea;
create index delivery_by_owner on delivery (owner) where owner is not null;
