//! What services have to say once, whether or not telemetry runs by then.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::export::{DiagnosticKind, Diagnostics};

/// How many reports wait for the start, and how many different ones are told at all.
const KEPT: usize = 256;

#[derive(Default)]
struct Reports {
    told: HashSet<String>,
    waiting: Vec<String>,
    diagnostics: Option<Diagnostics>,
}

impl Reports {
    /// Whom to tell this now; nobody, if it was told before or waits for the start.
    fn admit(&mut self, message: &str) -> Option<Diagnostics> {
        if self.told.len() >= KEPT || !self.told.insert(message.to_owned()) {
            return None;
        }
        if self.diagnostics.is_none() {
            self.waiting.push(message.to_owned());
        }
        self.diagnostics.clone()
    }

    /// What has waited for these diagnostics.
    fn start(&mut self, diagnostics: Option<Diagnostics>) -> Vec<String> {
        let waited = if diagnostics.is_some() { std::mem::take(&mut self.waiting) } else { Vec::new() };
        self.diagnostics = diagnostics;
        waited
    }
}

static REPORTS: Mutex<Option<Reports>> = Mutex::new(None);

/// Passes reports on from now on, first of all those that were made before; or with `None` keeps them for the next start.
pub(crate) fn to(diagnostics: Option<Diagnostics>) {
    let waited = lock().get_or_insert_default().start(diagnostics.clone());
    if let Some(diagnostics) = diagnostics {
        for message in waited {
            diagnostics.report(DiagnosticKind::Metric, message);
        }
    }
}

/// Reports this, unless it was reported before.
pub(super) fn once(message: &str) {
    let diagnostics = lock().get_or_insert_default().admit(message);
    // Outside the lock: the hook is the user's, and may make an instrument.
    if let Some(diagnostics) = diagnostics {
        diagnostics.report(DiagnosticKind::Metric, message);
    }
}

// The state is whole between any two statements that could panic.
fn lock() -> MutexGuard<'static, Option<Reports>> {
    REPORTS.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_from_before_the_start_waits_for_it_and_is_told_once() {
        let mut reports = Reports::default();
        assert!(reports.admit("early").is_none());
        assert!(reports.admit("early").is_none());
        assert_eq!(reports.start(Some(Diagnostics::to_stderr())), ["early"]);
        assert!(reports.admit("early").is_none(), "told by now");
        assert!(reports.admit("late").is_some());
        assert!(reports.start(None).is_empty());
        assert!(reports.admit("after the end").is_none());
        assert_eq!(reports.start(Some(Diagnostics::to_stderr())), ["after the end"]);
    }

    #[test]
    fn endless_different_reports_are_bounded() {
        let mut reports = Reports::default();
        for n in 0..10 * KEPT {
            let _ = reports.admit(&n.to_string());
        }
        assert_eq!(reports.start(Some(Diagnostics::to_stderr())).len(), KEPT);
    }
}
