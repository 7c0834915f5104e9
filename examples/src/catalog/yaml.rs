//! The documents of a YAML file, each with the places of its values.

use std::collections::BTreeMap;
use std::fmt;

use saphyr::{LoadableYamlNode, MarkedYaml, Marker, Scalar, ScanError, YamlData};
use saphyr_parser::{Event, Parser};
use serde_json::{Map, Number, Value};

/// A place in a file. Lines and columns start at 1, as editors show them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

impl Position {
    /// The start of a file.
    pub const START: Self = Self { line: 1, column: 1 };
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// One document, as JSON.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    pub value: Value,
    pub start: Position,
    places: BTreeMap<String, Position>,
}

impl Document {
    /// Where the value at a path such as `metadata.name` starts; for a missing one, where its nearest enclosing
    /// value starts.
    pub fn position_of(&self, path: &str) -> Position {
        let mut path = path;
        loop {
            if let Some(position) = self.places.get(path) {
                return *position;
            }
            match path.rsplit_once('.') {
                Some((parent, _)) => path = parent,
                None => return self.start,
            }
        }
    }
}

/// A document that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    pub position: Position,
    pub message: String,
}

/// Reads every document of a file's text. A broken document does not hide its neighbours. Empty documents are left
/// out, as Backstage does.
pub fn documents(text: &str) -> Vec<Result<Document, Unreadable>> {
    split(text.strip_prefix('\u{feff}').unwrap_or(text))
        .into_iter()
        .filter_map(|chunk| chunk.parse().transpose())
        .collect()
}

/// The text of one document and how many lines precede it in the file.
struct Chunk<'a> {
    lines_before: usize,
    text: &'a str,
}

/// Cuts a text at its document markers. `---` and `...` at the start of a line are markers wherever they stand (YAML
/// 1.2.2, section 9.1.2), so that no parser is needed to find them.
fn split(text: &str) -> Vec<Chunk<'_>> {
    let mut chunks = Vec::new();
    let (mut start, mut lines_before, mut begun) = (0, 0, false);
    let mut offset = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let end = offset + line.len();
        if is_marker(line, "...") {
            chunks.push(Chunk { lines_before, text: &text[start..end] });
            (start, lines_before, begun) = (end, number + 1, false);
        } else if is_marker(line, "---") {
            if begun {
                chunks.push(Chunk { lines_before, text: &text[start..offset] });
                (start, lines_before) = (offset, number);
            }
            begun = true;
        } else {
            // Comments and directives before a marker belong to the document that follows it.
            begun |= !line.trim().is_empty() && !line.starts_with(['#', '%']);
        }
        offset = end;
    }
    chunks.push(Chunk { lines_before, text: &text[start..] });
    chunks
}

fn is_marker(line: &str, marker: &str) -> bool {
    line.strip_prefix(marker).is_some_and(|rest| rest.chars().next().is_none_or(char::is_whitespace))
}

impl Chunk<'_> {
    fn parse(&self) -> Result<Option<Document>, Unreadable> {
        self.refuse_deep_nesting()?;
        let nodes = MarkedYaml::load_from_str(self.text).map_err(|error| self.unreadable(&error))?;
        let Some(node) = nodes.into_iter().next() else {
            return Ok(None);
        };
        let mut places = BTreeMap::new();
        let value = self.json(&node, &mut Vec::new(), &mut places)?;
        Ok((!value.is_null()).then(|| Document { value, start: self.position(node.span.start), places }))
    }

    /// The loader recurses into what is nested and would exhaust the stack; the events below it do not.
    fn refuse_deep_nesting(&self) -> Result<(), Unreadable> {
        // The open values, each with its anchor and its height so far; and the height of what each anchor names.
        let mut open: Vec<(usize, usize)> = Vec::new();
        let mut heights = BTreeMap::new();
        for event in Parser::new_from_str(self.text) {
            let (event, span) = event.map_err(|error| self.unreadable(&error))?;
            let height = match event {
                Event::MappingStart(anchor, _) | Event::SequenceStart(anchor, _) => {
                    open.push((anchor, 1));
                    0
                }
                Event::MappingEnd | Event::SequenceEnd => {
                    let (anchor, height) = open.pop().unwrap_or_default();
                    heights.insert(anchor, height);
                    height
                }
                Event::Alias(anchor) => heights.get(&anchor).copied().unwrap_or_default(),
                _ => 0,
            };
            if open.len() + height > MAX_DEPTH {
                return Err(Unreadable {
                    position: self.position(span.start),
                    message: format!("values are nested deeper than {MAX_DEPTH} levels"),
                });
            }
            if let Some((_, parent)) = open.last_mut() {
                *parent = (*parent).max(height + 1);
            }
        }
        Ok(())
    }

    fn unreadable(&self, error: &ScanError) -> Unreadable {
        Unreadable { position: self.position(*error.marker()), message: error.info().to_owned() }
    }

    fn position(&self, marker: Marker) -> Position {
        Position { line: self.lines_before + marker.line(), column: marker.col() + 1 }
    }

    fn json(
        &self,
        node: &MarkedYaml<'_>,
        path: &mut Vec<String>,
        places: &mut BTreeMap<String, Position>,
    ) -> Result<Value, Unreadable> {
        let position = self.position(node.span.start);
        // What is wrong with an entity is never deeper than this; a definition inside one may be huge.
        if (1..=PLACE_DEPTH).contains(&path.len()) {
            places.entry(path.join(".")).or_insert(position);
        }
        Ok(match &node.data {
            YamlData::Value(scalar) => scalar_json(scalar),
            YamlData::Representation(text, ..) => Value::String(text.to_string()),
            YamlData::Sequence(items) => {
                let mut values = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    path.push(index.to_string());
                    values.push(self.json(item, path, places)?);
                    path.pop();
                }
                Value::Array(values)
            }
            YamlData::Mapping(entries) => {
                let mut object = Map::new();
                let mut inherited = Vec::new();
                for (key, value) in entries {
                    let key = self.key(key)?;
                    path.push(key.clone());
                    let value = self.json(value, path, places)?;
                    path.pop();
                    if key == "<<" {
                        inherited.push(value);
                    } else {
                        object.insert(key, value);
                    }
                }
                for base in inherited {
                    merge(&mut object, base);
                }
                Value::Object(object)
            }
            YamlData::Tagged(_, inner) => self.json(inner, path, places)?,
            YamlData::Alias(_) | YamlData::BadValue => Value::Null,
        })
    }

    fn key(&self, key: &MarkedYaml<'_>) -> Result<String, Unreadable> {
        match &key.data {
            YamlData::Value(scalar) => Ok(match scalar_json(scalar) {
                Value::String(text) => text,
                other => other.to_string(),
            }),
            _ => Err(Unreadable {
                position: self.position(key.span.start),
                message: "a key must be a plain value".to_owned(),
            }),
        }
    }
}

/// How deep positions are kept: `spec.steps.0.input` is four levels deep.
const PLACE_DEPTH: usize = 4;

/// The deepest nesting that is accepted, so that no file can exhaust the stack.
const MAX_DEPTH: usize = 200;

fn scalar_json(scalar: &Scalar<'_>) -> Value {
    match scalar {
        Scalar::Null => Value::Null,
        Scalar::Boolean(value) => Value::Bool(*value),
        Scalar::Integer(value) => Value::from(*value),
        // JSON has no infinities; their spelling is kept as text.
        Scalar::FloatingPoint(value) => {
            Number::from_f64(value.0).map_or_else(|| Value::String(value.to_string()), Value::Number)
        }
        Scalar::String(text) => Value::String(text.to_string()),
    }
}

/// The merge key `<<`: keys of the mapping itself win over inherited ones, earlier bases over later ones.
fn merge(object: &mut Map<String, Value>, base: Value) {
    match base {
        Value::Object(base) => {
            for (key, value) in base {
                object.entry(key).or_insert(value);
            }
        }
        Value::Array(bases) => bases.into_iter().for_each(|base| merge(object, base)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Document> {
        documents(text).into_iter().map(Result::unwrap).collect()
    }

    #[test]
    fn documents_start_at_their_first_key() {
        let found = read("# comment\n---\nkind: API\n---\n\n  kind: User\n");
        let starts: Vec<String> = found.iter().map(|document| document.start.to_string()).collect();
        assert_eq!(starts, ["3:1", "6:3"]);
    }

    #[test]
    fn values_know_their_places() {
        let found = read("a: 1\n---\nmetadata:\n  name: web\n  tags: [x, y]\n");
        assert_eq!(found[1].position_of("metadata.name").to_string(), "4:9");
        assert_eq!(found[1].position_of("metadata.tags.1").to_string(), "5:13");
    }

    #[test]
    fn missing_values_are_placed_at_what_should_hold_them() {
        let found = read("kind: API\nmetadata:\n  title: Web\n");
        assert_eq!(found[0].position_of("metadata.name").to_string(), "3:3");
        assert_eq!(found[0].position_of("spec.owner"), found[0].start);
    }

    #[test]
    fn broken_document_does_not_hide_its_neighbours() {
        let found = documents("a: 1\n---\nb: [1, 2\n---\nc: 3\n");
        assert_eq!(found.len(), 3);
        assert_eq!(found[0].as_ref().unwrap().value["a"], 1);
        assert!(found[1].as_ref().is_err_and(|error| error.position.line >= 3), "{found:?}");
        assert_eq!(found[2].as_ref().unwrap().value["c"], 3);
    }

    #[test]
    fn empty_documents_are_left_out() {
        assert!(documents("").is_empty());
        assert_eq!(documents("---\n---\n# nothing\n---\na: 1\n...\n").len(), 1);
    }

    #[test]
    fn duplicate_keys_are_refused_where_they_stand() {
        let found = documents("a: 1\nb: 2\na: 3\n");
        let error = found[0].as_ref().unwrap_err();
        assert_eq!((error.position.line, error.position.column), (3, 1));
    }

    #[test]
    fn merge_keys_and_template_placeholders_are_read() {
        let found = read("base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n  y: ${{ parameters.y }}\n");
        assert_eq!(found[0].value["use"]["x"], 1);
        assert_eq!(found[0].value["use"]["y"], "${{ parameters.y }}");
    }

    #[test]
    fn deep_nesting_is_refused_and_does_not_exhaust_the_stack() {
        let stairs: Vec<String> = (0..2000).map(|depth| format!("{}a:", " ".repeat(depth))).collect();
        let link = |link: usize| {
            format!("a{}: &a{} {}*a{link}{}", link + 1, link + 1, "[".repeat(99), "]".repeat(99))
        };
        let chain: Vec<String> = (0..50).map(link).collect();
        for text in [
            "- ".repeat(100_000),
            "[".repeat(100_000),
            "? ".repeat(100_000),
            "? - ".repeat(50_000),
            stairs.join("\n"),
            format!("a0: &a0 []\n{}", chain.join("\n")),
        ] {
            let found = documents(&text);
            assert!(found[0].is_err(), "{}", &text[..10]);
        }
    }

    #[test]
    fn markers_inside_words_do_not_split() {
        assert_eq!(documents("a: |\n  ---\n  text\nb: ---x\n").len(), 1);
    }
}
