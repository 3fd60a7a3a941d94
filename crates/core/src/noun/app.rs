//! What an app (a mini-program) has beyond what every client has.

use serde::{Deserialize, Serialize};

use crate::id::DeveloperId;
use crate::moment::Span;
use crate::scope::{Scope, ScopeSet};

/// A mini-program as its manifest describes it (W3C MiniApp Manifest).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct App {
    /// `wx` and 16 hexadecimal characters: the `appid` of the WeChat-compatible face.
    pub wx_app_id: String,
    /// Who owns it.
    pub developer: DeveloperId,
    /// Where it runs.
    pub kind: AppKind,
    /// The short name for places where the name does not fit.
    pub short_name: Option<String>,
    /// One sentence on what it does.
    pub description: Option<String>,
    /// Pictures, largest use first as registered.
    pub icons: Vec<Icon>,
    /// The number by which an update is recognised; only a higher one updates.
    pub version_code: u64,
    /// The version as people read it.
    pub version_name: String,
    /// Paths of its pages, as the manifest lists them.
    pub pages: Vec<String>,
    /// What it may ask people for, and why, `openid` aside.
    pub permissions: Vec<Permission>,
    /// Where a web view starts it.
    pub entry: Option<String>,
    /// How long a launch token lives at most.
    pub token_ttl: Span,
    /// Where its back end is told what became of people's data, if it asks for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub push: Option<DataPush>,
    /// Scopes that the operator has allowed on every person's behalf.
    pub preauthorised: ScopeSet,
}

/// Where a back end written for WeChat gets events about people's data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataPush {
    /// The address.
    pub event_url: String,
    /// What it shares with the house, wrapped by the operator's key.
    pub secrets: Vec<u8>,
}

/// Where an app runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AppKind {
    /// A web page inside the super app.
    Webview,
    /// A Flutter module.
    Flutter,
    /// A React Native bundle.
    ReactNative,
    /// A native component.
    Native,
    /// A site in an ordinary browser.
    Web,
    /// A resource server of the super app's own.
    Service,
}

/// A picture of the app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Icon {
    /// Its address.
    pub src: String,
    /// Its size as the manifest writes it, such as `48x48`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sizes: Option<String>,
}

/// One thing that an app asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permission {
    /// The scope.
    pub scope: Scope,
    /// The app's own words for why; shown to the person and kept in the history.
    pub reason: String,
    /// Whether the app cannot run without it.
    pub required: bool,
}

impl App {
    /// Everything the manifest names, `openid` first.
    pub fn manifest_scope(&self) -> ScopeSet {
        let openid = "openid".parse().into_iter();
        openid.chain(self.permissions.iter().map(|permission| permission.scope.clone())).collect()
    }

    /// Whether the scope is `openid` or in the manifest.
    pub fn names(&self, scope: &Scope) -> bool {
        scope.is_openid() || self.permission(scope).is_some()
    }

    /// The permission for this scope, if the manifest has one.
    pub fn permission(&self, scope: &Scope) -> Option<&Permission> {
        self.permissions.iter().find(|permission| permission.scope == *scope)
    }
}
