//! Every span of a capture, from its start on.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use opentelemetry::Context;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData};

use super::attributes::Scalars;
use super::install::{Carried, Recorder};
use super::queue::{Finished, Queue};
use super::record::{Head, Record};
use super::settings::TraceSettings;
use super::third_party::provider_of;
use super::{build, cells};
use crate::clock::Moment;
use crate::context;
use crate::context::slot::Spot;
use crate::outcome::Outcome;
use crate::plugin::Scope;

/// A recorder whose spans are kept, open ones too.
#[derive(Clone, Debug)]
pub(crate) struct SpanLog(Arc<Log>);

#[derive(Debug)]
struct Log {
    recorder: &'static Recorder,
    spans: Mutex<Spans>,
}

#[derive(Debug, Default)]
struct Spans {
    ours: Vec<Ours>,
    third_party: Vec<SpanData>,
}

/// A span of ours.
#[derive(Debug)]
enum Ours {
    Open(Head, Spot, Scalars),
    Ended(Record),
}

impl Ours {
    fn head(&self) -> &Head {
        match self {
            Self::Open(head, ..) => head,
            Self::Ended(record) => record,
        }
    }

    fn data(&self) -> SpanData {
        match self {
            Self::Open(head, spot, scalars) => {
                let content = cells::snapshot(*spot).unwrap_or_default();
                build::ours(head, content.begun_with(scalars, head.limits()), None)
            }
            Self::Ended(record) => build::ours(record, record.snapshot(), record.failure().cloned()),
        }
    }
}

/// A span of a capture at one moment.
#[derive(Clone, Debug)]
pub(crate) struct Logged {
    pub(crate) data: SpanData,
    /// `None` for a third-party span.
    pub(crate) scope: Option<Scope>,
    /// `None` while it is open.
    pub(crate) outcome: Option<Outcome>,
    /// How long it took, or takes by now.
    pub(crate) took: std::time::Duration,
}

impl SpanLog {
    pub(crate) fn new() -> Self {
        let queue: &'static Queue = Box::leak(Box::default());
        // What waits is bounded by the test that makes it.
        let settings = TraceSettings { max_queue_size: usize::MAX / 2, ..TraceSettings::default() };
        Self(Arc::new(Log { recorder: Recorder::leak(settings, queue), spans: Mutex::default() }))
    }

    /// A context whose spans are kept here.
    pub(crate) fn within(&self, context: &Context) -> Context {
        let context = Carried(self.0.recorder).within(context);
        context.with_value(self.clone())
    }

    /// A tracer provider whose spans are kept here.
    pub(crate) fn tracer_provider(&self) -> SdkTracerProvider {
        provider_of(self.0.recorder, Resource::builder_empty().build())
    }

    /// The spans by now, in the order of their starts, as far as clocks tell it.
    pub(crate) fn spans(&self, now: Moment) -> Vec<Logged> {
        let mut spans = self.lock();
        for finished in self.0.recorder.queue.take(usize::MAX) {
            match finished {
                Finished::Ours(record) => {
                    let open = |span: &&mut Ours| span.head().span_id == record.span_id;
                    if let Some(open) = spans.ours.iter_mut().find(open) {
                        *open = Ours::Ended(record);
                    }
                }
                Finished::ThirdParty(span) => spans.third_party.push(span.tidied()),
            }
        }
        let ours = spans.ours.iter().map(|span| {
            let head = span.head();
            Logged {
                scope: Some(head.site.scope),
                outcome: head.end().map(|(_, outcome)| outcome),
                took: head.end().map_or(now, |(ended, _)| ended).since(head.started),
                data: span.data(),
            }
        });
        let third_party = spans.third_party.iter().map(|data| Logged {
            scope: None,
            outcome: Some(match data.status {
                opentelemetry::trace::Status::Error { .. } => Outcome::Error,
                _ => Outcome::Ok,
            }),
            took: data.end_time.duration_since(data.start_time).unwrap_or_default(),
            data: data.clone(),
        });
        let mut logged: Vec<Logged> = ours.chain(third_party).collect();
        // Stable: spans that start at one moment, as under a frozen clock, stay in the order of their starts.
        logged.sort_by_key(|span| span.data.start_time);
        logged
    }

    fn lock(&self) -> MutexGuard<'_, Spans> {
        self.0.spans.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Notes a span that starts under a context that carries a log.
pub(super) fn opened(context: &Context, record: &Record) {
    if let Some(log) = context.get::<SpanLog>()
        && std::ptr::eq(log.0.recorder, record.recorder)
    {
        log.lock().ours.push(Ours::Open(**record, record.spot(), record.scalars()));
    }
}

/// Notes a span that starts under the current context.
pub(super) fn opened_here(record: &Record) {
    if let Some(context) = context::current() {
        opened(&context, record);
    }
}

/// Nobody carries the log any more; spans that are still open end without being kept.
impl Drop for Log {
    fn drop(&mut self) {
        self.recorder.queue.close();
    }
}
