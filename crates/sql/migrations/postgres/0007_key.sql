create table signing_key (
    kid        text collate "C" primary key,
    alg        text collate "C" not null,
    wrapped    bytea not null,
    public_jwk text collate "C" not null,
    created_at bigint not null,
    signs_from bigint not null,
    retires_at bigint
);

create table secret (
    name    text collate "C" primary key,
    wrapped bytea not null
);
