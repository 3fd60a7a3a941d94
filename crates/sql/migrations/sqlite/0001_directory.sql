create table developer (
    id  text primary key not null,
    doc text not null
) strict, without rowid;

create table client (
    id           text primary key not null,
    role         text not null check (role in ('host', 'app')),
    wx_app_id    text unique,
    suspended_at integer,
    doc          text not null
) strict;
create index client_by_role on client (role, id);

create table client_origin (
    origin text not null,
    client text not null,
    primary key (origin, client)
) strict, without rowid;
create index client_origin_by_client on client_origin (client);

create table scope (
    name text primary key not null,
    doc  text not null
) strict, without rowid;
