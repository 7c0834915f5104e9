//! The pages that show all metrics: to scrapers, and to servers of the program's own.

use std::collections::HashSet;
use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use opentelemetry_sdk::Resource;

use super::collector::Collector;
use super::counters::Counters;
use super::diagnostics::{DiagnosticKind, Diagnostics};
use super::prometheus::{Conflict, Encoder, Format};
use crate::metrics::Snapshot;

/// All metrics of a moment, as a scraper reads them; from [`exposition`](crate::exposition()).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Exposition {
    /// The value of the header `Content-Type`.
    pub content_type: &'static str,
    /// The text, in UTF-8.
    pub body: Bytes,
}

/// Makes pages of snapshots.
pub(super) struct Pages {
    resource: Resource,
    collector: Arc<Collector>,
    state: Mutex<State>,
    counters: Arc<Counters>,
    diagnostics: Diagnostics,
}

/// Conflicts beyond this number are reported again: names that a program makes up must not fill the memory.
const REMEMBERED: usize = 1000;

#[derive(Default)]
struct State {
    encoder: Encoder,
    /// The last rendering: scrapes that share a snapshot share it.
    last: Option<Rendering>,
    /// Conflicts that were reported.
    reported: HashSet<Conflict>,
}

struct Rendering {
    snapshot: Weak<Snapshot>,
    format: Format,
    gzip: bool,
    body: Bytes,
}

impl Pages {
    pub(super) fn new(
        resource: Resource,
        collector: Arc<Collector>,
        counters: Arc<Counters>,
        diagnostics: Diagnostics,
    ) -> Self {
        Self { resource, collector, state: Mutex::default(), counters, diagnostics }
    }

    /// The page of now.
    pub(super) async fn page(&self, format: Format, gzip: bool) -> Bytes {
        let snapshot = self.collector.snapshot().await;
        self.render(&snapshot, format, gzip)
    }

    /// The same for code that is not asynchronous, in the format that this value of the header `Accept` asks for.
    pub(super) fn exposition(&self, accept: &str) -> Exposition {
        let format = Format::negotiate([accept]);
        let snapshot = self.collector.snapshot_blocking();
        Exposition { content_type: format.content_type(), body: self.render(&snapshot, format, false) }
    }

    fn render(&self, snapshot: &Arc<Snapshot>, format: Format, gzip: bool) -> Bytes {
        self.counters.scrapes.add(1);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(last) = &state.last
            && std::ptr::eq(last.snapshot.as_ptr(), Arc::as_ptr(snapshot))
            && last.format == format
            && last.gzip == gzip
        {
            return last.body.clone();
        }
        let encoded = state.encoder.encode(snapshot, &self.resource, format);
        self.report(&mut state.reported, encoded.conflicts);
        let body = Bytes::from(if gzip { compressed(&encoded.text) } else { encoded.text });
        state.last = Some(Rendering { snapshot: Arc::downgrade(snapshot), format, gzip, body: body.clone() });
        body
    }

    fn report(&self, reported: &mut HashSet<Conflict>, conflicts: Vec<Conflict>) {
        self.counters.metrics_conflicting.add(conflicts.len());
        if reported.len() > REMEMBERED {
            reported.clear();
        }
        let mut new = conflicts.into_iter().filter(|conflict| reported.insert(conflict.clone()));
        let Some(first) = new.next() else {
            return;
        };
        let message = new.fold(first.to_string(), |message, conflict| format!("{message}; {conflict}"));
        self.diagnostics.report(DiagnosticKind::Metric, message);
    }
}

fn compressed(text: &[u8]) -> Vec<u8> {
    // Level 1: exposition text shrinks tenfold at any level, and the time is the host's.
    let mut encoder = GzEncoder::new(Vec::with_capacity(text.len() / 8), Compression::fast());
    // Writing into memory does not fail.
    drop(encoder.write_all(text));
    encoder.finish().unwrap_or_default()
}
