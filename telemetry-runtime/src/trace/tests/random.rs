//! Random programs of our spans, third-party spans, captured contexts, threads and futures, against a model that knows
//! the parent of each span.

use std::collections::HashMap;
use std::pin::pin;
use std::thread;

use opentelemetry::Context;
use opentelemetry::trace::{Tracer, mark_span_as_active};

use super::{Capture, OUTER, ThirdParty, pause, poll};
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
        match self.below(9) {
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
            _ => {
                let name = self.new_span(current);
                self.run_task(name, depth);
            }
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
        run_programs(context);
    }
}

fn run_programs(context: ContextMode) {
    let mut spans_in_all = 0;
    for seed in 1..=150 {
        let capture = Capture::with(TraceSettings { context, ..TraceSettings::default() });
        let mut program = Program {
            random: 0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(seed),
            recorder: capture.recorder,
            tracer: capture.third_party(),
            parents: Vec::new(),
            saved: Vec::new(),
            is_lean: context == ContextMode::Lean,
        };
        program.run(6, None);
        // A third-party span ends when the last context with it goes.
        program.saved.clear();
        let spans = capture.spans();
        assert_eq!(spans.len(), program.parents.len(), "seed {seed}");
        spans_in_all += spans.len();
        let ids: HashMap<_, _> = spans.iter().map(|span| (span.span_context.span_id(), span)).collect();
        for span in &spans {
            let name: usize = span.name.parse().unwrap();
            let parent = ids.get(&span.parent_span_id);
            let parent_name = parent.map(|parent| parent.name.parse().unwrap());
            assert_eq!(parent_name, program.parents[name], "the parent of {name}, seed {seed}");
            if let Some(parent) = parent {
                assert_eq!(parent.span_context.trace_id(), span.span_context.trace_id());
            }
        }
    }
    assert!(spans_in_all > 10_000, "only {spans_in_all} spans");
}
