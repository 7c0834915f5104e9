//! The search plugin: finds entities by their text, with an index of somebody else's.

mod index;

use serde::Serialize;
use telemetry_runtime::backstage_plugin;

use crate::catalog::Catalog;

pub use plugin::search;

/// An entity that was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Found {
    pub entity: String,
    pub score: usize,
}

#[backstage_plugin(id = "search")]
mod plugin {
    use telemetry_runtime::{metric, traced};

    use super::{Catalog, Found, index};

    /// Finds the entities in whose text a term is, the best first.
    #[traced(attributes(search.term.length = term.len()))]
    #[metric(counter("queries.handled", unit = "{query}"), histogram = "queries.duration")]
    pub fn search(catalog: &Catalog, term: &str) -> Vec<Found> {
        let hits = index::find(|| documents(catalog), term);
        hits.into_iter().map(|hit| Found { entity: hit.title, score: hit.score }).collect()
    }

    /// What is searched: the entities, each as a text.
    #[traced]
    fn documents(catalog: &Catalog) -> Vec<index::Document> {
        let entities = catalog.entities(None);
        let title = |entity: &serde_json::Value| {
            let name = entity["metadata"]["name"].as_str().unwrap_or_default();
            format!("{}:{name}", entity["kind"].as_str().unwrap_or_default().to_lowercase())
        };
        entities
            .iter()
            .map(|entity| index::Document { title: title(entity), text: entity.to_string() })
            .collect()
    }
}
