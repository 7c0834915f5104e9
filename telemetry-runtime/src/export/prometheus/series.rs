//! The labels of whole series, kept from scrape to scrape.

use std::sync::Arc;

use super::labels::{LabelLayout, write_label};
use crate::metrics::{AttributeData, Attributes, MeterScope};

/// The labels that every point of a scope carries.
#[derive(Debug)]
pub(super) struct ScopeLabels {
    scope: MeterScope,
    names: Vec<String>,
    /// `otel_scope_name="..",otel_scope_version=".."`
    text: String,
}

impl ScopeLabels {
    pub(super) fn new(scope: &MeterScope) -> Self {
        let mut names = Vec::new();
        let mut text = String::new();
        let fixed = [
            ("otel_scope_name", Some(&*scope.name)),
            ("otel_scope_version", scope.version.as_deref()),
            ("otel_scope_schema_url", scope.schema_url.as_deref()),
        ];
        for (name, value) in fixed {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                write_label(&mut text, name, value);
            }
            // Reserved even where the scope has none: the specification drops scope attributes of these names.
            names.push(name.to_owned());
        }
        let attributes: Vec<_> = scope
            .attributes
            .iter()
            .filter(|(key, _)| !matches!(&**key, "name" | "version" | "schema_url"))
            .map(|(key, value)| (format!("otel_scope_{key}").into(), AttributeData::String(value.clone())))
            .collect();
        if !attributes.is_empty() {
            if !text.is_empty() {
                text.push(',');
            }
            let mut layout = LabelLayout::default();
            layout.fit(&attributes, &|name| names.iter().any(|taken| taken == name));
            layout.write(&mut text, &attributes);
            names.extend(layout.names().map(str::to_owned));
        }
        Self { scope: scope.clone(), names, text }
    }

    /// Whether these are the labels of `scope`.
    pub(super) fn fits(&self, scope: &MeterScope) -> bool {
        self.scope == *scope
    }
}

/// The labels of one metric's series.
///
/// A series of ours keeps its attributes from one collection to the next, so that its labels are written once and copied
/// from then on.
#[derive(Debug, Default)]
pub(super) struct SeriesLabels {
    layout: LabelLayout,
    /// By the position of the point.
    known: Vec<(Attributes, Box<str>)>,
}

impl SeriesLabels {
    /// The labels of the point at `position`, those of the scope included: `a="1",b="2"`. Points come in order.
    ///
    /// `reserved` are labels that the exposition itself adds.
    pub(super) fn of(
        &mut self,
        position: usize,
        attributes: &Attributes,
        scope: &ScopeLabels,
        reserved: &[&str],
    ) -> &str {
        // The entry holds the attributes, so that no others can be at the same address.
        if !self.known.get(position).is_some_and(|(known, _)| Arc::ptr_eq(known, attributes)) {
            self.known.truncate(position);
            let text = self.write(attributes, scope, reserved);
            self.known.push((attributes.clone(), text.into()));
        }
        self.known.get(position).map_or("", |(_, text)| text)
    }

    fn write(&mut self, attributes: &Attributes, scope: &ScopeLabels, reserved: &[&str]) -> String {
        let taken = |name: &str| reserved.contains(&name) || scope.names.iter().any(|taken| taken == name);
        self.layout.fit(attributes, &taken);
        let mut text = scope.text.clone();
        if !text.is_empty() && !attributes.is_empty() {
            text.push(',');
        }
        self.layout.write(&mut text, attributes);
        text
    }

    /// Forgets the series beyond the first `count`.
    pub(super) fn truncate(&mut self, count: usize) {
        self.known.truncate(count);
    }
}
