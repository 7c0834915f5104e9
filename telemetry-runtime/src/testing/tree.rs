//! Captured spans as trees.

use std::collections::HashMap;
use std::fmt;

use super::expected::Expected;
use super::span::Span;

/// Captured spans, each below its parent.
///
/// It is displayed with a line for each span, as [`Capture::assert_spans`](super::Capture::assert_spans) takes it:
///
/// ```
/// # use telemetry_runtime::testing::Capture;
/// #[telemetry_runtime::traced(plugin = "search", attributes(search.terms = terms))]
/// fn find(terms: u32) {}
///
/// let capture = Capture::start();
/// find(3);
/// assert_eq!(capture.tree().to_string(), "find [ok] search.terms=3\n");
/// ```
///
/// The debug form has in addition the plugin, the duration, the status and the events of each span.
#[derive(Clone)]
pub struct SpanTree {
    spans: Vec<Span>,
    /// The lines in the order in which they are displayed: how deep, and which span.
    lines: Vec<(usize, usize)>,
}

impl SpanTree {
    /// The spans are in the order of their starts.
    pub(super) fn new(spans: Vec<Span>) -> Self {
        let place: HashMap<_, _> = spans.iter().enumerate().map(|(at, span)| (span.span_id(), at)).collect();
        let mut roots = Vec::new();
        let mut children: Vec<Vec<usize>> = vec![Vec::new(); spans.len()];
        for (at, span) in spans.iter().enumerate() {
            // A parent outside of the capture is as good as none.
            match span.parent_id().and_then(|parent| place.get(&parent)) {
                Some(parent) if *parent != at => children[*parent].push(at),
                _ => roots.push(at),
            }
        }
        let mut lines = Vec::with_capacity(spans.len());
        let mut next: Vec<(usize, usize)> = roots.into_iter().rev().map(|at| (0, at)).collect();
        while let Some((depth, at)) = next.pop() {
            lines.push((depth, at));
            next.extend(children[at].iter().rev().map(|child| (depth + 1, *child)));
        }
        Self { spans, lines }
    }

    /// The spans, each before its children.
    pub fn spans(&self) -> impl Iterator<Item = &Span> {
        self.lines().map(|(_, span)| span)
    }

    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &Span)> {
        self.lines.iter().map(|(depth, at)| (*depth, &self.spans[*at]))
    }

    /// The same trees with siblings in the order of their names, and of their attributes where names are equal: for tasks
    /// that run in parallel, whose starts have no order of their own.
    #[must_use]
    pub fn sorted(mut self) -> Self {
        // Sorted before the trees are built again, siblings come out in this order.
        self.spans.sort_by_cached_key(|span| (span.name().to_owned(), span.to_string()));
        Self::new(self.spans)
    }

    /// Asserts that the trees are these; see [`Capture::assert_spans`](super::Capture::assert_spans).
    ///
    /// # Panics
    ///
    /// If they are not, with the difference.
    #[track_caller]
    pub fn assert(&self, expected: &str) {
        let expected = match Expected::parse(expected) {
            Ok(expected) => expected,
            Err(error) => panic!("{error}"),
        };
        if let Some(difference) = expected.difference(self) {
            panic!("the spans differ (- expected, + recorded):\n{difference}\nrecorded were:\n{self:?}");
        }
    }
}

impl fmt::Display for SpanTree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines().try_for_each(|(depth, span)| writeln!(f, "{:1$}{span}", "", depth * 2))
    }
}

impl fmt::Debug for SpanTree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.lines.is_empty() {
            return f.write_str("no spans\n");
        }
        for (depth, span) in self.lines() {
            for line in format!("{span:?}").lines() {
                writeln!(f, "{:1$}{line}", "", depth * 2)?;
            }
        }
        Ok(())
    }
}
