create table avatar (
    user_id bytea primary key check (length(user_id) = 16),
    sealed  bytea not null
);
