-- One node has this store to itself: what nodes know of each other is kept on PostgreSQL only.
alter table delivery add column owner blob;
