create table passkey (
    digest            bytea primary key check (length(digest) = 32),
    user_id           bytea not null,
    sealed_credential bytea not null,
    sealed_name       bytea not null,
    created_at        bigint not null,
    used_at           bigint
);
create index passkey_by_person on passkey (user_id, created_at, digest);

alter table code add column acr_asked boolean not null default false;
