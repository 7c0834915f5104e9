//! Batches of spans as OTLP requests.

use std::collections::HashMap;
use std::ops::Range;

use bytes::Bytes;
use opentelemetry::InstrumentationScope;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;
use prost::Message as _;

use super::buffers::Buffers;
use super::encode::{self, Group, Part, Request, split_groups};
use super::protobuf::{text, varint, varint_len};
use super::{shrink, span_bytes};

/// The keys of `ExportTraceServiceRequest.resource_spans` and `ResourceSpans.scope_spans`.
const RESOURCE_SPANS: u8 = 1 << 3 | 2;
const SCOPE_SPANS: u8 = 2 << 3 | 2;

/// The bytes of a key and the longest length.
const FRAME: usize = 1 + 5;

/// A batch in as few requests as `limit` bytes each allow.
///
/// Receivers refuse a whole request over their limit, so a span that alone is longer is cut, and does not take its batch with
/// it.
pub(super) fn parts(batch: &[SpanData], resource: &Resource, limit: usize, buffers: &Buffers) -> Vec<Part> {
    let around = Around::resource(resource);
    let spans = Spans::of(batch, buffers);
    let mut parts = Vec::new();
    let mut part = Runs::default();
    let empty = FRAME * 2 + around.len();
    let mut size = empty;
    for (number, scope) in spans.scopes.iter().enumerate() {
        let scope_size = FRAME + scope.around.len();
        let mut new = true;
        for (span, place) in scope.spans.iter().enumerate() {
            let span_size = place.len();
            let needed = span_size + if new { scope_size } else { 0 };
            if size + needed > limit && part.spans > 0 {
                parts.push(std::mem::take(&mut part).request(&around, &spans, buffers));
                size = empty;
                new = true;
            }
            let needed = span_size + if new { scope_size } else { 0 };
            if empty + needed > limit {
                let alone = Runs { runs: vec![(number, span, span + 1)], spans: 1 };
                parts.extend(cut(&alone.request(&around, &spans, buffers), limit));
            } else {
                part.add(number, span);
                size += needed;
                new = false;
            }
        }
    }
    if part.spans > 0 {
        parts.push(part.request(&around, &spans, buffers));
    }
    buffers.give(spans.bytes);
    parts
}

/// A request with one span, in a form that fits.
fn cut(part: &Part, limit: usize) -> Vec<Part> {
    match part {
        Part::Send(body, spans) => match ExportTraceServiceRequest::decode(body.clone()) {
            Ok(request) => encode::parts(request, limit),
            Err(_) => vec![Part::TooLarge(*spans)],
        },
        Part::TooLarge(spans) => vec![Part::TooLarge(*spans)],
    }
}

/// What stands before and after the list in a message.
#[derive(Default)]
struct Around {
    before: Vec<u8>,
    after: Vec<u8>,
}

impl Around {
    fn resource(resource: &Resource) -> Self {
        let mut around = Self::default();
        span_bytes::resource(&mut around.before, resource);
        text(&mut around.after, 3, resource.schema_url().unwrap_or_default());
        around
    }

    fn scope(scope: &InstrumentationScope) -> Self {
        let mut around = Self::default();
        span_bytes::scope(&mut around.before, scope);
        text(&mut around.after, 3, scope.schema_url().unwrap_or_default());
        around
    }

    fn len(&self) -> usize {
        self.before.len() + self.after.len()
    }
}

/// The spans of one scope.
struct Scope {
    around: Around,
    /// Where each of them is among the bytes of all.
    spans: Vec<Range<usize>>,
}

/// All spans in bytes.
struct Spans {
    bytes: Vec<u8>,
    scopes: Vec<Scope>,
}

impl Spans {
    /// Those of a batch, by their scopes, each in their order.
    fn of(batch: &[SpanData], buffers: &Buffers) -> Self {
        let mut bytes = buffers.take();
        let mut scopes: Vec<Scope> = Vec::new();
        let mut known: HashMap<&InstrumentationScope, usize, foldhash::fast::FixedState> = HashMap::default();
        let mut last: Option<(&InstrumentationScope, usize)> = None;
        for span in batch {
            let scope = &span.instrumentation_scope;
            let index = match last {
                Some((same, index)) if same == scope => index,
                _ => *known.entry(scope).or_insert_with(|| {
                    scopes.push(Scope { around: Around::scope(scope), spans: Vec::new() });
                    scopes.len() - 1
                }),
            };
            last = Some((scope, index));
            let start = bytes.len();
            span_bytes::span(&mut bytes, span);
            scopes[index].spans.push(start..bytes.len());
        }
        Self { bytes, scopes }
    }
}

/// Spans for one request: for each scope, from which to which.
#[derive(Default)]
struct Runs {
    runs: Vec<(usize, usize, usize)>,
    spans: usize,
}

impl Runs {
    fn add(&mut self, scope: usize, span: usize) {
        self.spans += 1;
        match self.runs.last_mut() {
            Some((same, _, end)) if *same == scope && *end == span => *end += 1,
            _ => self.runs.push((scope, span, span + 1)),
        }
    }

    fn request(self, around: &Around, spans: &Spans, buffers: &Buffers) -> Part {
        let framed = |len: usize| 1 + varint_len(len as u64) + len;
        let runs = self.runs.iter().map(|&(scope, first, end)| {
            let scope = &spans.scopes[scope];
            let places = &scope.spans[first..end];
            (&scope.around, places, scope.around.len() + places.iter().map(Range::len).sum::<usize>())
        });
        let len = around.len() + runs.clone().map(|(.., len)| framed(len)).sum::<usize>();
        let mut body = buffers.take();
        body.reserve_exact(framed(len));
        body.push(RESOURCE_SPANS);
        varint(&mut body, len as u64);
        body.extend_from_slice(&around.before);
        for (around, places, len) in runs {
            body.push(SCOPE_SPANS);
            varint(&mut body, len as u64);
            body.extend_from_slice(&around.before);
            for place in places {
                body.extend_from_slice(&spans.bytes[place.clone()]);
            }
            body.extend_from_slice(&around.after);
        }
        body.extend_from_slice(&around.after);
        Part::Send(Bytes::from(body), self.spans)
    }
}

impl Request for ExportTraceServiceRequest {
    fn units(&self) -> usize {
        self.resource_spans.iter().flat_map(|resource| &resource.scope_spans).map(Group::len).sum()
    }

    fn split(&mut self) -> Option<Self> {
        // A batch has one resource.
        let first = self.resource_spans.first_mut()?;
        let second = ResourceSpans {
            scope_spans: split_groups(&mut first.scope_spans)?,
            resource: first.resource.clone(),
            schema_url: first.schema_url.clone(),
        };
        Some(Self { resource_spans: vec![second] })
    }

    fn shrink(&mut self) -> bool {
        let scopes = self.resource_spans.iter_mut().flat_map(|resource| &mut resource.scope_spans);
        // What cannot be divided has one span.
        scopes.flat_map(|scope| &mut scope.spans).any(shrink::span)
    }
}

impl Group for ScopeSpans {
    fn len(&self) -> usize {
        self.spans.len()
    }

    fn split_off(&mut self, at: usize) -> Self {
        Self {
            scope: self.scope.clone(),
            spans: self.spans.split_off(at),
            schema_url: self.schema_url.clone(),
        }
    }
}
