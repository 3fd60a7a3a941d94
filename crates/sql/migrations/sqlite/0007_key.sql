create table signing_key (
    kid        text primary key not null,
    alg        text not null,
    wrapped    blob not null,
    public_jwk text not null,
    created_at integer not null,
    signs_from integer not null,
    retires_at integer
) strict;

create table secret (
    name    text primary key not null,
    wrapped blob not null
) strict;
