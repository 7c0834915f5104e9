//! What the recorder is told at its installation.

use std::collections::BTreeMap;

use opentelemetry_sdk::trace::IdGenerator;

use super::processors::Processors;
use super::sampler::Sampler;
use crate::context::observer;
use crate::context::slot::Kind;
use crate::plugin::Scope;

/// How spans are sampled, limited, named and queued; given to [`install`](super::install()).
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "switches that have nothing to do with each other")]
pub struct TraceSettings {
    /// Which spans are recorded.
    pub sampler: Sampler,
    /// How much one span may hold.
    pub limits: SpanLimits,
    /// Where trace and span ids come from; random ones by default.
    pub id_generator: Option<Box<dyn IdGenerator>>,
    /// The tracer's scope of single plugins and core services, in place of `backstage-plugin-{id}` and
    /// `backstage-core-{service}`.
    pub tracers: BTreeMap<Scope, TracerScope>,
    /// How many finished spans may wait for the exporter; those beyond are dropped and counted.
    pub max_queue_size: usize,
    /// How many waiting spans wake the exporter before its time.
    pub wake_at: usize,
    /// Whether texts of errors and panics are recorded, which may hold data of users.
    pub error_texts: bool,
    /// Whether an error is recorded as an event of its span: not with `OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN=logs`.
    pub exception_events: bool,
    /// Whether spans carry `code.file.path`, `code.line.number` and, where it is known, `code.function.name`.
    pub code_attributes: bool,
    /// Whether spans may carry `enduser.id` (`backend.tracing.capture.endUser`).
    pub capture_end_user: bool,
    /// Processors that see every recorded span start and end.
    pub processors: Option<Processors>,
    /// How `opentelemetry::Context` shows spans.
    pub context: ContextMode,
}

/// How `opentelemetry::Context` shows the current span of ours to third-party code (`docs/context.md`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ContextMode {
    /// Spans inside one another share one context, which an observer resolves to the one that is current. Parents,
    /// propagation, logs and what is written to the current span are exact; whoever reads a span id out of a context
    /// directly gets that of an ancestor in the same trace. Where the observer cannot be had, it is [`ContextMode::Eager`].
    #[default]
    Observed,
    /// Each span attaches a context of its own. All is exact, at about three times the cost.
    Eager,
    /// No context is attached for a span. Spans of ours know one another; third-party code does not see them, and inside of
    /// one of them contexts that it attaches are not looked at.
    Lean,
    /// As [`ContextMode::Observed`], but for the outermost spans of a thread to which nothing else is attached: they share one
    /// context that stays attached to it, and has no span in it for those who read it directly. They cost little more than
    /// others then.
    Permanent,
}

impl ContextMode {
    /// How the outermost span of a trail is current.
    #[inline]
    pub(crate) fn kind(self) -> Kind {
        match self {
            Self::Observed | Self::Eager => Kind::Shown,
            Self::Permanent => Kind::Permanent,
            Self::Lean => Kind::Lean,
        }
    }

    /// The mode that is possible in this process.
    pub(crate) fn or_fallback(self) -> Self {
        match self {
            Self::Observed | Self::Permanent if !observer::is_set() => Self::Eager,
            mode => mode,
        }
    }
}

impl Default for TraceSettings {
    /// Records everything that a caller has not decided against, with the specification's limits and random ids.
    fn default() -> Self {
        Self {
            sampler: Sampler::ParentBased(Box::new(Sampler::AlwaysOn)),
            limits: SpanLimits::default(),
            id_generator: None,
            tracers: BTreeMap::new(),
            max_queue_size: 16_384,
            wake_at: 4_096,
            error_texts: true,
            exception_events: true,
            code_attributes: true,
            capture_end_user: false,
            processors: None,
            context: ContextMode::default(),
        }
    }
}

/// How much one span may hold (OpenTelemetry specification, "Span Limits"); what is beyond is dropped and counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpanLimits {
    /// Attributes that user code sets; those that every span of ours carries come on top. Another value for one
    /// that the span started with is dropped, too, where so many others were set before it.
    pub attributes: usize,
    /// Characters of a text in an attribute; longer ones are cut. `None` is no limit.
    pub attribute_value_length: Option<usize>,
    /// Events of a span.
    pub events: usize,
    /// Links of a span.
    pub links: usize,
    /// Attributes of an event.
    pub event_attributes: usize,
    /// Attributes of a link.
    pub link_attributes: usize,
}

impl Default for SpanLimits {
    /// 128 of each, and texts of any length.
    fn default() -> Self {
        Self {
            attributes: 128,
            attribute_value_length: None,
            events: 128,
            links: 128,
            event_attributes: 128,
            link_attributes: 128,
        }
    }
}

/// A tracer's scope as configured; what is unset keeps its default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TracerScope {
    /// The scope's name.
    pub name: Option<String>,
    /// The scope's version.
    pub version: Option<String>,
    /// The URL of the schema that the telemetry follows.
    pub schema_url: Option<String>,
}
