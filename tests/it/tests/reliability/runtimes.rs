//! Row 7: telemetry ends well wherever it is ended, and needs no runtime of the program's.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use it::sink::Sink;
use it::work::{STEPS, work};
use telemetry_runtime::Telemetry;
use tokio::runtime::Builder;

use crate::figures::{alone, whole_row};

/// After this time an ending hangs.
const HANGS: Duration = Duration::from_secs(10);

/// Where telemetry is started and ended.
#[derive(Clone, Copy, Debug)]
enum Place {
    NoRuntime,
    /// The executor's only thread waits for telemetry.
    CurrentThread,
    /// A container with one processor: the only worker waits for telemetry.
    OneWorker,
    Workers,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Ending {
    Flush,
    Shutdown,
    Drop,
    Panic,
}

impl Place {
    /// Runs `task` there; whether it returned.
    fn run(self, task: impl FnOnce() + Send + 'static) -> bool {
        let several = |workers| Builder::new_multi_thread().worker_threads(workers).enable_all().build();
        let runtime = match self {
            Self::NoRuntime => return catch_unwind(AssertUnwindSafe(task)).is_ok(),
            Self::CurrentThread => Builder::new_current_thread().enable_all().build(),
            Self::OneWorker => several(1),
            Self::Workers => several(4),
        };
        let runtime = runtime.expect("a runtime");
        runtime.block_on(runtime.spawn(async { task() })).is_ok()
    }
}

/// Starts, works and ends as told, and gives the number of spans that had arrived then.
fn cell(place: Place, protocol: &str, ending: Ending) -> usize {
    let sink = Arc::new(Sink::start());
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", sink.url()),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol.to_owned()),
        ("OTEL_METRICS_EXPORTER", "otlp".to_owned()),
        // So that only the ending can bring anything.
        ("OTEL_BSP_SCHEDULE_DELAY", "600000".to_owned()),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value));
    let (arrived, count) = mpsc::sync_channel(1);
    let receiver = Arc::clone(&sink);
    let returned = place.run(move || {
        let telemetry = Telemetry::builder()
            .without_config_files()
            .environment(variables.into_iter().collect())
            .bootstrap()
            .expect("the variables are a valid configuration");
        work();
        match ending {
            Ending::Flush => {
                telemetry.flush(HANGS).expect("a flush within its limit");
                arrived.send(receiver.span_count()).expect("the test waits");
            }
            Ending::Shutdown => telemetry.shutdown().expect("an end within its limit"),
            Ending::Drop => drop(telemetry),
            Ending::Panic => panic!("as the test says"),
        }
    });
    assert_eq!(returned, ending != Ending::Panic, "nothing else panics");
    count.recv().unwrap_or_else(|_| sink.span_count())
}

#[test]
fn every_span_arrives_from_every_place_in_every_way_to_end() {
    let _alone = alone();
    let mut cells = 0;
    let mut longest = Duration::ZERO;
    for place in [Place::NoRuntime, Place::CurrentThread, Place::OneWorker, Place::Workers] {
        for protocol in ["grpc", "http/protobuf", "http/json"] {
            for ending in [Ending::Flush, Ending::Shutdown, Ending::Drop, Ending::Panic] {
                let (done, result) = mpsc::sync_channel(1);
                let start = Instant::now();
                let cell = thread::spawn(move || done.send(cell(place, protocol, ending)));
                let arrived = result.recv_timeout(HANGS);
                assert_eq!(arrived, Ok(STEPS), "{place:?}, {protocol}, {ending:?}");
                cell.join().expect("it has sent its result").expect("the test waits");
                longest = longest.max(start.elapsed());
                cells += 1;
            }
        }
    }
    whole_row(
        7,
        format_args!("{cells} cells, {STEPS} of {STEPS} spans in each, the longest took {longest:.2?}"),
    );
}
