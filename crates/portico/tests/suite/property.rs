//! Asked ∩ manifest ∩ consent, always: over random orders of everything that can happen.

use std::collections::{BTreeMap, BTreeSet};

use portico_core::moment::Span;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;

use crate::fixture::{Launched, Tokens, World, manifest};

const APP: &str = "org.example.random";
const SCOPES: [&str; 4] = ["profile.basic", "phone.verified", "email.verified", "union_id"];

/// What can happen, with numbers that choose among what is there.
#[derive(Debug, Clone)]
enum Step {
    Register { required: u8, optional: u8 },
    Launch { asked: Option<u8> },
    Answer { granted: u8, refused: u8 },
    Keep { scopes: u8 },
    WithdrawAll,
    SignOut,
    SignIn,
    Wait { minutes: u8 },
    Suspend,
    Resume,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        2 => (0u8..16, 0u8..16).prop_map(|(required, optional)| Step::Register { required, optional }),
        6 => proptest::option::of(0u8..16).prop_map(|asked| Step::Launch { asked }),
        5 => (0u8..16, 0u8..16).prop_map(|(granted, refused)| Step::Answer { granted, refused }),
        3 => (0u8..16).prop_map(|scopes| Step::Keep { scopes }),
        1 => Just(Step::WithdrawAll),
        1 => Just(Step::SignOut),
        2 => Just(Step::SignIn),
        1 => (1u8..40).prop_map(|minutes| Step::Wait { minutes }),
        1 => Just(Step::Suspend),
        1 => Just(Step::Resume),
    ];
    proptest::collection::vec(step, 1..40)
}

fn names(bits: u8) -> BTreeSet<&'static str> {
    SCOPES.iter().enumerate().filter(|(i, _)| bits >> i & 1 == 1).map(|(_, scope)| *scope).collect()
}

/// What must be so, kept beside the house and far simpler than it.
#[derive(Default)]
struct Model {
    version: u64,
    manifest: BTreeSet<&'static str>,
    granted: BTreeSet<&'static str>,
    suspended: bool,
    signed_in: bool,
    over: BTreeSet<usize>,
    question: Option<(String, BTreeSet<String>)>,
    tokens: BTreeMap<String, Issued>,
    now: i64,
}

struct Issued {
    asked: BTreeSet<&'static str>,
    until: i64,
    session: usize,
}

struct Run {
    world: World,
    model: Model,
    tokens: Tokens,
    session: usize,
}

impl Run {
    async fn new() -> Self {
        let world = World::new().await;
        let tokens = world.sign_in("ana").await;
        let mut run =
            Self { world, model: Model { signed_in: true, ..Model::default() }, tokens, session: 0 };
        run.step(&Step::Register { required: 1, optional: 14 }).await;
        run
    }

    async fn step(&mut self, step: &Step) {
        match step {
            Step::Register { required, optional } => self.register(*required, *optional).await,
            Step::Launch { asked } => self.launch(*asked).await,
            Step::Answer { granted, refused } => self.answer(*granted, *refused).await,
            Step::Keep { scopes } => self.keep(names(*scopes)).await,
            Step::WithdrawAll => self.keep(BTreeSet::new()).await,
            Step::SignOut => {
                self.world.sign_out(&self.tokens).await.ok();
                self.model.signed_in = false;
                self.model.over.insert(self.session);
                self.model.question = None;
            }
            Step::SignIn => {
                self.tokens = self.world.sign_in("ana").await;
                self.session += 1;
                self.model.signed_in = true;
                self.model.question = None;
            }
            Step::Wait { minutes } => self.wait(*minutes).await,
            Step::Suspend | Step::Resume => {
                let verb = if matches!(step, Step::Suspend) { "suspend" } else { "resume" };
                self.world.admin_post(&format!("/admin/v1/apps/{APP}/{verb}"), json!({})).await.ok();
                self.model.suspended = verb == "suspend";
            }
        }
    }

    async fn register(&mut self, required: u8, optional: u8) {
        let (required, mut optional) = (names(required), names(optional));
        optional.retain(|scope| !required.contains(scope));
        self.model.version += 1;
        let list = |set: &BTreeSet<&'static str>| set.iter().copied().collect::<Vec<_>>();
        let mut sheet = manifest(APP, "acme", &list(&required), &list(&optional));
        sheet["version"]["code"] = json!(self.model.version);
        self.world.register_app(sheet).await;
        self.model.manifest = required.union(&optional).copied().collect();
    }

    async fn wait(&mut self, minutes: u8) {
        self.world.pass(Span::minutes(minutes.into()));
        self.model.now += i64::from(minutes) * 60;
        if self.model.signed_in {
            self.tokens = Tokens::of(&self.world.refresh(&self.tokens.refresh).await.ok());
        }
    }

    async fn launch(&mut self, asked: Option<u8>) {
        let asked = asked.map_or_else(|| self.model.manifest.clone(), names);
        let scope = format!("openid {}", asked.iter().copied().collect::<Vec<_>>().join(" "));
        match self.world.launch(&self.tokens, APP, Some(scope.trim())).await {
            Launched::Token { token, .. } => {
                assert!(
                    self.model.signed_in && !self.model.suspended,
                    "launched without a session or an app"
                );
                assert!(asked.is_subset(&self.model.manifest), "launched beyond the manifest");
                let issued = Issued { asked, until: self.model.now + 1800, session: self.session };
                self.model.tokens.insert(token, issued);
            }
            Launched::Ask { request, scope } => {
                self.model.question = Some((request, scope.split(' ').map(str::to_owned).collect()));
            }
            Launched::Refused(_) => {}
        }
    }

    async fn answer(&mut self, granted: u8, refused: u8) {
        let Some((request, asked)) = self.model.question.take() else { return };
        let granted: Vec<_> = names(granted).into_iter().filter(|scope| asked.contains(*scope)).collect();
        let refused: Vec<_> = names(refused)
            .into_iter()
            .filter(|scope| asked.contains(*scope) && !granted.contains(scope))
            .collect();
        if self.world.answer(&self.tokens, &request, &granted, &refused).await.status.is_success() {
            self.model.granted.extend(&granted);
            self.model.granted.retain(|scope| !refused.contains(scope));
        }
    }

    async fn keep(&mut self, keep: BTreeSet<&'static str>) {
        if !self.model.signed_in {
            return;
        }
        let path = format!("/v1/me/apps/{APP}");
        let scope = keep.iter().copied().collect::<Vec<_>>().join(" ");
        let body = json!({ "scope": scope });
        let reply = self.world.json(axum::http::Method::PATCH, &path, Some(&self.tokens.access), &body).await;
        if reply.status.is_success() {
            self.model.granted.retain(|scope| keep.contains(scope));
        } else {
            assert!(self.model.granted.is_empty(), "a withdrawal was refused: {reply:?}");
        }
    }

    /// No token, introspection or userinfo answer exceeds what consent covers at this moment.
    async fn check(&self) {
        for (token, issued) in &self.model.tokens {
            let live = !self.model.over.contains(&issued.session)
                && !self.model.suspended
                && self.model.now < issued.until;
            let covered: BTreeSet<_> = issued
                .asked
                .iter()
                .filter(|s| self.model.granted.contains(*s) && self.model.manifest.contains(*s))
                .collect();
            let active = self.world.introspect(APP, token).await;
            assert_eq!(active["active"], live, "{active}");
            let scope: BTreeSet<_> = active["scope"]
                .as_str()
                .unwrap_or("")
                .split(' ')
                .filter(|s| !matches!(*s, "" | "openid"))
                .collect();
            assert!(scope.iter().all(|scope| covered.contains(scope)), "{scope:?} beyond {covered:?}");
            let claims = self.world.userinfo(token).await;
            assert_eq!(claims.status.is_success(), live);
            for (claim, scope) in [
                ("name", "profile.basic"),
                ("phone_number", "phone.verified"),
                ("email", "email.verified"),
                ("unionid", "union_id"),
            ] {
                let shown = claims.json().get(claim).is_some();
                assert!(!shown || covered.contains(&scope), "{claim} shown without {scope}");
            }
        }
    }
}

#[test]
fn no_answer_ever_exceeds_what_consent_covers_at_that_moment() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let config = Config { cases: 60, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(&steps(), |steps| {
        runtime.block_on(async {
            let mut run = Run::new().await;
            for step in &steps {
                run.step(step).await;
                run.check().await;
            }
        });
        Ok(())
    });
    outcome.unwrap();
}
