//! From a YAML file to a tree of values with places.
//!
//! The parser's events are read directly: so anchors, aliases, duplicate keys and excessive depth are refused with
//! their place before anything is built from them, and a scalar keeps the text that was written.

use std::collections::HashMap;
use std::collections::hash_map::Entry::{Occupied, Vacant};
use std::fs::File;
use std::hash::{BuildHasher as _, RandomState};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};

use super::node::{Entry, Node, Origin, Scalar, Value, entry};

/// The longest file that is read, in bytes; configuration is far smaller, and a wrong path should not fill the memory.
const MAX_BYTES: u64 = 1024 * 1024;
/// The deepest nesting that is read; the configuration's own depth is 8.
const MAX_DEPTH: usize = 64;

/// Why a text is not a tree, and where.
#[derive(Debug)]
pub(super) struct Malformed {
    pub(super) origin: Origin,
    pub(super) text: String,
}

/// Why a file could not be read at all.
pub(super) fn read(path: &Path) -> Result<String, String> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| format!("cannot be opened: {error}"))?;
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|error| format!("cannot be read: {error}"))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err("is longer than 1 MiB".to_owned());
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..valid].split(|byte| *byte == b'\n').count();
        format!("is not UTF-8 text (line {line})")
    })
}

/// The tree of one YAML document; `None` for an empty one.
pub(super) fn parse(name: &Arc<str>, text: &str) -> Result<Option<Node>, Malformed> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    Builder { name, parser: Parser::new_from_str(text) }.document()
}

struct Builder<'a> {
    name: &'a Arc<str>,
    parser: Parser<'a, StrInput<'a>>,
}

/// A collection whose end has not been seen.
struct Open {
    origin: Origin,
    content: Content,
}

enum Content {
    Sequence(Vec<Node>),
    Mapping(Mapping),
}

#[derive(Default)]
struct Mapping {
    entries: Vec<Entry>,
    /// The place of each key among the entries, by its hash: looking through them would take minutes for the keys that 1 MiB
    /// can hold, and a copy of each would be most of the memory.
    places: HashMap<u64, usize>,
    hasher: RandomState,
    /// The key whose value comes next.
    pending: Option<(String, Origin)>,
}

impl Mapping {
    /// The entry of `key`, if there is one; otherwise the next entry is taken to be its own.
    fn first(&mut self, key: &str) -> Option<&Entry> {
        let next = self.entries.len();
        match self.places.entry(self.hasher.hash_one(key)) {
            Vacant(place) => {
                place.insert(next);
                None
            }
            Occupied(place) => {
                let there = &self.entries[*place.get()];
                // Another key of the same hash, which nobody will see in their life, and which is right all the same.
                if there.key == key { Some(there) } else { entry(&self.entries, key) }
            }
        }
    }
}

impl Builder<'_> {
    fn document(mut self) -> Result<Option<Node>, Malformed> {
        let mut open: Vec<Open> = Vec::new();
        let mut root: Option<Node> = None;
        let mut documents = 0;
        while let Some(event) = self.parser.next_event() {
            let (event, span) = event.map_err(|error| self.scan_error(&error))?;
            let node = match event {
                Event::DocumentStart(_) => {
                    documents += 1;
                    if documents > 1 {
                        return Err(self.refuse(span, "a second YAML document; keep one per file"));
                    }
                    continue;
                }
                Event::Alias(_) => {
                    return Err(self.refuse(span, "YAML aliases (`*name`) are not read; repeat the value"));
                }
                Event::SequenceStart(anchor, tag) => {
                    self.plain_collection(span, anchor, tag.as_deref(), open.len())?;
                    open.push(Open { origin: self.origin(span), content: Content::Sequence(Vec::new()) });
                    continue;
                }
                Event::MappingStart(anchor, tag) => {
                    self.plain_collection(span, anchor, tag.as_deref(), open.len())?;
                    open.push(Open {
                        origin: self.origin(span),
                        content: Content::Mapping(Mapping::default()),
                    });
                    continue;
                }
                Event::Scalar(text, style, anchor, tag) => {
                    self.plain_node(span, anchor, tag.as_deref())?;
                    let quoted_by_tag = tag.is_some_and(|tag| tag.suffix == "str");
                    Node {
                        origin: self.origin(span),
                        value: Value::Scalar(Scalar {
                            text: text.into_owned(),
                            plain: style == ScalarStyle::Plain && !quoted_by_tag,
                            written: None,
                        }),
                    }
                }
                Event::SequenceEnd | Event::MappingEnd => {
                    let Some(ended) = open.pop() else { continue };
                    Node {
                        origin: ended.origin,
                        value: match ended.content {
                            Content::Sequence(nodes) => Value::Sequence(nodes),
                            Content::Mapping(mapping) => Value::Mapping(mapping.entries),
                        },
                    }
                }
                Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => continue,
            };
            match open.last_mut() {
                None => root = Some(node),
                Some(parent) => attach(parent, node)?,
            }
        }
        Ok(root)
    }

    fn plain_collection(
        &self,
        span: Span,
        anchor: usize,
        tag: Option<&Tag>,
        depth: usize,
    ) -> Result<(), Malformed> {
        if depth >= MAX_DEPTH {
            return Err(self.refuse(span, &format!("nested deeper than {MAX_DEPTH} levels")));
        }
        self.plain_node(span, anchor, tag)
    }

    fn plain_node(&self, span: Span, anchor: usize, tag: Option<&Tag>) -> Result<(), Malformed> {
        if anchor != 0 {
            return Err(self.refuse(span, "YAML anchors (`&name`) are not read; repeat the value"));
        }
        match tag {
            Some(tag) if !tag.is_yaml_core_schema() => {
                Err(self.refuse(span, &format!("YAML tags (`{}{}`) are not read", tag.handle, tag.suffix)))
            }
            _ => Ok(()),
        }
    }

    fn origin(&self, span: Span) -> Origin {
        place(self.name, span.start.line(), span.start.col() + 1)
    }

    fn refuse(&self, span: Span, text: &str) -> Malformed {
        Malformed { origin: self.origin(span), text: text.to_owned() }
    }

    fn scan_error(&self, error: &ScanError) -> Malformed {
        Malformed {
            origin: place(self.name, error.marker().line(), error.marker().col() + 1),
            text: format!("not valid YAML: {}", error.info()),
        }
    }
}

fn place(name: &Arc<str>, line: usize, column: usize) -> Origin {
    Origin::File { name: Arc::clone(name), line, column }
}

/// Puts a finished node into the collection around it.
fn attach(parent: &mut Open, node: Node) -> Result<(), Malformed> {
    let mapping = match &mut parent.content {
        Content::Sequence(nodes) => {
            nodes.push(node);
            return Ok(());
        }
        Content::Mapping(mapping) => mapping,
    };
    if let Some((key, origin)) = mapping.pending.take() {
        mapping.entries.push(Entry { key, origin, value: node });
        return Ok(());
    }
    let Value::Scalar(Scalar { text: key, .. }) = node.value else {
        return Err(Malformed { origin: node.origin, text: "a key must be plain text".to_owned() });
    };
    if let Some(first) = mapping.first(&key) {
        return Err(Malformed {
            text: format!("duplicate key `{key}`, first at {}", first.origin),
            origin: node.origin,
        });
    }
    mapping.pending = Some((key, node.origin));
    Ok(())
}
