create table passkey (
    digest            blob primary key not null check (length(digest) = 32),
    user_id           blob not null,
    sealed_credential blob not null,
    sealed_name       blob not null,
    created_at        integer not null,
    used_at           integer
) strict, without rowid;
create index passkey_by_person on passkey (user_id, created_at, digest);

alter table code add column acr_asked integer not null default 0;
