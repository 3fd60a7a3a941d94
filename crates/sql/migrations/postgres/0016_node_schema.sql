-- The latest schema that a node knows: what a contract step waits for. Before this there were nodes of 15.
alter table node add column schema bigint not null default 15;
