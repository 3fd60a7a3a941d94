-- Whether a node is a gateway alone, which does nothing for all: those that were there before are not.
alter table node add column gateway boolean not null default false;
