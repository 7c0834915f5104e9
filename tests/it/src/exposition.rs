//! Reads Prometheus text as a scraper would, so that tests ask for values and not for lines.

use std::collections::BTreeMap;

/// A scrape, taken apart.
#[derive(Debug, Default)]
pub struct Exposition {
    /// Metric family to its type.
    pub types: BTreeMap<String, String>,
    /// Metric family to its help text.
    pub help: BTreeMap<String, String>,
    /// Every sample in order.
    pub samples: Vec<Sample>,
}

/// One line with a value.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The series name.
    pub name: String,
    /// The labels.
    pub labels: BTreeMap<String, String>,
    /// The value.
    pub value: f64,
}

impl Exposition {
    /// Reads text format 0.0.4.
    ///
    /// # Panics
    ///
    /// If a line is not of that format.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut exposition = Self::default();
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("# TYPE ") {
                let (name, kind) = rest.split_once(' ').expect("TYPE has a name and a type");
                let before = exposition.types.insert(name.to_owned(), kind.to_owned());
                assert!(before.is_none(), "two TYPE lines for {name}");
            } else if let Some(rest) = line.strip_prefix("# HELP ") {
                let (name, help) = rest.split_once(' ').unwrap_or((rest, ""));
                exposition.help.insert(name.to_owned(), help.to_owned());
            } else if !line.starts_with('#') && !line.is_empty() {
                exposition.samples.push(sample(line));
            }
        }
        exposition
    }

    /// The sum over all samples of the series `name` that carry all of `labels`; `None` where there is no such sample.
    #[must_use]
    pub fn sum(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let mut found = self
            .samples
            .iter()
            .filter(|sample| sample.name == name)
            .filter(|sample| {
                labels.iter().all(|(key, value)| sample.labels.get(*key).map(String::as_str) == Some(*value))
            })
            .peekable();
        found.peek()?;
        Some(found.map(|sample| sample.value).sum())
    }
}

fn sample(line: &str) -> Sample {
    let end = line.find(['{', ' ']).expect("a sample has a value");
    let name = line[..end].to_owned();
    let mut labels = BTreeMap::new();
    let mut rest = &line[end..];
    if let Some(inner) = rest.strip_prefix('{') {
        rest = read_labels(inner, &mut labels);
    }
    let value = rest.trim().split(' ').next().and_then(|value| value.parse().ok());
    Sample { name, labels, value: value.unwrap_or_else(|| panic!("no value in `{line}`")) }
}

/// Reads `key="value",...}` and gives back what follows the brace.
fn read_labels<'a>(mut rest: &'a str, labels: &mut BTreeMap<String, String>) -> &'a str {
    loop {
        rest = rest.trim_start_matches(',');
        if let Some(after) = rest.strip_prefix('}') {
            return after;
        }
        let (key, after) = rest.split_once("=\"").expect("a label has a quoted value");
        let mut value = String::new();
        let mut characters = after.char_indices();
        let end = loop {
            match characters.next().expect("the value is closed") {
                (index, '"') => break index,
                (_, '\\') => match characters.next().expect("an escape is complete").1 {
                    'n' => value.push('\n'),
                    other => value.push(other),
                },
                (_, other) => value.push(other),
            }
        };
        let before = labels.insert(key.to_owned(), value);
        assert!(before.is_none(), "label {key} appears twice");
        rest = &after[end + 1..];
    }
}

#[cfg(test)]
mod tests {
    use super::Exposition;

    #[test]
    fn reads_labels_with_escapes() {
        let text = "# TYPE a counter\na{x=\"1\\\"\\n\",y=\"z\"} 3\na{x=\"2\"} 4\n";
        let exposition = Exposition::parse(text);
        assert_eq!(exposition.sum("a", &[("x", "1\"\n"), ("y", "z")]), Some(3.0));
        assert_eq!(exposition.sum("a", &[]), Some(7.0));
        assert_eq!(exposition.sum("b", &[]), None);
    }
}
