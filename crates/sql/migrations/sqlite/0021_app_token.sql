-- Since when each of the generations before the current one was current: several are replaced within the overlap.
alter table app_token add column earlier text not null default '[]';
