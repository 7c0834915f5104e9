//! A search index as a library would be that knows nothing of the toolkit: it records with `tracing` and with OpenTelemetry's
//! own API.

use opentelemetry::trace::{TraceContextExt as _, Tracer as _};
use opentelemetry::{KeyValue, global};

/// Something to be found.
pub struct Document {
    pub title: String,
    pub text: String,
}

/// Something that was found.
pub struct Hit {
    pub title: String,
    /// How often the term is in it.
    pub score: usize,
}

/// Looks for a term in the documents that `load` gives, whatever the case of its letters.
#[tracing::instrument(skip_all)]
pub fn find(load: impl FnOnce() -> Vec<Document>, term: &str) -> Vec<Hit> {
    let documents = load();
    let hits = rank(documents, &term.to_lowercase());
    tracing::info!(hits = hits.len(), "searched");
    hits
}

fn rank(documents: Vec<Document>, term: &str) -> Vec<Hit> {
    global::tracer("bookshop-index").in_span("rank", |context| {
        let score = |document: &Document| document.text.to_lowercase().matches(term).count();
        let scored =
            documents.into_iter().map(|document| Hit { score: score(&document), title: document.title });
        let mut hits: Vec<Hit> = scored.filter(|hit| hit.score > 0).collect();
        hits.sort_by(|a, b| b.score.cmp(&a.score).then_with(|| a.title.cmp(&b.title)));
        context
            .span()
            .set_attribute(KeyValue::new("index.hits", i64::try_from(hits.len()).unwrap_or(i64::MAX)));
        hits
    })
}
