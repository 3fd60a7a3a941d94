create table person_key (
    user_id bytea primary key,
    wrapped bytea not null
);
insert into person_key (user_id, wrapped) select id, wrapped_key from person where length(wrapped_key) > 0;
alter table person drop column wrapped_key;
