use super::*;
use crate::call::{NoSpan, PlainCall, of};
use crate::metrics::testing::{metric, numbers};
use crate::metrics::{Counter, Histogram, InstrumentKind, MetricData, UpDownCounter};
use crate::plugin::Scope;

macro_rules! descriptor {
    ($name:ident = $kind:ident, $number:ident, $plugin:literal, $metric:literal $(, $builder:ident($($arg:expr),*))*) => {
        static $name: Descriptor = Descriptor::new(
            InstrumentKind::$kind,
            NumberKind::$number,
            Scope::plugin($plugin),
            $metric,
            "telemetry-runtime",
        )$(.$builder($($arg),*))*;
    };
}

fn histogram_points(plugin: &str, name: &str) -> Vec<(String, u64, f64)> {
    match metric(plugin, name) {
        Some(MetricData::Histogram { points, .. }) => points
            .into_iter()
            .map(|point| (crate::metrics::testing::text(&point.attributes), point.count, point.sum))
            .collect(),
        other => panic!("{name} of {plugin} is {other:?}"),
    }
}

#[test]
fn a_call_counts_times_and_comes_back_whatever_its_outcome() {
    descriptor!(COUNT = Counter, U64, "f-outcome", "a.calls", attribute_keys(&["ok"]));
    descriptor!(TIME = Histogram, F64, "f-outcome", "a.duration", unit("s"), attribute_keys(&["ok"]));
    descriptor!(FLIGHT = UpDownCounter, I64, "f-outcome", "a.active", attribute_keys(&["ok"]));
    static METRICS: FnMetrics = FnMetrics::new(&[
        FnInstrument::counter(&COUNT),
        FnInstrument::histogram(&TIME),
        FnInstrument::in_flight(&FLIGHT),
    ]);
    for outcome in [Outcome::Ok, Outcome::Ok, Outcome::Error, Outcome::Panic, Outcome::Cancelled] {
        let mut guard = MetricGuard::start(&METRICS, (true,));
        assert!(guard.is_timed());
        assert_eq!(numbers("f-outcome", "a.active"), [("ok=true".to_owned(), 1.0)]);
        guard.finish(outcome, || 0.25);
        assert_eq!(numbers("f-outcome", "a.active"), [("ok=true".to_owned(), 0.0)]);
    }
    let counts = [("ok", 2.0), ("error", 1.0), ("panic", 1.0), ("cancelled", 1.0)]
        .map(|(outcome, count)| (format!("ok=true,outcome={outcome}"), count));
    assert_eq!(numbers("f-outcome", "a.calls"), counts);
    let times = histogram_points("f-outcome", "a.duration");
    assert_eq!(times.len(), 4);
    assert_eq!(times[0], ("ok=true,outcome=ok".to_owned(), 2, 0.5));
}

#[test]
fn an_instrument_may_record_one_outcome_only_and_leave_it_out() {
    descriptor!(OK = Counter, U64, "f-on", "a.ok");
    descriptor!(ERROR = Counter, U64, "f-on", "a.error");
    descriptor!(PLAIN = Counter, U64, "f-on", "a.plain");
    static METRICS: FnMetrics =
        FnMetrics::new(&[FnInstrument::counter(&OK).on(On::Ok), FnInstrument::counter(&ERROR).on(On::Error)]);
    static WITHOUT: FnMetrics = FnMetrics::new(&[FnInstrument::counter(&PLAIN)]).without_outcome();
    for outcome in [Outcome::Ok, Outcome::Error, Outcome::Error, Outcome::Panic] {
        MetricGuard::start(&METRICS, ()).finish(outcome, || 0.0);
        MetricGuard::start(&WITHOUT, ()).finish(outcome, || 0.0);
    }
    assert_eq!(numbers("f-on", "a.ok"), [("outcome=ok".to_owned(), 1.0)]);
    assert_eq!(numbers("f-on", "a.error"), [("outcome=error".to_owned(), 2.0)]);
    assert_eq!(numbers("f-on", "a.plain"), [(String::new(), 4.0)]);
}

#[test]
fn values_replace_one_and_the_duration_and_may_be_missing() {
    descriptor!(BYTES = Counter, U64, "f-value", "a.bytes");
    descriptor!(SIZE = Histogram, F64, "f-value", "a.size");
    descriptor!(LEVEL = Gauge, F64, "f-value", "a.level");
    descriptor!(BALANCE = UpDownCounter, I64, "f-value", "a.balance");
    descriptor!(LAST = Gauge, F64, "f-value", "a.last");
    static METRICS: FnMetrics = FnMetrics::new(&[
        FnInstrument::counter(&BYTES).valued(),
        FnInstrument::histogram(&SIZE).valued(),
        FnInstrument::gauge(&LEVEL).valued(),
        FnInstrument::up_down_counter(&BALANCE).valued(),
        FnInstrument::gauge(&LAST).valued(),
    ])
    .without_outcome();
    let mut guard =
        MetricGuard::with_values(&METRICS, ()).value(0, 10_usize).value(1, 2.5).value(3, -4).value(4, 9);
    assert!(!guard.is_timed());
    guard.set_value(2, of(&vec![1, 2, 3], Vec::len));
    guard.finish(Outcome::Ok, || 1.0);
    // A call that panics has no result to take a value from.
    MetricGuard::with_values(&METRICS, ()).value(0, 1_u8).finish(Outcome::Panic, || 1.0);
    assert_eq!(numbers("f-value", "a.bytes"), [(String::new(), 11.0)]);
    assert_eq!(histogram_points("f-value", "a.size"), [(String::new(), 1, 2.5)]);
    assert_eq!(numbers("f-value", "a.level"), [(String::new(), 3.0)]);
    assert_eq!(numbers("f-value", "a.balance"), [(String::new(), -4.0)]);
    assert_eq!(numbers("f-value", "a.last"), [(String::new(), 9.0)]);
}

#[test]
fn a_generic_function_has_a_table_for_each_type_of_attributes() {
    descriptor!(CALLS = Counter, U64, "f-generic", "a.calls", attribute_keys(&["x", "y"]));
    static METRICS: FnMetrics = FnMetrics::new(&[FnInstrument::counter(&CALLS)]).without_outcome();
    fn call<A: MetricAttributes>(attributes: A) {
        MetricGuard::start(&METRICS, attributes).finish(Outcome::Ok, || 0.0);
    }
    for _ in 0..3 {
        call((true, Some(true)));
        call((Outcome::Error,));
        call((crate::metrics::Label::new("free"), false));
    }
    let mut points = numbers("f-generic", "a.calls");
    points.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(points, ["x=error", "x=free,y=false", "x=true,y=true"].map(|text| (text.to_owned(), 3.0)));
}

#[test]
fn a_guard_that_never_finishes_is_not_in_flight() {
    descriptor!(FLIGHT = UpDownCounter, I64, "f-drop", "a.active");
    static METRICS: FnMetrics = FnMetrics::new(&[FnInstrument::in_flight(&FLIGHT)]);
    drop(MetricGuard::start(&METRICS, ()));
    assert_eq!(numbers("f-drop", "a.active"), [(String::new(), 0.0)]);
}

#[test]
fn an_existing_instrument_is_recorded_by_a_call() {
    descriptor!(COUNT = Counter, U64, "f-existing", "a.count", attribute_keys(&["on"]));
    descriptor!(TIME = Histogram, F64, "f-existing", "a.duration", unit("s"));
    descriptor!(FLIGHT = UpDownCounter, I64, "f-existing", "a.active");
    static C: Counter<u64, (bool,)> = Counter::declared(&COUNT);
    static H: Histogram<f64> = Histogram::declared(&TIME);
    static U: UpDownCounter<i64> = UpDownCounter::declared(&FLIGHT);
    C.add_with(1, (true,));
    {
        let call = PlainCall::new(
            NoSpan,
            (
                Existing::counter(&C, (true,)).on(On::Ok),
                (
                    Existing::histogram(&H, ()),
                    (Existing::in_flight(&U, ()), Existing::counter(&C, (false,)).value(5)),
                ),
            ),
        );
        assert_eq!(numbers("f-existing", "a.active"), [(String::new(), 1.0)]);
        drop(call);
    }
    assert_eq!(numbers("f-existing", "a.count"), [("on=false".to_owned(), 5.0), ("on=true".to_owned(), 2.0)]);
    assert_eq!(numbers("f-existing", "a.active"), [(String::new(), 0.0)]);
    assert_eq!(histogram_points("f-existing", "a.duration")[0].1, 1);
}

#[test]
fn an_existing_instrument_without_the_value_it_waits_for_is_not_recorded() {
    descriptor!(COUNT = Counter, U64, "f-valued", "a.count");
    descriptor!(TIME = Histogram, U64, "f-valued", "a.duration", unit("s"));
    static C: Counter<u64> = Counter::declared(&COUNT);
    static H: Histogram<u64> = Histogram::declared(&TIME);
    C.add(1);
    // A call that panics has no result to take the value from.
    Existing::counter(&C, ()).valued().finish(Outcome::Panic, || 2.0);
    Existing::counter(&C, ()).value(-1).finish(Outcome::Ok, || 2.0);
    Existing::histogram(&H, ()).finish(Outcome::Ok, || 0.25);
    assert_eq!(numbers("f-valued", "a.count"), [(String::new(), 1.0)]);
    assert_eq!(histogram_points("f-valued", "a.duration"), [(String::new(), 1, 0.25)]);
}

#[test]
fn a_panicking_call_is_one_panic() {
    descriptor!(CALLS = Counter, U64, "f-panic", "a.calls");
    static METRICS: FnMetrics = FnMetrics::new(&[FnInstrument::counter(&CALLS)]);
    let result = std::panic::catch_unwind(|| {
        let _call = PlainCall::new(NoSpan, MetricGuard::start(&METRICS, ()));
        std::panic::resume_unwind(Box::new("deliberate"));
    });
    assert!(result.is_err());
    assert_eq!(numbers("f-panic", "a.calls"), [("outcome=panic".to_owned(), 1.0)]);
}

mod written {
    //! Functions as users write them.

    use telemetry_macros::{MetricAttributes, metric};

    use crate::metrics::Counter;

    #[derive(Clone, Copy, MetricAttributes)]
    pub(super) struct Batch {
        pub(super) full: bool,
    }

    #[derive(telemetry_macros::MetricSet)]
    #[metric_set(plugin = "f-written")]
    pub(super) struct Declared {
        #[metric(counter = "batches.seen", unit = "{batch}")]
        pub(super) seen: Counter<u64, Batch>,
    }

    #[metric(
        counter("batches.made", unit = "{batch}"),
        histogram = "batches.duration",
        in_flight = "batches.active",
        attributes = batch,
        plugin = "f-written"
    )]
    pub(super) fn make(batch: Batch) -> Result<u8, String> {
        if batch.full { Ok(1) } else { Err("empty".to_owned()) }
    }

    #[metric(counter = Declared::get().seen, attributes = Batch { full: true }, outcome = false, plugin = "f-written")]
    #[metric(counter("bytes.read", unit = "By", value = |bytes| *bytes), outcome = false, plugin = "f-written")]
    pub(super) async fn read(bytes: usize) -> usize {
        bytes
    }
}

#[test]
fn annotated_functions_record_what_was_written() {
    let calls = numbers("f-written", "batches.made");
    assert!(calls.is_empty(), "no call was made, but there is {calls:?}");
    assert!(numbers("f-written", "batches.active").is_empty());
    assert_eq!(numbers("f-written", "bytes.read"), [(String::new(), 0.0)]);
    assert!(written::make(written::Batch { full: true }).is_ok());
    assert!(written::make(written::Batch { full: false }).is_err());
    assert_eq!(
        numbers("f-written", "batches.made"),
        [("full=false,outcome=error".to_owned(), 1.0), ("full=true,outcome=ok".to_owned(), 1.0)]
    );
    assert_eq!(
        numbers("f-written", "batches.active"),
        [("full=false".to_owned(), 0.0), ("full=true".to_owned(), 0.0)]
    );
    assert_eq!(histogram_points("f-written", "batches.duration").len(), 2);

    let mut future = std::pin::pin!(written::read(12));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(future.as_mut().poll(&mut context).is_ready());
    assert_eq!(numbers("f-written", "bytes.read"), [(String::new(), 12.0)]);
    assert_eq!(numbers("f-written", "batches.seen"), [("full=true".to_owned(), 1.0)]);
}

#[test]
fn errors_that_say_what_they_are_have_series_of_their_own() {
    descriptor!(COUNT = Counter, U64, "f-error", "a.calls", attribute_keys(&["ok"]));
    descriptor!(TIME = Histogram, F64, "f-error", "a.duration", unit("s"), attribute_keys(&["ok"]));
    descriptor!(FLIGHT = UpDownCounter, I64, "f-error", "a.active", attribute_keys(&["ok"]));
    descriptor!(BYTES = Counter, U64, "f-error", "a.bytes", attribute_keys(&["ok"]));
    static METRICS: FnMetrics = FnMetrics::new(&[
        FnInstrument::in_flight(&FLIGHT),
        FnInstrument::counter(&COUNT).on(On::Ok),
        FnInstrument::histogram(&TIME),
        FnInstrument::counter(&BYTES).valued().on(On::Error),
    ]);
    for (ok, error) in [(true, "lost"), (false, "lost"), (false, "late"), (false, "lost")] {
        let mut guard = MetricGuard::with_values(&METRICS, (ok,)).value(3, 10_u64);
        guard.finish_error(error, || 0.5);
    }
    MetricGuard::start(&METRICS, (false,)).finish(Outcome::Error, || 0.5);
    let series = |kind: &str, value: f64| (kind.to_owned(), value);
    assert_eq!(
        numbers("f-error", "a.bytes"),
        [
            series("error.type=lost,ok=true,outcome=error", 10.0),
            series("error.type=lost,ok=false,outcome=error", 20.0),
            series("error.type=late,ok=false,outcome=error", 10.0),
        ]
    );
    let mut times = histogram_points("f-error", "a.duration");
    times.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(times.len(), 4, "with the one that says nothing: {times:?}");
    assert_eq!(times[1], ("error.type=lost,ok=false,outcome=error".to_owned(), 2, 1.0));
    assert_eq!(times[3], ("ok=false,outcome=error".to_owned(), 1, 0.5));
    assert!(numbers("f-error", "a.calls").is_empty());
    assert_eq!(numbers("f-error", "a.active"), [series("ok=false", 0.0), series("ok=true", 0.0)]);
}

#[test]
fn errors_by_type_keep_free_texts_and_stay_out_where_outcomes_do() {
    descriptor!(CALLS = Counter, U64, "f-error-open", "a.calls", attribute_keys(&["x"]));
    descriptor!(PLAIN = Counter, U64, "f-error-open", "a.plain", attribute_keys(&["x"]));
    static METRICS: FnMetrics = FnMetrics::new(&[FnInstrument::counter(&CALLS)]);
    static WITHOUT: FnMetrics = FnMetrics::new(&[FnInstrument::counter(&PLAIN)]).without_outcome();
    for text in ["a", "b", "a"] {
        MetricGuard::start(&METRICS, (crate::metrics::Label::new(text),)).finish_error("lost", || 0.0);
        MetricGuard::start(&WITHOUT, (crate::metrics::Label::new(text),)).finish_error("lost", || 0.0);
    }
    let series = |kind: &str, value: f64| (kind.to_owned(), value);
    assert_eq!(
        numbers("f-error-open", "a.calls"),
        [series("error.type=lost,outcome=error,x=a", 2.0), series("error.type=lost,outcome=error,x=b", 1.0)]
    );
    assert_eq!(numbers("f-error-open", "a.plain"), [series("x=a", 2.0), series("x=b", 1.0)]);
}

#[test]
fn errors_of_endlessly_many_types_end_in_the_overflow_series() {
    descriptor!(CALLS = Counter, U64, "f-error-many", "a.calls");
    static METRICS: FnMetrics = FnMetrics::new(&[FnInstrument::counter(&CALLS)]);
    let limit = registry::cardinality_limit();
    for number in 0..limit + 10 {
        MetricGuard::start(&METRICS, ()).finish_error(format!("e{number}").leak(), || 0.0);
    }
    let points = numbers("f-error-many", "a.calls");
    assert_eq!(points.len(), limit + 1);
    assert!(points.contains(&("otel.metric.overflow=true".to_owned(), 10.0)), "{:?}", points.last());
}
