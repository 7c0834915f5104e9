//! Laying one source over another, by Backstage's rule.

use std::collections::HashMap;

use super::node::{Entry, Node, Value};

/// Lays `over` on top of `base`: mappings merge key by key, everything else is replaced whole, and `null` replaces too,
/// so that it takes back what an earlier source says. Each value keeps the origin of the source it came from.
pub(super) fn merge(base: Node, over: Node) -> Node {
    match (base.value, over.value) {
        (Value::Mapping(old), Value::Mapping(new)) => {
            let places: HashMap<String, usize> =
                old.iter().enumerate().map(|(place, entry)| (entry.key.clone(), place)).collect();
            let mut entries: Vec<Option<Entry>> = old.into_iter().map(Some).collect();
            for entry in new {
                let place = places.get(&entry.key).copied();
                match place.and_then(|place| Some((place, entries[place].take()?))) {
                    Some((place, old)) => {
                        let value = merge(old.value, entry.value);
                        entries[place] = Some(Entry { value, ..entry });
                    }
                    None => entries.push(Some(entry)),
                }
            }
            Node { origin: over.origin, value: Value::Mapping(entries.into_iter().flatten().collect()) }
        }
        (_, value) => Node { origin: over.origin, value },
    }
}
