create table challenge (
    digest      bytea primary key check (length(digest) = 32),
    purpose     text collate "C" not null,
    user_id     bytea,
    answer      bytea not null check (length(answer) = 32),
    sealed      bytea not null,
    tries       bigint not null,
    expires_at  bigint not null,
    answered_at bigint
);
create index challenge_by_expiry on challenge (expires_at);
create index challenge_by_person on challenge (user_id) where user_id is not null;
