//! The labels of whole series, kept from scrape to scrape.

use super::labels::{LabelLayout, write_label};
use super::number::write_float;
use super::twins::Twins;
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
            let mut layout = LabelLayout::default();
            layout.fit(&attributes, &|name| names.iter().any(|taken| taken == name));
            let after_others = !text.is_empty();
            layout.write(&mut text, &attributes, after_others);
            names.extend(layout.names().map(str::to_owned));
        }
        Self { scope: scope.clone(), names, text }
    }

    /// Whether the labels are the same. Scopes may differ in keys that are one label, as points may.
    pub(super) fn is_shown_as(&self, other: &Self) -> bool {
        self.text == other.text
    }

    /// Whether these are the labels of `scope`.
    pub(super) fn fits(&self, scope: &MeterScope) -> bool {
        self.scope == *scope
    }
}

/// What the lines of one metric's series begin with.
///
/// A series of ours keeps its attributes from one collection to the next, so that its text is written once and copied from
/// then on. The texts lie one after the other, as they are read.
#[derive(Debug, Default)]
pub(super) struct SeriesTexts {
    layout: LabelLayout,
    texts: String,
    /// By the position of the point: whose text it is, and where it ends.
    known: Vec<(Attributes, usize)>,
    twins: Twins,
}

impl SeriesTexts {
    /// Makes the texts of these points: `before`, the labels, those of the scope included (`a="1",b="2"`), and `after`;
    /// without labels only what `without` says.
    #[inline]
    pub(super) fn fit<'a>(&mut self, points: impl Iterator<Item = &'a Attributes>, form: &Form<'_>) {
        let mut count = 0;
        for (position, attributes) in points.enumerate() {
            // The entry holds the attributes, so that no others can be at the same address.
            if !self.known.get(position).is_some_and(|(known, _)| known.is_same(attributes)) {
                self.write(position, attributes, form);
            }
            count = position + 1;
        }
        self.truncate(count);
    }

    /// The text of the point at `position`.
    #[inline]
    pub(super) fn text(&self, position: usize) -> &str {
        text(&self.texts, &self.known, position)
    }

    /// Which of the points are one series.
    pub(super) fn twins(&self) -> &Twins {
        &self.twins
    }

    #[cold]
    fn write(&mut self, position: usize, attributes: &Attributes, form: &Form<'_>) {
        self.truncate(position);
        let Form { scope, reserved, before, after, without } = form;
        let taken = |name: &str| reserved.contains(&name) || scope.names.iter().any(|taken| taken == name);
        self.layout.fit(attributes, &taken);
        let start = self.texts.len();
        self.texts.push_str(before);
        self.texts.push_str(&scope.text);
        if self.layout.write(&mut self.texts, attributes, !scope.text.is_empty()) {
            self.texts.push_str(after);
        } else {
            self.texts.truncate(start);
            self.texts.push_str(without);
        }
        self.known.push((attributes.clone(), self.texts.len()));
        let Self { texts, known, twins, .. } = self;
        twins.add(position, text(texts, known, position), |position| text(texts, known, position));
    }

    /// Forgets the series beyond the first `count`.
    fn truncate(&mut self, count: usize) {
        if count < self.known.len() {
            self.known.truncate(count);
            self.texts.truncate(self.known.last().map_or(0, |(_, end)| *end));
            self.twins.truncate(count);
        }
    }
}

/// The text at `position`, of those that lie one after the other.
#[inline]
fn text<'a>(texts: &'a str, known: &[(Attributes, usize)], position: usize) -> &'a str {
    let end = |position: usize| known.get(position).map_or(0, |(_, end)| *end);
    let start = position.checked_sub(1).map_or(0, end);
    texts.get(start..end(position)).unwrap_or_default()
}

/// How the text of a series is made; the same for all series of a metric.
#[derive(Debug)]
pub(super) struct Form<'a> {
    pub(super) scope: &'a ScopeLabels,
    /// Labels that the exposition itself adds.
    pub(super) reserved: &'a [&'a str],
    pub(super) before: &'a str,
    pub(super) after: &'a str,
    pub(super) without: &'a str,
}

/// The label `le` of each bucket, kept from scrape to scrape for each list of bounds: most histograms have one of a few.
#[derive(Debug, Default)]
pub(super) struct EdgeTexts(Vec<(Vec<u64>, Vec<String>)>);

impl EdgeTexts {
    /// What stands in a bucket's line behind the other labels, up to the count; the last one is of the infinite bucket.
    pub(super) fn of(&mut self, bounds: &[f64]) -> &[String] {
        // By their bits, because a NaN of third parties equals nothing.
        let same = |known: &[u64]| known.iter().copied().eq(bounds.iter().map(|bound| bound.to_bits()));
        let place = self.0.iter().position(|(known, _)| same(known)).unwrap_or_else(|| {
            self.0.push((bounds.iter().map(|bound| bound.to_bits()).collect(), edges(bounds)));
            self.0.len() - 1
        });
        &self.0[place].1
    }
}

fn edges(bounds: &[f64]) -> Vec<String> {
    let finite = bounds.iter().map(|bound| {
        let mut digits = Vec::new();
        write_float(&mut digits, *bound);
        // Digits are text.
        format!("le=\"{}\"}} ", String::from_utf8(digits).unwrap_or_default())
    });
    finite.chain(["le=\"+Inf\"} ".to_owned()]).collect()
}
