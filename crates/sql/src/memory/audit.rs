//! The audit trail.

use portico_core::noun::audit::{AuditEntry, AuditLine, AuditSeq};
use portico_store::Page;

use super::State;

impl State {
    pub(super) fn append_audit(&mut self, entry: AuditEntry) {
        let last = self.audit.rows().next_back().map_or(0, |(seq, _)| seq.0);
        self.audit.put(AuditSeq(last + 1), entry);
    }

    pub(super) fn audit_page(&self, target: Option<&str>, page: Page<AuditSeq>) -> Vec<AuditLine> {
        let before = self.audit.rows().rev().filter(|(seq, _)| page.after.is_none_or(|after| **seq < after));
        let about = before.filter(|(_, entry)| target.is_none_or(|target| entry.target.id == target));
        about.take(page.limit).map(|(seq, entry)| AuditLine { seq: *seq, entry: entry.clone() }).collect()
    }
}
