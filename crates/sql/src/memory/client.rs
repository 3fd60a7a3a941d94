//! Clients.

use portico_core::id::ClientId;
use portico_core::noun::client::Client;
use portico_core::noun::link::app_issuer;
use portico_store::{Page, Taken};

use super::{Applied, State, free, hold};

impl State {
    pub(super) fn client_held(&self, id: &ClientId) -> Applied {
        hold(self.clients.get(id).is_some_and(Client::is_live))
    }

    pub(super) fn clients_like(&self, page: &Page<ClientId>, like: impl Fn(&Client) -> bool) -> Vec<Client> {
        let clients = self.clients.after(page.after.as_ref()).filter(|client| like(client));
        clients.take(page.limit).cloned().collect()
    }

    pub(super) fn origin_is_registered(&self, origin: &str) -> bool {
        self.clients.values().any(|client| client.is_live() && client.origins.iter().any(|own| own == origin))
    }

    pub(super) fn app_by_wx_id(&self, wx_app_id: &str) -> Option<ClientId> {
        let mut apps = self.clients.values();
        let found = apps.find(|client| client.app().is_some_and(|app| app.wx_app_id == wx_app_id));
        found.map(|client| client.id.clone())
    }

    pub(super) fn register_client(&mut self, client: Client) -> Applied {
        free(!self.clients.has(&client.id) && self.wx_app_id_is_free(&client), Taken::Client)?;
        self.clients.put(client.id.clone(), client);
        Ok(())
    }

    pub(super) fn rewrite_client(&mut self, before: &Client, after: Client) -> Applied {
        hold(before.id == after.id && self.clients.get(&before.id) == Some(before))?;
        free(self.wx_app_id_is_free(&after), Taken::Client)?;
        self.clients.put(after.id.clone(), after);
        Ok(())
    }

    fn wx_app_id_is_free(&self, client: &Client) -> bool {
        let Some(app) = client.app() else { return true };
        let mut others = self.clients.values().filter(|other| other.id != client.id);
        !others.any(|other| other.app().is_some_and(|other| other.wx_app_id == app.wx_app_id))
    }

    pub(super) fn remove_client(&mut self, id: &ClientId) -> Applied {
        hold(self.clients.remove(id))?;
        self.standing.clear_where(|(_, app, _), _| app == id);
        self.history.clear_where(|_, entry| entry.app == *id);
        self.requests.clear_where(|_, request| request.app == *id);
        self.codes.clear_where(|_, code| code.client == *id);
        self.families.clear_where(|_, family| family.client == *id);
        self.app_uses.clear_where(|(_, app), _| app == id);
        self.agreements.clear_where(|(from, to), _| from == id || to == id);
        self.session_keys.clear_where(|(app, _), _| app == id);
        self.app_tokens.clear_where(|(app, _), _| app == id);
        let issuer = app_issuer(id);
        self.links.clear_where(|(there, _), _| *there == issuer);
        self.open_ids.clear_where(|(there, _), _| *there == issuer);
        self.leave_sessions(id);
        Ok(())
    }
}
