-- How a launch asked for the page of its question to look and speak.
alter table consent_request add column theme text collate "C" check (theme in ('light', 'dark', 'auto'));
alter table consent_request add column ui_locales text collate "C";
