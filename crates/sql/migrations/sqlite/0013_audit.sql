create table audit (
    seq         integer primary key autoincrement,
    at          integer not null,
    operator    text not null,
    act         text not null,
    target_kind text not null,
    target_id   text not null,
    target_part text
) strict;
create index audit_by_target on audit (target_id, seq);
