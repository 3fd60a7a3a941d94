create table person_key (
    user_id blob primary key not null,
    wrapped blob not null
) strict, without rowid;
insert into person_key (user_id, wrapped) select id, wrapped_key from person where length(wrapped_key) > 0;
alter table person drop column wrapped_key;
