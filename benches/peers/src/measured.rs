//! `measured`: dense vectors of fixed labels, and texts in an interner.

use bench_harness::inputs::{SECONDS, duration, growing, many_texts, texts};
use bench_harness::{Row, Started};
use measured::label::StaticLabelSet;
use measured::metric::histogram::Thresholds;
use measured::text::BufferedTextEncoder;
use measured::{
    Counter, CounterVec, FixedCardinalityLabel, FloatGauge, Gauge, Histogram, HistogramVec, LabelGroup,
    MetricGroup,
};
use paracord::ParaCord;

use crate::metrics::assert_text;
use crate::words;

/// The text of a group; a macro, as the bounds of a group's collection are not to be written.
macro_rules! text {
    ($group:expr) => {{
        let mut encoder = BufferedTextEncoder::new();
        $group.collect_group_into(&mut encoder).expect("it can be written");
        String::from_utf8(encoder.finish().to_vec()).expect("the text is UTF-8")
    }};
}

macro_rules! check {
    ($group:expr, $series:expr, $operations:expr) => {
        assert_text(&text!($group), $series, $operations)
    };
}

#[derive(Clone, Copy, FixedCardinalityLabel)]
#[label(singleton = "kind")]
enum Kind {
    Component,
    Api,
}

#[derive(Clone, Copy, FixedCardinalityLabel)]
enum Stage {
    Read,
    Validate,
    Process,
    Stitch,
}

/// There are no labels of `bool`.
#[derive(Clone, Copy, FixedCardinalityLabel)]
enum Changed {
    False,
    True,
}

#[derive(Clone, Copy, LabelGroup)]
#[label(set = StepSet)]
struct Step {
    kind: Kind,
    stage: Stage,
    changed: Changed,
}

impl Step {
    #[inline(always)]
    fn at(index: u64) -> Self {
        let step = words::Step::at(index);
        Self {
            kind: kind(step.kind),
            stage: match step.stage {
                words::Stage::Read => Stage::Read,
                words::Stage::Validate => Stage::Validate,
                words::Stage::Process => Stage::Process,
                words::Stage::Stitch => Stage::Stitch,
            },
            changed: if step.changed { Changed::True } else { Changed::False },
        }
    }
}

#[inline(always)]
fn kind(kind: words::Kind) -> Kind {
    match kind {
        words::Kind::Component => Kind::Component,
        words::Kind::Api => Kind::Api,
    }
}

#[derive(Clone, Copy, LabelGroup)]
#[label(set = RequestSet)]
struct Request<'a> {
    #[label(dynamic_with = ParaCord)]
    method: &'a str,
    #[label(dynamic_with = ParaCord)]
    route: &'a str,
    #[label(dynamic_with = ParaCord)]
    status: &'a str,
}

#[derive(MetricGroup)]
struct Group<M> {
    /// Measured.
    measured: M,
}

pub const ROWS: &[Row] = &[
    Row::new("measured/counter_0", "loop", || {
        let group = group(Counter::new());
        Started::new(|run| run.each(|_| group.measured.inc()))
            .checked(|operations| check!(group, 1, operations))
    }),
    Row::new("measured/counter_1", "loop_kind", || {
        let group = group(CounterVec::<StaticLabelSet<Kind>>::new());
        Started::new(|run| run.each(|index| group.measured.inc(kind(words::Step::at(index).kind))))
            .checked(|operations| check!(group, 2, operations))
    }),
    Row::new("measured/counter_3", "loop_step", || {
        let group = group(CounterVec::<StepSet>::new());
        Started::new(|run| run.each(|index| group.measured.inc(Step::at(index))))
            .checked(|operations| check!(group, 16, operations))
    }),
    Row::new("measured/label_3", "loop_texts", || {
        let group = group(CounterVec::with_label_set(request_set()));
        Started::new(|run| {
            run.each(|index| {
                let [method, route, status] = texts(index);
                group.measured.inc(Request { method, route, status });
            });
        })
        .checked(|operations| check!(group, 16, operations))
    }),
    Row::new("measured/histogram_0", "loop_duration", || {
        let group = group(Histogram::with_metadata(Thresholds::with_buckets(SECONDS)));
        Started::new(|run| run.each(|index| group.measured.observe(duration(index))))
            .checked(|operations| check!(group, 1, operations))
    }),
    Row::new("measured/histogram_0_growing", "loop_growing", || {
        let group = group(Histogram::with_metadata(Thresholds::with_buckets(SECONDS)));
        Started::new(|run| run.each(|index| group.measured.observe(growing(index))))
            .checked(|operations| check!(group, 1, operations))
    }),
    Row::new("measured/histogram_3", "loop_duration_step", || {
        let group = group(HistogramVec::<StepSet, 14>::with_metadata(Thresholds::with_buckets(SECONDS)));
        Started::new(|run| run.each(|index| group.measured.observe(Step::at(index), duration(index))))
            .checked(|operations| check!(group, 16, operations))
    }),
    Row::new("measured/gauge_set", "loop_growing", || {
        let group = group(FloatGauge::new());
        Started::new(|run| run.each(|index| group.measured.set(growing(index)))).checked(|_| {
            let text = text!(group);
            assert!(text.contains("measured "), "{text}");
        })
    }),
    Row::whole("measured/scrape_1000", || scrape(1_000)).count(10).of(1_000),
    Row::whole("measured/scrape_100000", || scrape(100_000)).timed().of(100_000),
    Row::new("measured/up_down_add", "loop", || {
        let group = group(Gauge::new());
        Started::new(|run| run.each(|_| group.measured.inc()))
            .checked(|operations| check!(group, 1, operations))
    }),
];

fn request_set() -> RequestSet {
    RequestSet { method: ParaCord::default(), route: ParaCord::default(), status: ParaCord::default() }
}

/// Collection and text of so many series.
fn scrape(series: u64) -> Started {
    let group = group(CounterVec::with_label_set(request_set()));
    for index in 0..series {
        let [method, route, status] = many_texts(index);
        group.measured.inc(Request { method: &method, route: &route, status: &status });
    }
    Started::new(|run| run.each(|_| text!(group))).checked(move |_| check!(group, series as usize, series))
}

/// A metric for the life of the process, as users have it in a static.
fn group<M>(measured: M) -> &'static Group<M> {
    Box::leak(Box::new(Group { measured }))
}
