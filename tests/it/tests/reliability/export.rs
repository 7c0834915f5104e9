//! Rows 2, 5, 6 and 13: a collector that hangs, that goes away, that is slow, and more spans than there is time for.

use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use it::counting::CountingSink;
use it::{process, wait};

use crate::figures::{Size, alone, count, growth, row};

/// A program that makes spans.
struct Load(Option<Child>);

/// What it said at its end.
#[derive(Debug)]
struct Figures {
    numbers: BTreeMap<String, u64>,
    errors: String,
}

impl Load {
    fn start(sink: &CountingSink, threads: u64, rate: u64, time: Duration) -> Self {
        Self::start_with(sink, threads, rate, time, |command| command)
    }

    fn start_with(
        sink: &CountingSink,
        threads: u64,
        rate: u64,
        time: Duration,
        with: impl FnOnce(&mut Command) -> &mut Command,
    ) -> Self {
        let mut command = process::command(env!("CARGO_BIN_EXE_load"));
        let arguments = [threads, rate, time.as_secs()].map(|number| number.to_string());
        let command = command.args(arguments).env("OTEL_EXPORTER_OTLP_ENDPOINT", sink.url());
        let command = with(command).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self(Some(command.spawn().expect("the program starts")))
    }

    fn end(mut self) -> Figures {
        let child = self.0.take().expect("it ends once");
        let output = child.wait_with_output().expect("the program can be waited for");
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{}: {errors}", output.status);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let number = |line: &str| {
            let (name, value) = line.split_once(' ')?;
            Some((name.to_owned(), value.parse().ok()?))
        };
        Figures { numbers: text.lines().filter_map(number).collect(), errors }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        if let Some(mut child) = self.0.take() {
            // A test that failed does not wait for the program.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Figures {
    fn number(&self, name: &str) -> u64 {
        *self.numbers.get(name).unwrap_or_else(|| panic!("no `{name}` in {self:?}"))
    }

    fn dropped(&self) -> u64 {
        self.number("dropped.full") + self.number("dropped.closed") + self.number("failed")
    }

    /// Asserts that each span was delivered or counted as lost, and that the program's counts are the receiver's.
    fn assert_exact(&self, sink: &CountingSink) {
        let delivered = sink.counts().spans;
        assert_eq!(self.number("made"), self.number("called"), "{self:?}");
        assert_eq!(self.number("made"), delivered + self.dropped(), "{self:?}, {:?}", sink.counts());
        assert_eq!(self.number("exported"), delivered, "{self:?}");
        assert_eq!(self.number("waiting"), 0, "{self:?}");
        assert_eq!(self.number("metric.dropped.full"), self.number("dropped.full"), "{self:?}");
    }

    fn growth(&self, from: &str, to: &str) -> String {
        growth(self.number(from) << 10, self.number(to) << 10)
    }

    /// The lines about lost spans; there is one a minute at most, and one for each kind.
    fn warnings(&self) -> usize {
        self.errors.lines().filter(|line| line.starts_with("telemetry: ")).count()
    }
}

#[test]
fn a_collector_that_never_answers_costs_the_limit_at_the_end_and_nothing_before() {
    let _alone = alone();
    let size = Size::of_run();
    let time = Duration::from_secs(size.pick(2, 20));
    let (limit, margin) = (1_000, size.pick(5_000, 200));
    let healthy = CountingSink::start();
    let usual = Load::start(&healthy, 1, 1_000, time).end();
    let hanging = CountingSink::start();
    hanging.hang();
    let figures = Load::start_with(&hanging, 1, 1_000, time, |command| {
        command
            .env("APP_CONFIG_telemetry_shutdown_timeoutMillis", limit.to_string())
            .env("OTEL_METRICS_EXPORTER", "otlp")
    })
    .end();
    figures.assert_exact(&hanging);
    let shutdown = figures.number("shutdown.ms");
    assert!(shutdown <= limit + margin, "{figures:?}");
    // With a margin for a machine that does something else; what is blocked would take milliseconds.
    let (p99, usual) = (figures.number("call.p99.ns"), usual.number("call.p99.ns"));
    assert!(p99 <= usual * size.pick(20, 3) + 100_000, "{p99} ns, {usual} ns with a collector that answers");
    row(
        2,
        format_args!(
            "a call's p99 {p99} ns, {usual} ns with a collector that answers; shutdown {shutdown} ms with a limit of \
             {limit} ms (spans and metrics); {} made = {} counted as lost",
            count(figures.number("made")),
            count(figures.dropped()),
        ),
    );
}

#[test]
fn a_collector_that_goes_and_comes_back_is_found_again_and_each_span_is_accounted_for() {
    let _alone = alone();
    let size = Size::of_run();
    let before = Duration::from_secs(size.pick(2, 10));
    let down = Duration::from_secs(size.pick(2, 30));
    let after = Duration::from_secs(size.pick(8, 30));
    let mut sink = CountingSink::start();
    sink.answer_after(Duration::from_millis(5));
    let load = Load::start(&sink, 4, 2_000, before + down + after);
    wait::until("the first spans", || (sink.counts().spans > 0).then_some(()));
    std::thread::park_timeout(before);
    sink.stop();
    let stopped = sink.counts();
    std::thread::park_timeout(down);
    assert_eq!(sink.counts(), stopped, "a closed receiver gets nothing");
    let start = Instant::now();
    sink.restart();
    wait::until("delivery after the restart", || (sink.counts().spans > stopped.spans).then_some(()));
    let resumed = start.elapsed();
    let figures = load.end();
    figures.assert_exact(&sink);
    assert!(resumed <= Duration::from_secs(size.pick(20, 10)), "{resumed:?}");
    let grown = figures.number("rss.peak") - figures.number("rss.warm");
    // What waits in the meantime: up to 32,768 spans of 368 bytes, and what is on its way. A debug build needs more.
    assert!(grown <= size.pick(96, 20) << 10, "{figures:?}");
    row(
        5,
        format_args!(
            "collector away for {down:?}: delivery again after {:.1} s, memory {}, {} made = {} delivered + {} counted as \
             lost",
            resumed.as_secs_f64(),
            figures.growth("rss.warm", "rss.peak"),
            count(figures.number("made")),
            count(sink.counts().spans),
            count(figures.dropped()),
        ),
    );
}

#[test]
fn a_collector_that_takes_two_seconds_a_batch_slows_no_call() {
    let _alone = alone();
    let size = Size::of_run();
    let time = Duration::from_secs(size.pick(4, 120));
    let sink = CountingSink::start();
    sink.answer_after(Duration::from_secs(2));
    let figures = Load::start(&sink, 2, 1_000, time).end();
    figures.assert_exact(&sink);
    let slowest = figures.number("call.p999.ns");
    assert!(slowest <= size.pick(50_000_000, 1_000_000), "{figures:?}");
    row(
        6,
        format_args!(
            "2 s a batch for {time:?} at 1,000 spans/s: a call's p99.9 {slowest} ns, {} made = {} delivered + {} counted as \
             lost",
            count(figures.number("made")),
            count(sink.counts().spans),
            count(figures.dropped()),
        ),
    );
}

#[test]
fn a_hundred_thousand_spans_a_second_from_eight_threads_are_accounted_for_to_the_unit() {
    let _alone = alone();
    let size = Size::of_run();
    let rate = size.pick(20_000, 100_000);
    let time = Duration::from_secs(size.pick(3, 60));
    let sink = CountingSink::start();
    let figures = Load::start(&sink, 8, rate, time).end();
    figures.assert_exact(&sink);
    assert!(figures.number("rss.peak") - figures.number("rss.start") <= 64 << 10, "{figures:?}");
    assert!(figures.warnings() <= 2, "{figures:?}");
    row(
        13,
        format_args!(
            "8 threads, {} spans/s for {time:?}: {} made = {} delivered + {} counted as lost, memory {}, {} warnings",
            count(rate),
            count(figures.number("made")),
            count(sink.counts().spans),
            count(figures.dropped()),
            figures.growth("rss.start", "rss.peak"),
            figures.warnings(),
        ),
    );
}

#[test]
fn what_cannot_be_encoded_in_time_is_dropped_and_counted() {
    let _alone = alone();
    let size = Size::of_run();
    let time = Duration::from_secs(size.pick(1, 20));
    let sink = CountingSink::start();
    sink.answer_after(Duration::from_millis(10));
    let figures = Load::start(&sink, 2, 0, time).end();
    figures.assert_exact(&sink);
    assert!(figures.number("rss.peak") - figures.number("rss.start") <= 64 << 10, "{figures:?}");
    row(
        13,
        format_args!(
            "as fast as 2 threads can for {time:?}: {} made = {} delivered + {} counted as lost, memory {}",
            count(figures.number("made")),
            count(sink.counts().spans),
            count(figures.dropped()),
            figures.growth("rss.start", "rss.peak"),
        ),
    );
}
