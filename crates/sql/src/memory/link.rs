//! Identities elsewhere, and the connections that prove them.

use portico_core::id::{ConnectionId, UserId};
use portico_core::moment::Moment;
use portico_core::noun::connection::Connection;
use portico_core::noun::link::{Link, PastLink};
use portico_store::{Page, Taken};

use super::{Applied, State, free, hold};

impl State {
    pub(super) fn links_of(&self, user: UserId) -> Vec<Link> {
        let mut links: Vec<Link> = self.links.values().filter(|link| link.user == user).cloned().collect();
        links.sort_by(|a, b| (a.linked_at, &a.issuer).cmp(&(b.linked_at, &b.issuer)));
        links
    }

    pub(super) fn links_at(&self, issuer: &str, page: Page<[u8; 32]>) -> Vec<Link> {
        let links = self.links.values().filter(|link| link.issuer == issuer);
        let next = links.filter(|link| page.after.is_none_or(|after| link.subject_index > after));
        next.take(page.limit).cloned().collect()
    }

    pub(super) fn past_links_of(&self, user: UserId, limit: usize) -> Vec<PastLink> {
        let past = self.past_links.values().filter(|past| past.link.user == user);
        let mut past: Vec<PastLink> = past.cloned().collect();
        past.sort_by_key(|past| std::cmp::Reverse(past.unlinked_at));
        past.truncate(limit);
        past
    }

    pub(super) fn links_counted(&self, user: UserId, count: usize) -> Applied {
        hold(self.links.values().filter(|link| link.user == user).count() == count)
    }

    pub(super) fn tie_link(&mut self, link: Link) -> Applied {
        let key = (link.issuer.clone(), link.subject_index);
        free(!self.links.has(&key), Taken::Link)?;
        if link.open_id.is_some() {
            let place = (link.issuer.clone(), link.user);
            free(!self.open_ids.has(&place), Taken::Link)?;
            self.open_ids.put(place, link.subject_index);
        }
        self.links.put(key, link);
        Ok(())
    }

    pub(super) fn untie_link(
        &mut self,
        issuer: String,
        subject_index: [u8; 32],
        user: UserId,
        at: Moment,
    ) -> Applied {
        let key = (issuer, subject_index);
        let link = self.links.get(&key).filter(|link| link.user == user).cloned();
        hold(link.is_some())?;
        self.links.remove(&key);
        let number = self.past_links.rows().next_back().map_or(1, |(last, _)| last + 1);
        if let Some(link) = link {
            if link.open_id.is_some() {
                self.open_ids.remove(&(link.issuer.clone(), user));
            }
            self.past_links.put(number, PastLink { link, unlinked_at: at });
        }
        Ok(())
    }

    pub(super) fn register_connection(&mut self, new: Connection) -> Applied {
        free(!self.connections.has(&new.id), Taken::Connection)?;
        self.connections.put(new.id.clone(), new);
        Ok(())
    }

    pub(super) fn rewrite_connection(&mut self, before: &Connection, after: Connection) -> Applied {
        hold(before.id == after.id && self.connections.get(&before.id) == Some(before))?;
        self.connections.put(after.id.clone(), after);
        Ok(())
    }

    pub(super) fn remove_connection(&mut self, id: &ConnectionId) -> Applied {
        hold(self.connections.remove(id))
    }
}
