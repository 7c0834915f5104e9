//! Label sets that no attribute can break.
//!
//! Keys that meet in one label name are merged there, as the OpenTelemetry specification asks ("Prometheus and
//! `OpenMetrics` Compatibility", metric attributes): their values are joined with `;` in the order of the original keys.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use super::names;
use crate::metrics::AttributeData;

/// The labels of a set of attribute keys: computed once, used for every point that has the same keys.
///
/// The points of a typed instrument all have the same static keys, so that rendering a point costs neither an
/// allocation nor a look-up per label.
#[derive(Debug, Default)]
pub(super) struct LabelLayout {
    keys: Vec<Cow<'static, str>>,
    labels: Vec<Label>,
}

#[derive(Debug)]
struct Label {
    /// `name="`, ready to be copied.
    opening: String,
    /// Which attributes give the value, in the order of their keys.
    positions: Vec<usize>,
}

impl LabelLayout {
    /// Lays out the labels for `attributes`, unless they have the keys that this layout was made for.
    ///
    /// `taken` are label names that the exposition itself puts on the same series.
    pub(super) fn fit(
        &mut self,
        attributes: &[(Cow<'static, str>, AttributeData)],
        taken: &dyn Fn(&str) -> bool,
    ) {
        let fits = self.keys.len() == attributes.len()
            && self.keys.iter().zip(attributes).all(|(key, (other, _))| same(key, other));
        if !fits {
            *self = Self::new(attributes.iter().map(|(key, _)| key.clone()).collect(), taken);
        }
    }

    fn new(keys: Vec<Cow<'static, str>>, taken: &dyn Fn(&str) -> bool) -> Self {
        let mut order: Vec<usize> = (0..keys.len()).collect();
        order.sort_by(|a, b| keys[*a].cmp(&keys[*b]));
        let mut names: Vec<(String, Vec<usize>)> = Vec::with_capacity(keys.len());
        for position in order {
            let name = names::label(&keys[position], taken);
            match names.iter_mut().find(|(known, _)| *known == name) {
                Some((_, positions)) => positions.push(position),
                None => names.push((name, vec![position])),
            }
        }
        // By the name, so that points that differ in no label have one text, whatever their keys are.
        names.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        let labels = names
            .into_iter()
            .map(|(name, positions)| Label { opening: format!("{name}=\""), positions })
            .collect();
        Self { keys, labels }
    }

    /// The names of the labels.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.labels.iter().map(|label| label.opening.trim_end_matches("=\""))
    }

    /// Writes `a="1",b="2"` for attributes that this layout fits, and a comma first where `after_others`. Whether anything
    /// stands there then: to Prometheus an empty label is none, so that none is written.
    pub(super) fn write(
        &self,
        out: &mut String,
        attributes: &[(Cow<'static, str>, AttributeData)],
        mut after_others: bool,
    ) -> bool {
        for label in &self.labels {
            if let [position] = &*label.positions
                && matches!(&attributes[*position].1, AttributeData::String(text) if text.is_empty())
            {
                continue;
            }
            if after_others {
                out.push(',');
            }
            after_others = true;
            out.push_str(&label.opening);
            for (index, position) in label.positions.iter().enumerate() {
                if index > 0 {
                    out.push(';');
                }
                write_value(out, &attributes[*position].1);
            }
            out.push('"');
        }
        after_others
    }
}

/// Equality that ends at the address for the static keys of typed attributes.
fn same(a: &str, b: &str) -> bool {
    (a.as_ptr() == b.as_ptr() && a.len() == b.len()) || a == b
}

/// Writes `name="value"` for a label that the exposition itself makes; a comma first where `out` is not empty.
pub(super) fn write_label(out: &mut String, name: &str, value: &str) {
    if !out.is_empty() {
        out.push(',');
    }
    out.push_str(name);
    out.push_str("=\"");
    escape_value(out, value);
    out.push('"');
}

fn write_value(out: &mut String, value: &AttributeData) {
    match value {
        AttributeData::String(text) => escape_value(out, text),
        AttributeData::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        AttributeData::I64(value) => display(out, value),
        AttributeData::F64(value) => display(out, value),
        AttributeData::Array(_) => {
            let mut text = String::new();
            write_json(&mut text, value);
            escape_value(out, &text);
        }
    }
}

/// The string form that the specification gives to arrays: JSON.
fn write_json(out: &mut String, value: &AttributeData) {
    match value {
        AttributeData::String(text) => {
            out.push('"');
            for character in text.chars() {
                match character {
                    '"' => out.push_str("\\\""),
                    '\\' => out.push_str("\\\\"),
                    '\n' => out.push_str("\\n"),
                    '\r' => out.push_str("\\r"),
                    '\t' => out.push_str("\\t"),
                    control if control < ' ' => display(out, format_args!("\\u{:04x}", u32::from(control))),
                    other => out.push(other),
                }
            }
            out.push('"');
        }
        AttributeData::Bool(value) => display(out, value),
        AttributeData::I64(value) => display(out, value),
        AttributeData::F64(value) => display(out, value),
        AttributeData::Array(values) => {
            out.push('[');
            for (index, value) in values.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_json(out, value);
            }
            out.push(']');
        }
    }
}

/// Escapes what both formats escape in a label value, and nothing else: both are defined over raw UTF-8.
fn escape_value(out: &mut String, text: &str) {
    escape(out, text, |byte| matches!(byte, b'\\' | b'"' | b'\n'));
}

/// Escapes the text of a HELP line. `OpenMetrics` escapes quotes there, the text format does not know that escape.
pub(super) fn escape_help(out: &mut String, text: &str, quotes: bool) {
    escape(out, text, |byte| matches!(byte, b'\\' | b'\n') || (quotes && byte == b'"'));
}

fn escape(out: &mut String, text: &str, special: impl Fn(u8) -> bool) {
    // Most texts have nothing to escape.
    if !text.bytes().fold(false, |found, byte| found | special(byte)) {
        return out.push_str(text);
    }
    let mut rest = text;
    // The special characters are ASCII, so that each position is a character boundary.
    while let Some(position) = rest.bytes().position(&special) {
        out.push_str(&rest[..position]);
        out.push_str(match rest.as_bytes()[position] {
            b'\n' => "\\n",
            b'"' => "\\\"",
            _ => "\\\\",
        });
        rest = &rest[position + 1..];
    }
    out.push_str(rest);
}

fn display(out: &mut String, value: impl fmt::Display) {
    // Writing into a string does not fail.
    let _ = write!(out, "{value}");
}
