create table challenge (
    digest      blob primary key not null check (length(digest) = 32),
    purpose     text not null,
    user_id     blob,
    answer      blob not null check (length(answer) = 32),
    sealed      blob not null,
    tries       integer not null,
    expires_at  integer not null,
    answered_at integer
) strict, without rowid;
create index challenge_by_expiry on challenge (expires_at);
create index challenge_by_person on challenge (user_id) where user_id is not null;
