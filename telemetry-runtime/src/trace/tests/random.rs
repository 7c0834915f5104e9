//! Random programs of our spans, third-party spans, captured contexts, threads and futures, against a model that knows
//! the parent of each span.

use std::collections::{HashMap, HashSet};
use std::pin::pin;
use std::thread;

use opentelemetry::trace::{SpanId, Tracer, mark_span_as_active};
use opentelemetry::{Context, ContextGuard};
use opentelemetry_sdk::trace::SpanData;

use super::{Capture, OUTER, ThirdParty, call, pause, poll};
use crate::call::{Call, NoMetrics, Prepared, traced_lazily};
use crate::context::{self, Attached, wrap};
use crate::trace::install::{Carried, Recorder};
use crate::trace::settings::ContextMode;
use crate::trace::{Parent, SpanGuard, TaskSpan, TraceSettings};

/// The name of a span, or of none.
type Current = Option<usize>;

struct Program {
    random: u64,
    recorder: &'static Recorder,
    tracer: ThirdParty,
    /// The parent of each span, whose name is its index.
    parents: Vec<Current>,
    saved: Vec<(Context, Current)>,
    /// Whether third-party code has no part in it, and contexts are had and made current by our functions only.
    is_lean: bool,
    turns: Turns,
}

/// In which order what is current on a thread ends, where its owner keeps a guard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turns {
    /// The last one first.
    InOrder,
    /// As it comes for third-party spans, as long as none of them outlives a span of ours that started before it.
    TheirSpans,
    /// As it comes for all.
    Any,
}

/// What is current until it is dropped.
enum Open {
    Ours { _call: Call<SpanGuard, NoMetrics> },
    TheirSpan { _guard: ContextGuard },
    Context { _guard: ContextGuard },
}

impl Program {
    /// A number below `limit` (xorshift).
    fn below(&mut self, limit: usize) -> usize {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        usize::try_from(self.random % limit as u64).unwrap()
    }

    fn new_span(&mut self, parent: Current) -> usize {
        self.parents.push(parent);
        self.parents.len() - 1
    }

    fn run(&mut self, depth: usize, current: Current) {
        if depth == 0 {
            return;
        }
        for _ in 0..=self.below(4) {
            self.step(depth - 1, current);
        }
    }

    fn step(&mut self, depth: usize, current: Current) {
        match self.below(if self.turns == Turns::InOrder { 9 } else { 10 }) {
            0 | 1 => {
                let name = self.new_span(current);
                let span = SpanGuard::enter_with(&OUTER, |start| start.name(name.to_string()));
                let _call = Call::new(span, NoMetrics);
                self.run(depth, Some(name));
            }
            2 | 4 if self.is_lean => {
                if let Some((context, parent)) = self.pick() {
                    let name = self.new_span(parent);
                    let below = Parent::of(&context);
                    let span = SpanGuard::enter_below(&OUTER, below, |start| start.name(name.to_string()));
                    let _call = Call::new(span, NoMetrics);
                    self.run(depth, Some(name));
                }
            }
            2 => {
                let name = self.new_span(current);
                let _theirs = mark_span_as_active(self.tracer.start(name.to_string()));
                self.run(depth, Some(name));
            }
            3 if self.is_lean => self.saved.push((context::active(), current)),
            3 => self.saved.push((Context::current(), current)),
            4 => {
                if let Some((context, parent)) = self.pick() {
                    let name = self.new_span(parent);
                    drop(self.tracer.start_with_context(name.to_string(), &context));
                }
            }
            5 if self.is_lean => {
                if let Some((context, saved)) = self.pick() {
                    context::with(&context, || self.run(depth, saved));
                }
            }
            6 if self.is_lean => {
                let root = Carried(self.recorder).within(&Context::new());
                context::with(&root, || self.run(depth, None));
            }
            5 => {
                if let Some((context, saved)) = self.pick() {
                    let _attached = context.attach();
                    self.run(depth, saved);
                }
            }
            6 => {
                let _root = Carried(self.recorder).within(&Context::new()).attach();
                self.run(depth, None);
            }
            7 => {
                let _value = Context::current_with_value(depth).attach();
                thread::scope(|scope| {
                    scope.spawn(wrap(|| self.run(depth, current))).join().unwrap();
                });
            }
            8 => {
                let name = self.new_span(current);
                self.run_task(name, depth);
            }
            _ => self.run_tangle(depth, current),
        }
    }

    /// Some become current one after the other and end out of turn: the last one that is left is current.
    fn run_tangle(&mut self, depth: usize, current: Current) {
        let mut open: Vec<(Open, Current)> = Vec::new();
        let mut opens = 2 + self.below(4);
        while opens > 0 || !open.is_empty() {
            let now = open.last().map_or(current, |(_, name)| *name);
            if opens > 0 && self.below(3) > 0 {
                opens -= 1;
                open.extend(self.open(now));
            } else if !open.is_empty() {
                let index = self.below(open.len());
                if index + 1 == open.len() || self.may_end_early(&open[index].0) {
                    drop(open.remove(index));
                }
            }
            let now = open.last().map_or(current, |(_, name)| *name);
            self.run(depth.saturating_sub(2), now);
        }
    }

    fn open(&mut self, current: Current) -> Option<(Open, Current)> {
        Some(match if self.is_lean { 0 } else { self.below(4) } {
            0 | 1 => {
                let name = self.new_span(current);
                let span = SpanGuard::enter_with(&OUTER, |start| start.name(name.to_string()));
                (Open::Ours { _call: Call::new(span, NoMetrics) }, Some(name))
            }
            2 => {
                let name = self.new_span(current);
                let guard = mark_span_as_active(self.tracer.start(name.to_string()));
                (Open::TheirSpan { _guard: guard }, Some(name))
            }
            _ => {
                let (context, saved) = self.pick()?;
                (Open::Context { _guard: context.attach() }, saved)
            }
        })
    }

    /// Whether it may end while something is open that started later.
    fn may_end_early(&self, open: &Open) -> bool {
        match self.turns {
            Turns::InOrder => false,
            Turns::TheirSpans => matches!(open, Open::TheirSpan { .. }),
            Turns::Any => true,
        }
    }

    fn pick(&mut self) -> Option<(Context, Current)> {
        let count = self.saved.len();
        (count > 0).then(|| self.below(count)).map(|index| self.saved[index].clone())
    }

    /// A future of ours whose polls are on different threads.
    fn run_task(&mut self, name: usize, depth: usize) {
        // A future that attaches no context finds its recorder where it is polled.
        let base = self.is_lean.then(|| Carried(self.recorder).within(&Context::new()));
        let mut task = pin!(traced_lazily(
            Parent::current(),
            |parent| {
                let span = TaskSpan::start_with(&OUTER, parent, |start| start.name(name.to_string()));
                let future = async {
                    self.run(depth, Some(name));
                    pause().await;
                    self.run(depth, Some(name));
                };
                (Prepared::new(span, NoMetrics), future)
            },
            |(), _| (),
        ));
        assert!(poll(task.as_mut()).is_pending());
        thread::scope(|scope| {
            let second = scope.spawn(|| {
                let _base = base.map(Attached::new);
                assert!(poll(task.as_mut()).is_ready());
            });
            second.join().unwrap();
        });
    }
}

#[test]
fn parents_are_exact_in_random_programs() {
    for context in [ContextMode::Observed, ContextMode::Eager, ContextMode::Permanent, ContextMode::Lean] {
        let spans = run_programs(context, Turns::InOrder, 150);
        assert!(spans > 10_000, "only {spans} spans");
    }
}

#[test]
fn parents_are_exact_where_guards_end_out_of_turn_in_random_programs() {
    let modes = [
        (ContextMode::Eager, Turns::Any),
        (ContextMode::Observed, Turns::TheirSpans),
        (ContextMode::Permanent, Turns::TheirSpans),
    ];
    for (context, turns) in modes {
        let spans = run_programs(context, turns, 40);
        assert!(spans > 3_000, "only {spans} spans");
    }
}

/// Where our own guards end out of turn, as no code does that the macros make, a span may get a parent that has ended.
#[test]
fn every_span_is_recorded_once_and_nothing_stays_current_where_our_guards_end_out_of_turn() {
    for context in [ContextMode::Observed, ContextMode::Permanent, ContextMode::Lean] {
        for seed in 1..=40 {
            let (program, spans) = run_program(context, Turns::Any, seed);
            let names: HashSet<_> = spans.iter().map(|span| &*span.name).collect();
            assert_eq!(names.len(), spans.len(), "{context:?}, seed {seed}");
            assert_eq!(spans.len(), program.parents.len(), "{context:?}, seed {seed}");
        }
    }
}

/// Runs a program and gives what was recorded of it.
fn run_program(context: ContextMode, turns: Turns, seed: u64) -> (Program, Vec<SpanData>) {
    let capture = Capture::with(TraceSettings { context, ..TraceSettings::default() });
    let mut program = Program {
        random: 0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(seed),
        recorder: capture.recorder,
        tracer: capture.third_party(),
        parents: Vec::new(),
        saved: Vec::new(),
        is_lean: context == ContextMode::Lean,
        turns,
    };
    program.run(6, None);
    // A third-party span ends when the last context with it goes.
    program.saved.clear();
    let spans = capture.spans();
    drop(call(&OUTER));
    let after = capture.span().parent_span_id;
    assert_eq!(after, SpanId::INVALID, "a span stays current: {context:?}, {turns:?}, seed {seed}");
    (program, spans)
}

/// Runs so many programs, asserts that each span has the parent of the model, and gives the number of spans.
fn run_programs(context: ContextMode, turns: Turns, programs: u64) -> usize {
    let mut spans_in_all = 0;
    for seed in 1..=programs {
        let (program, spans) = run_program(context, turns, seed);
        assert_eq!(spans.len(), program.parents.len(), "{context:?}, {turns:?}, seed {seed}");
        spans_in_all += spans.len();
        let ids: HashMap<_, _> = spans.iter().map(|span| (span.span_context.span_id(), span)).collect();
        for span in &spans {
            let name: usize = span.name.parse().unwrap();
            let parent = ids.get(&span.parent_span_id);
            let parent_name = parent.map(|parent| parent.name.parse().unwrap());
            assert_eq!(
                parent_name, program.parents[name],
                "the parent of {name}, {context:?}, {turns:?}, seed {seed}"
            );
            if let Some(parent) = parent {
                assert_eq!(parent.span_context.trace_id(), span.span_context.trace_id());
            }
        }
    }
    spans_in_all
}
