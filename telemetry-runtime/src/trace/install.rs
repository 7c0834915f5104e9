//! Which recorder is at work, and finding it with one load.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

use super::cells;
use super::ids::Ids;
use super::panics;
use super::parent::Parent;
use super::processors::Processors;
use super::queue::{self, Queue};
use super::sampler::Sampler;
use super::settings::{ContextMode, SpanLimits, TraceSettings, TracerScope};
use crate::context::{permanent, slot};
use crate::plugin::{Scope, ScopeKind};
use opentelemetry::trace::TraceContextExt;
use opentelemetry::{Context, InstrumentationScope, KeyValue};

/// What records spans, and how.
///
/// A recorder lives for ever, so that spans and threads can refer to it without counting references; a program makes
/// one, and a test one each.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "switches that have nothing to do with each other")]
pub(crate) struct Recorder {
    /// Its place among all recorders.
    pub(crate) index: u32,
    pub(crate) mode: ContextMode,
    pub(crate) sampler: Sampler,
    pub(crate) limits: SpanLimits,
    pub(crate) ids: Ids,
    pub(crate) queue: &'static Queue,
    pub(crate) error_texts: bool,
    pub(crate) exception_events: bool,
    pub(crate) code_attributes: bool,
    pub(crate) capture_end_user: bool,
    pub(crate) processors: Option<Processors>,
    /// Whether no code of others runs when a span starts.
    pub(super) is_plain: bool,
    /// Whether a child of a sampled span of ours is recorded, with no code of others asked; and whether one of an unsampled span
    /// is not. Both hold for most recorders.
    pub(super) records_below_sampled: bool,
    pub(super) drops_below_unsampled: bool,
    /// Whether finished spans go into the queue.
    pub(crate) exports: bool,
    tracers: BTreeMap<Scope, TracerScope>,
    /// Made when the first span of a scope is exported.
    scopes: RwLock<HashMap<Scope, InstrumentationScope>>,
}

impl Recorder {
    pub(crate) fn leak(settings: TraceSettings, queue: &'static Queue) -> &'static Self {
        queue.configure(settings.max_queue_size, settings.wake_at);
        let mode = settings.context.or_fallback();
        if mode == ContextMode::Permanent {
            permanent::allow();
        }
        let mut recorders = RECORDERS.write().unwrap_or_else(PoisonError::into_inner);
        let ids = Ids::new(settings.id_generator);
        let is_plain = settings.processors.is_none() && ids.are_ours();
        let recorder: &'static Self = Box::leak(Box::new(Self {
            index: u32::try_from(recorders.len()).unwrap_or(u32::MAX),
            mode,
            is_plain,
            records_below_sampled: is_plain
                && matches!(settings.sampler, Sampler::ParentBased(_) | Sampler::AlwaysOn),
            drops_below_unsampled: matches!(settings.sampler, Sampler::ParentBased(_) | Sampler::AlwaysOff),
            sampler: settings.sampler,
            limits: settings.limits,
            ids,
            queue,
            error_texts: settings.error_texts,
            exception_events: settings.exception_events,
            code_attributes: settings.code_attributes,
            capture_end_user: settings.capture_end_user,
            exports: settings.processors.as_ref().is_none_or(Processors::exports),
            processors: settings.processors,
            tracers: settings.tracers,
            scopes: RwLock::default(),
        }));
        recorders.push(recorder);
        recorder
    }

    /// The tracer's scope of a plugin or core service.
    pub(crate) fn tracer_scope(&self, scope: Scope) -> InstrumentationScope {
        let known = self.scopes.read().unwrap_or_else(PoisonError::into_inner).get(&scope).cloned();
        known.unwrap_or_else(|| {
            let made = self.make_tracer_scope(scope);
            self.scopes.write().unwrap_or_else(PoisonError::into_inner).insert(scope, made.clone());
            made
        })
    }

    fn make_tracer_scope(&self, scope: Scope) -> InstrumentationScope {
        let configured = self.tracers.get(&scope.owner()).cloned().unwrap_or_default();
        let name = configured.name.unwrap_or_else(|| {
            let kind = match scope.kind() {
                ScopeKind::Plugin => "plugin",
                ScopeKind::Core => "core",
            };
            format!("backstage-{kind}-{}", scope.id())
        });
        // Every exported span holds a copy of its scope; a text for ever, one for each scope that the program
        // declares, makes that copy free.
        let forever = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
        let mut builder = InstrumentationScope::builder(forever(name));
        if let Some(version) = configured.version {
            builder = builder.with_version(forever(version));
        }
        if let Some(url) = configured.schema_url {
            builder = builder.with_schema_url(forever(url));
        }
        if let Some(module) = scope.module() {
            builder = builder.with_attributes([KeyValue::new("backstage.module.id", module)]);
        }
        builder.build()
    }
}

/// Nothing was installed yet.
const EARLY: u32 = 0;
/// Set while a recorder is installed for the whole process.
const ON: u32 = 1;
/// Set once a context carries a recorder of its own.
const SCOPED: u32 = 1 << 1;
/// The remaining bits count installations, so that a thread notices that its copy of [`INSTALLED`] is old.
const GENERATION: u32 = 1 << 2;

static STATE: AtomicU32 = AtomicU32::new(EARLY);

/// The recorder that was installed last; it stays here after its removal, for the spans that still wait.
static INSTALLED: RwLock<Option<&'static Recorder>> = RwLock::new(None);

/// All recorders, in the order of their making.
static RECORDERS: RwLock<Vec<&'static Recorder>> = RwLock::new(Vec::new());

/// Spans that were not recorded because nothing was installed yet.
static EARLY_SPANS: AtomicU64 = AtomicU64::new(0);

thread_local! {
    /// This thread's copy of [`INSTALLED`], with the state that it was taken in.
    static COPY: Cell<(u32, Option<&'static Recorder>)> = const { Cell::new((EARLY, None)) };

    /// The recorder that was asked for last on this thread.
    static SEEN: Cell<Option<&'static Recorder>> = const { Cell::new(None) };
}

/// Starts recording spans.
///
/// It replaces a recorder that was installed before. Spans that are open go on by the settings they started with, and
/// finished ones keep waiting in the queue.
pub fn install(settings: TraceSettings) {
    panics::install_hook();
    let recorder = Recorder::leak(settings, queue::shared());
    let mut installed = INSTALLED.write().unwrap_or_else(PoisonError::into_inner);
    *installed = Some(recorder);
    advance(ON);
}

/// Stops recording spans: new ones are not recorded any more, and pass their parent on. Spans that are open are still
/// queued when they end, until [`queue::close`].
///
/// Without an installation before it says that tracing is off on purpose, so that spans do not count as early.
pub fn uninstall() {
    let _installed = INSTALLED.write().unwrap_or_else(PoisonError::into_inner);
    advance(0);
}

/// Called under the lock of [`INSTALLED`], so that a thread that sees the new state reads the new recorder.
fn advance(on: u32) {
    let _ = STATE.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |state| {
        let next = (state & !ON).wrapping_add(GENERATION) | on;
        // After 2^30 installations the count starts again, without looking like the time before the first.
        Some(if next == EARLY { GENERATION } else { next })
    });
}

/// The state, if anything may be recorded; this is all that a span costs otherwise.
#[inline]
pub(crate) fn active() -> Option<u32> {
    let state = STATE.load(Ordering::Relaxed);
    if state & (ON | SCOPED) != 0 {
        return Some(state);
    }
    if state == EARLY {
        EARLY_SPANS.fetch_add(1, Ordering::Relaxed);
    }
    None
}

/// Counts a third-party span that is not recorded because nothing was installed yet.
pub(super) fn count_if_early() {
    if STATE.load(Ordering::Relaxed) == EARLY {
        EARLY_SPANS.fetch_add(1, Ordering::Relaxed);
    }
}

/// Whether anything may be recorded, asked on behalf of a span that has not started yet.
#[inline]
pub(crate) fn is_active() -> bool {
    STATE.load(Ordering::Relaxed) & (ON | SCOPED) != 0
}

/// The recorder for spans under `context`.
pub(crate) fn recorder(state: u32, context: &Context) -> Option<&'static Recorder> {
    if state & SCOPED != 0
        && let Some(Carried(recorder)) = context.get::<Carried>()
    {
        SEEN.set(Some(recorder));
        return Some(recorder);
    }
    if state & ON == 0 {
        return None;
    }
    let (copied_in, copy) = COPY.get();
    if copied_in == state {
        SEEN.set(copy);
        return copy;
    }
    let recorder = *INSTALLED.read().unwrap_or_else(PoisonError::into_inner);
    COPY.set((state, recorder));
    SEEN.set(recorder);
    recorder
}

/// The recorder of this index.
pub(crate) fn by_index(index: u32) -> Option<&'static Recorder> {
    RECORDERS.read().unwrap_or_else(PoisonError::into_inner).get(index as usize).copied()
}

/// The recorder of this index, with one load on a thread that has just used it.
#[inline]
pub(super) fn seen(index: u32) -> Option<&'static Recorder> {
    just_seen(index).or_else(|| look_up(index))
}

/// The same; `None` where the thread has used another one since.
#[inline]
pub(super) fn just_seen(index: u32) -> Option<&'static Recorder> {
    SEEN.get().filter(|recorder| recorder.index == index)
}

#[cold]
fn look_up(index: u32) -> Option<&'static Recorder> {
    let recorder = by_index(index);
    SEEN.set(recorder);
    recorder
}

/// The recorder for a span below `parent`, unless it is known already that it will not be recorded.
pub(crate) fn recorder_for(parent: &Parent) -> Option<&'static Recorder> {
    let state = STATE.load(Ordering::Relaxed);
    let context = parent.known()?;
    let is_unsampled = if let Some(slot) = slot::behind(context) {
        !slot.is_sampled() && !cells::is_open(slot.spot())
    } else {
        let span = context.span();
        let above = span.span_context();
        above.is_valid() && !above.is_remote() && !above.is_sampled() && !span.is_recording()
    };
    if is_unsampled || context.is_telemetry_suppressed() {
        return None;
    }
    recorder(state, context)
}

/// The recorder that was installed last.
pub(crate) fn installed() -> Option<&'static Recorder> {
    *INSTALLED.read().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn early_spans() -> u64 {
    EARLY_SPANS.load(Ordering::Relaxed)
}

/// A recorder that goes where a context goes, instead of the installed one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Carried(pub(crate) &'static Recorder);

impl Carried {
    /// A context in which this recorder records.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn within(self, context: &Context) -> Context {
        STATE.fetch_or(SCOPED, Ordering::Relaxed);
        panics::install_hook();
        context.with_value(self)
    }
}
