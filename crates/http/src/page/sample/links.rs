//! The page of links.

use portico_core::noun::link::LinkProof;

use super::super::settings::Done;
use super::super::settings::links::{Links, Past, Tie};
use super::{hostile, sheet, stamp, via};

pub(in crate::page) fn links() -> Links {
    let tie = |id: &str, name: &str, fixed| Tie {
        id: id.into(),
        name: name.into(),
        proof: Some(LinkProof::Silent),
        linked: stamp("4 March 2026"),
        fixed,
    };
    let past = |proof| Past {
        name: "Acme Shop".into(),
        proof: Some(proof),
        linked: stamp("4 March 2026"),
        unlinked: stamp("Today, 14:05"),
    };
    Links {
        sheet: sheet(Some(Done::Linked)),
        links: vec![tie("lnk_1", "Acme", true), tie("lnk_2", "https://other.example", false)],
        past: LinkProof::ALL.into_iter().map(past).collect(),
        vias: vec![via("acme", "Acme")],
    }
}

pub(in crate::page) fn hostile_links() -> Links {
    let mut links = links();
    links.links.iter_mut().for_each(|tie| tie.name = hostile().name);
    links.past.iter_mut().for_each(|past| past.name = hostile().name);
    links.vias.iter_mut().for_each(|via| via.name = hostile().name);
    links
}
