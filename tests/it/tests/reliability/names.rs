//! Row 17: whatever names, keys, values, help texts, units and resource attributes are, Prometheus takes the page.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant, SystemTime};

use inputs::dice::{Dice, Seeded};
use inputs::{exposition, snapshot};
use it::component;
use it::judges::{Prometheus, promtool_lints};
use it::victoria_metrics::{Lines, VictoriaMetrics};
use opentelemetry::KeyValue;
use opentelemetry_sdk::Resource;
use telemetry_runtime::__fuzzing::exposition as render;
use telemetry_runtime::metrics::{
    AttributeData, HistogramPoint, MeterScope, Metric, MetricData, Number, NumberPoint, ScopeMetrics,
    Snapshot, Temporality,
};

use crate::figures::{Size, count, row};

/// A healthy counter, and what section 4 of the list of known failures puts beside it.
fn known(key: &'static str, value: &'static str, names: &[&str], histogram: bool) -> (Resource, Snapshot) {
    let attributes = [(key.into(), AttributeData::String(value.into()))];
    let point = NumberPoint {
        attributes: attributes.clone().into(),
        start_time: SystemTime::UNIX_EPOCH,
        value: Number::U64(1),
    };
    let metric = |name: &str, data| Metric {
        name: name.into(),
        description: value.into(),
        unit: "".into(),
        kind: None,
        temporality: Temporality::Cumulative,
        data,
    };
    let sum = |monotonic| MetricData::Sum { monotonic, points: vec![point.clone()] };
    let mut metrics = vec![metric("healthy", sum(true))];
    for name in names {
        // A gauge where the name says so.
        metrics.push(metric(name, sum(!name.ends_with("_total"))));
    }
    if histogram {
        let point = HistogramPoint {
            attributes: attributes.into(),
            start_time: SystemTime::UNIX_EPOCH,
            count: 1,
            sum: 0.5,
            min: None,
            max: None,
            bucket_counts: vec![1, 0],
            exemplars: Vec::new(),
        };
        metrics.push(metric("wait", MetricData::Histogram { bounds: [1.0].into(), points: vec![point] }));
    }
    let scope = |name: &'static str| MeterScope { name: name.into(), ..MeterScope::default() };
    let scopes = ["one", "two"]
        .map(|name| ScopeMetrics { scope: scope(name), metrics: metrics.clone() })
        .into_iter()
        .collect();
    let resource = Resource::builder_empty().with_attribute(KeyValue::new(key, value)).build();
    (resource, Snapshot { time: SystemTime::UNIX_EPOCH, scopes })
}

/// The rows of section 4; each page has its name in two scopes, as the row on scopes wants it.
fn section_4() -> Vec<(Resource, Snapshot)> {
    let mut cases: Vec<_> = ["", "1st", "a:b", "__name__", "le", "quantile", "job", "instance", "a.b", "a-b"]
        .into_iter()
        .map(|key| known(key, "v", &["seen"], true))
        .collect();
    for value in ["nul\0", "line\u{2028}", "a\"} 1\nforged 42\n#", "\\", "# EOF", "\u{feff}"] {
        cases.push(known("k", value, &["seen"], true));
    }
    cases.push(known("k", "v", &["kind", "kind_total"], false));
    cases.push(known("k", "v", &["a.b", "a_b", "a-b"], false));
    cases
}

/// Pages of random hostile snapshots, in both formats, and how many random texts are in them.
fn pages(random: usize) -> (Vec<[String; 2]>, usize) {
    let mut texts = 0;
    let mut snapshots = section_4();
    snapshots.extend((1..=random).map(|seed| {
        let bytes: Vec<u8> = Seeded::new(seed as u64).bytes(6000);
        snapshot::of(&mut Dice::new(&bytes))
    }));
    let pages = snapshots.iter().map(|(resource, snapshot)| {
        texts += resource.len() * 2 + snapshot.scopes.iter().map(texts_of).sum::<usize>();
        [false, true].map(|open_metrics| render(snapshot, resource, open_metrics))
    });
    (pages.collect(), texts)
}

fn texts_of(scope: &ScopeMetrics) -> usize {
    let of = |metric: &Metric| {
        let sets: usize = match &metric.data {
            MetricData::Sum { points, .. } | MetricData::Gauge { points } => {
                points.iter().map(|point| point.attributes.len()).sum()
            }
            MetricData::Histogram { points, .. } => points.iter().map(|point| point.attributes.len()).sum(),
        };
        3 + 2 * sets
    };
    2 + scope.scope.attributes.len() * 2 + scope.metrics.iter().map(of).sum::<usize>()
}

/// Reads pages that end with a form feed and a line feed each, and prints how many samples each has.
const STRICT: &str = "
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
for text in sys.stdin.buffer.read().decode().split('\\f\\n')[:-1]:
    print(sum(len(family.samples) for family in text_string_to_metric_families(text)))
";

fn samples_by_python(pages: &[String]) -> Option<Vec<usize>> {
    let python = component::python(&["prometheus_client.openmetrics.parser"])?;
    let mut command = Command::new(python);
    command.args(["-c", STRICT]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("python runs");
    let mut input = child.stdin.take().expect("a pipe");
    let text = pages.iter().map(|page| format!("{page}\u{c}\n")).collect::<Vec<_>>().concat();
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = child.wait_with_output().expect("python ends");
    writer.join().expect("no panic").expect("python reads");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let counts = String::from_utf8(output.stdout).expect("text");
    Some(counts.lines().map(|line| line.parse().expect("a count")).collect())
}

/// Whether promtool was there to read all pages. It panics where promtool cannot read one.
fn are_read_by_promtool(pages: &[[String; 2]]) -> bool {
    if component::promtool().is_none() {
        return false;
    }
    // A process for each page, so that most of the time goes by here.
    let share = pages.len().div_ceil(std::thread::available_parallelism().map_or(1, usize::from));
    std::thread::scope(|scope| {
        let readers: Vec<_> = pages
            .chunks(share)
            .map(|pages| scope.spawn(|| pages.iter().all(|[text, _]| promtool_lints(text).is_some())))
            .collect();
        readers.into_iter().all(|reader| reader.join().expect("promtool reads every page"))
    })
}

#[test]
fn row_17_prometheus_takes_whatever_things_are_called() {
    let random = Size::of_run().pick(150, 24_000);
    let (pages, texts) = pages(random);
    let mut ours = Vec::new();
    for [text, open_metrics] in &pages {
        exposition::read(text, false).unwrap_or_else(|wrong| panic!("{wrong}\n{text}"));
        let strict =
            exposition::read(open_metrics, true).unwrap_or_else(|wrong| panic!("{wrong}\n{open_metrics}"));
        ours.push(strict.values().sum::<usize>());
    }
    let strict: Vec<String> = pages.iter().map(|[_, page]| page.replace('\u{c}', " ")).collect();
    let Some(theirs) = samples_by_python(&strict) else { return };
    assert_eq!(ours, theirs, "samples of each page");
    let by_promtool = Size::of_run().pick(60, pages.len());
    if !are_read_by_promtool(&pages[..by_promtool]) {
        return;
    }
    let time = Size::of_run().pick(Duration::from_secs(5), Duration::from_secs(60));
    let Some(scrapes) = scraped_by(Prometheus::scrape, &pages, time) else { return };
    row(
        17,
        format_args!(
            "{} pages with {} hostile texts, every row of section 4 among them: all read by our strict reader and by \
             prometheus_client, {} of them by promtool (rc 0 or 3); up = 1 in {scrapes} scrapes of a Prometheus server",
            count(pages.len()),
            count(texts),
            count(by_promtool)
        ),
    );
    let Some(samples) = read_by_victoria_metrics(&pages) else { return };
    let Some(scrapes) = scraped_by(Prometheus::scrape_by_victoria_metrics, &pages, time) else { return };
    row(
        17,
        format_args!(
            "all {} samples of {} pages read by VictoriaMetrics; up = 1 in {scrapes} of its scrapes",
            count(samples),
            count(pages.len())
        ),
    );
}

/// How many samples another server finds in all pages, which are as many as stand there.
fn read_by_victoria_metrics(pages: &[[String; 2]]) -> Option<usize> {
    let server = VictoriaMetrics::start()?;
    let mut read = 0;
    for pages in pages.chunks(200) {
        let samples = |[text, _]: &[String; 2]| {
            exposition::read(text, false).expect("it was read before").values().sum::<usize>()
        };
        let added: usize = pages.iter().map(samples).sum();
        read += added;
        let text = pages.iter().map(|[text, _]| text.as_str()).collect::<String>();
        assert_eq!(server.read(&text, added), Lines { read, invalid: 0 }, "{text}");
    }
    Some(read)
}

/// Lets a server scrape one page after the other, and asks whether it took all of them.
fn scraped_by(
    server: fn(SocketAddr) -> Option<Prometheus>,
    pages: &[[String; 2]],
    time: Duration,
) -> Option<String> {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let given = Mutex::new(0_usize);
    let over = Mutex::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for stream in listener.incoming() {
                if *over.lock().expect("no panic") {
                    return;
                }
                let mut given = given.lock().expect("no panic");
                if let Ok(stream) = stream
                    && serve(stream, &pages[*given % pages.len()]).is_some()
                {
                    *given += 1;
                }
            }
        });
        let result = server(address).map(|server| watched(&server, time));
        *over.lock().expect("no panic") = true;
        // The thread waits for one more.
        drop(TcpStream::connect(address));
        let (scrapes, least) = result?;
        assert_eq!(least, "1", "the least of `up` in {scrapes} scrapes");
        Some(scrapes)
    })
}

/// How many scrapes a server made, and 1 if it took them all.
fn watched(server: &Prometheus, time: Duration) -> (String, String) {
    let end = Instant::now() + time;
    while Instant::now() < end {
        std::thread::park_timeout(Duration::from_millis(200));
    }
    let scrapes = server.value("count_over_time(up[10m])");
    (scrapes, server.value("min_over_time(up[10m])"))
}

/// Answers one scrape in the format that it asks for.
fn serve(mut stream: TcpStream, [text, open_metrics]: &[String; 2]) -> Option<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).ok()?;
        request.extend(byte);
    }
    let asked = String::from_utf8_lossy(&request).to_ascii_lowercase();
    let (kind, page) = if asked.contains("application/openmetrics-text") {
        ("application/openmetrics-text; version=1.0.0; charset=utf-8", open_metrics)
    } else {
        ("text/plain; version=0.0.4; charset=utf-8", text)
    };
    let length = page.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(page.as_bytes())).ok()
}
