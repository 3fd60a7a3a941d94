create table developer (
    id  text collate "C" primary key,
    doc text collate "C" not null
);

create table client (
    id           text collate "C" primary key,
    role         text collate "C" not null check (role in ('host', 'app')),
    wx_app_id    text collate "C" unique,
    suspended_at bigint,
    doc          text collate "C" not null
);
create index client_by_role on client (role, id);

create table client_origin (
    origin text collate "C" not null,
    client text collate "C" not null,
    primary key (origin, client)
);
create index client_origin_by_client on client_origin (client);

create table scope (
    name text collate "C" primary key,
    doc  text collate "C" not null
);
