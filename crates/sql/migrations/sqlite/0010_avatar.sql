create table avatar (
    user_id blob primary key not null check (length(user_id) = 16),
    sealed  blob not null
) strict;
