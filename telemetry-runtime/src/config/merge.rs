//! Laying one source over another, by Backstage's rule.

use super::node::{Node, Value};

/// Lays `over` on top of `base`: mappings merge key by key, everything else is replaced whole, and `null` replaces too,
/// so that it takes back what an earlier source says. Each value keeps the origin of the source it came from.
pub(super) fn merge(base: Node, over: Node) -> Node {
    match (base.value, over.value) {
        (Value::Mapping(mut entries), Value::Mapping(new)) => {
            for entry in new {
                match entries.iter().position(|old| old.key == entry.key) {
                    Some(index) => {
                        let old = entries.remove(index);
                        let value = merge(old.value, entry.value);
                        entries.insert(index, super::node::Entry { value, ..entry });
                    }
                    None => entries.push(entry),
                }
            }
            Node { origin: over.origin, value: Value::Mapping(entries) }
        }
        (_, value) => Node { origin: over.origin, value },
    }
}
