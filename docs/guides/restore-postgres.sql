-- After pg_restore of a copy and of the keys that were copied later: whoever was erased in between is
-- erased again, and nobody is signed in. See postgres.md; run it before the first start.
begin;
create temporary table restored as select (extract(epoch from now()) * 1000)::bigint as at;
-- Keys of people who came after the copy open nothing.
delete from person_key where user_id not in (select id from person);
-- Whoever has no key was erased after the copy.
create temporary table gone as
    select id from person where erased_at is null and id not in (select user_id from person_key);
update person set sealed_profile = '', password = null, erased_at = (select at from restored)
    where id in (select id from gone);
delete from handle where user_id in (select id from gone);
delete from link where user_id in (select id from gone);
delete from past_link where user_id in (select id from gone);
delete from avatar where user_id in (select id from gone);
delete from passkey where user_id in (select id from gone);
delete from challenge where user_id in (select id from gone);
delete from consent_standing where user_id in (select id from gone);
delete from consent_history where user_id in (select id from gone);
delete from consent_request where user_id in (select id from gone);
delete from app_use where user_id in (select id from gone);
delete from link_ticket where user_id in (select id from gone);
delete from session_key where user_id in (select id from gone);
update session set sealed_label = '' where user_id in (select id from gone);
-- One that was signed out after the copy must not be live again.
update session set ended_at = (select at from restored), end_reason = 'revoked', cookie_digest = null
    where ended_at is null;
-- The nodes of that time are gone, and what they had to deliver is anybody's.
delete from node;
update delivery set owner = null where owner is not null;
commit;
select count(*) as erased_again from gone;
