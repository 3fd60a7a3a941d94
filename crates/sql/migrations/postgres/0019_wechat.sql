-- A delivery tells of the end of a session, or of what became of data that an app was allowed to see.
alter table delivery alter column session drop not null, add column event text collate "C";
