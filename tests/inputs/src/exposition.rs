//! The page of metrics: whatever a program records, a strict reader takes it, and finds no series that nobody recorded.

use std::collections::{BTreeMap, BTreeSet};

use telemetry_runtime::__fuzzing::exposition as render;

use crate::dice::Dice;
use crate::snapshot;

/// Renders the snapshot that `data` describes, in both formats.
///
/// # Panics
///
/// If a page is not right.
pub fn check(data: &[u8]) {
    let (resource, snapshot) = snapshot::of(&mut Dice::new(data));
    for open_metrics in [false, true] {
        let page = render(&snapshot, &resource, open_metrics);
        if let Err(wrong) = read(&page, open_metrics) {
            panic!("{wrong}, in OpenMetrics: {open_metrics}, in\n{page}");
        }
    }
}

/// A page as it was read: how many samples each family has.
type Families = BTreeMap<String, usize>;

/// Reads a page by the grammar of its format, of which it takes nothing that the encoder does not need.
///
/// # Errors
///
/// What is wrong.
pub fn read(page: &str, open_metrics: bool) -> Result<Families, String> {
    let body = match (open_metrics, page.strip_suffix("# EOF\n")) {
        (true, None) => return Err("the end is missing".to_owned()),
        (true, Some(body)) => body,
        (false, _) => page,
    };
    if !body.is_empty() && !body.ends_with('\n') {
        return Err("the last line does not end".to_owned());
    }
    let mut families = Families::new();
    let mut helped = BTreeSet::new();
    let mut series = BTreeSet::new();
    let mut current: Option<(String, String)> = None;
    // Not `lines`, which takes `\r\n` for one end.
    for line in body.split_terminator('\n') {
        let wrong = |what: &str| format!("{what} in {line:?}");
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, text) = rest.split_once(' ').unwrap_or((rest, ""));
            if !is_name(name) || !is_escaped(text, open_metrics) || !helped.insert(name.to_owned()) {
                return Err(wrong("a wrong help"));
            }
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').ok_or_else(|| wrong("no type"))?;
            let known = ["counter", "gauge", "histogram", "info"].contains(&kind);
            if !known || !is_name(name) || families.insert(name.to_owned(), 0).is_some() {
                return Err(wrong("a wrong type"));
            }
            current = Some((name.to_owned(), kind.to_owned()));
        } else if let Some(rest) = line.strip_prefix("# UNIT ") {
            let (name, unit) = rest.split_once(' ').ok_or_else(|| wrong("no unit"))?;
            if !open_metrics || !name.ends_with(&format!("_{unit}")) {
                return Err(wrong("a wrong unit"));
            }
        } else {
            let (name, labels) = sample(line).ok_or_else(|| wrong("a wrong sample"))?;
            let (family, kind) = current.as_ref().ok_or_else(|| wrong("a sample without a family"))?;
            if !belongs(name, family, kind, open_metrics) {
                return Err(wrong("a sample of no or another family"));
            }
            if name == "forged" || !series.insert((name.to_owned(), labels)) {
                return Err(wrong("a series that is forged, or there twice"));
            }
            *families.entry(family.clone()).or_default() += 1;
        }
    }
    Ok(families)
}

fn belongs(name: &str, family: &str, kind: &str, open_metrics: bool) -> bool {
    let suffixes: &[&str] = match kind {
        "counter" if open_metrics => &["_total"],
        "histogram" => &["_bucket", "_sum", "_count"],
        "info" => &["_info"],
        _ => &[""],
    };
    name.strip_prefix(family).is_some_and(|suffix| suffixes.contains(&suffix))
}

fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || "_:".contains(first))
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_:".contains(&byte))
}

/// Whether every backslash, and in OpenMetrics every quote, is part of an escape.
fn is_escaped(text: &str, quotes: bool) -> bool {
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' if !matches!(characters.next(), Some('\\' | 'n' | '"')) => return false,
            '"' if quotes => return false,
            _ => {}
        }
    }
    true
}

type Labels = BTreeMap<String, String>;

/// The name and labels of a line with a value.
fn sample(line: &str) -> Option<(&str, Labels)> {
    let end = line.find(['{', ' '])?;
    let (name, mut rest) = line.split_at(end);
    let mut labels = Labels::new();
    if let Some(inner) = rest.strip_prefix('{') {
        rest = read_labels(inner, &mut labels)?;
    }
    let value = rest.strip_prefix(' ')?;
    let digits = value.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    let number = matches!(value, "NaN" | "+Inf" | "-Inf") || (digits && value.parse::<f64>().is_ok());
    (is_name(name) && number).then_some((name, labels))
}

/// Reads `key="value",...}` and gives back what follows the brace.
fn read_labels<'a>(mut rest: &'a str, labels: &mut Labels) -> Option<&'a str> {
    loop {
        let (key, after) = rest.split_once("=\"")?;
        let end = quoted(after)?;
        let value = &after[..end];
        // Without empty ones, which Prometheus takes for none: two series could differ in them alone.
        let right = is_name(key) && !key.contains(':') && is_escaped(value, true) && !value.is_empty();
        if !right || labels.insert(key.to_owned(), value.to_owned()).is_some() {
            return None;
        }
        rest = &after[end + 1..];
        match rest.strip_prefix(',') {
            Some(next) => rest = next,
            None => return rest.strip_prefix('}'),
        }
    }
}

/// Where the quote ends that a value began with.
fn quoted(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(index, character)| {
        let ends = character == '"' && !escaped;
        escaped = character == '\\' && !escaped;
        ends.then_some(index)
    })
}

#[cfg(test)]
mod tests {
    use super::read;

    const RIGHT: &str =
        "# HELP a_total Things.\n# TYPE a_total counter\na_total{x=\"1\\\"\\n\"} 3\na_total{x=\"2\"} NaN\n";

    #[test]
    fn what_is_right_is_read() {
        assert_eq!(read(RIGHT, false).map(|families| families["a_total"]), Ok(2));
    }

    #[test]
    fn what_is_wrong_is_not() {
        for (from, to) in [
            ("a_total{x=\"2\"}", "a_total{x=\"1\\\"\\n\"}"),
            ("a_total{x=\"2\"}", "forged"),
            ("a_total{x=\"2\"}", "b_total"),
            ("x=\"2\"", "x=\"2\",x=\"3\""),
            ("x=\"2\"", "1x=\"2\""),
            ("x=\"2\"", "x=\"\""),
            ("x=\"2\"", "x=\"\\2\""),
            ("NaN", "nan"),
            ("NaN", "inf"),
            ("# TYPE a_total counter\n", ""),
            ("# TYPE a_total counter\n", "# TYPE a_total counter\n# TYPE a_total counter\n"),
        ] {
            assert!(read(&RIGHT.replace(from, to), false).is_err(), "{to:?}");
        }
        assert!(read(RIGHT, true).is_err(), "the end of OpenMetrics is missing");
    }
}
