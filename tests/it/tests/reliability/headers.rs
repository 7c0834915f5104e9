//! Row 21: headers of requests that hold anything.

use std::collections::HashMap;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use inputs::dice::Seeded;
use inputs::propagation;
use it::component;
use opentelemetry::Context;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::TraceContextExt as _;
use telemetry_runtime::__fuzzing::propagator;
use telemetry_runtime::context::Headers;

use crate::figures::{Size, count, row};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const SPAN: &str = "b7ad6b7169203331";

fn right() -> String {
    format!("00-{TRACE}-{SPAN}-01\nrojo=00f067aa0ba902b7,congo=t61rcWkgMzE\nuser=ada,tenant=a%20b;p=1")
}

fn extracted(propagator: &impl TextMapPropagator, headers: &HashMap<String, String>) -> Context {
    propagator.extract_with_context(&Context::new(), headers)
}

fn headers(lines: &[u8]) -> HashMap<String, String> {
    let text = String::from_utf8_lossy(lines);
    let names = ["traceparent", "tracestate", "baggage"];
    names
        .into_iter()
        .zip(text.splitn(3, '\n'))
        .map(|(name, line)| (name.to_owned(), line.to_owned()))
        .collect()
}

#[test]
fn row_21_any_headers_cost_nothing_but_a_new_trace() {
    let number = Size::of_run().pick(20_000, 10_000_000_u64);
    let propagator = propagator();
    let right = right();
    let (mut total, mut taken) = (Duration::ZERO, 0_u64);
    for seed in 1..=number {
        let mut order = Seeded::new(seed);
        let lines = if seed % 8 == 0 { order.bytes(400) } else { order.mutated(right.as_bytes()) };
        // What has to hold costs more than what is held to it, so only every tenth is judged.
        if seed % 10 == 0 {
            propagation::check(&lines);
        }
        let headers = headers(&lines);
        let start = Instant::now();
        let context = extracted(&propagator, &headers);
        total += start.elapsed();
        taken += u64::from(context.has_active_span());
    }
    let mean = total / u32::try_from(number).expect("a count");
    let longest = one_mebibyte(&propagator);
    // A debug build on a busy machine is not what the criterion is about.
    let limit = Size::of_run().pick(Duration::from_millis(10), Duration::from_micros(10));
    assert!(mean <= limit && longest <= limit, "{mean:?} in the mean, {longest:?} for 1 MB");
    row(
        21,
        format_args!(
            "{} sets of headers, {} of them with a parent, the rest a new trace: {mean:?} each in the mean; headers of \
             1 MB: {longest:?} for the slowest kind",
            count(number),
            count(taken)
        ),
    );
}

/// The longest of what headers of 1 MB cost; each is read often, and the best time counts, which is the code's own.
fn one_mebibyte(propagator: &impl TextMapPropagator) -> Duration {
    let parent = format!("00-{TRACE}-{SPAN}-01");
    let long = |part: &str| part.repeat((1 << 20) / part.len());
    let cases = [
        ("traceparent", long("-")),
        ("traceparent", format!("cc-{TRACE}-{SPAN}-01-{}", long("x"))),
        ("tracestate", long("a=1,")),
        ("tracestate", long("x")),
        ("baggage", long("a=%20,")),
        ("baggage", long(";")),
    ];
    let times = cases.into_iter().map(|(name, value)| {
        let mut map = http::HeaderMap::new();
        map.insert("traceparent", http::HeaderValue::try_from(&parent).expect("a value"));
        map.insert(name, http::HeaderValue::try_from(value).expect("a value"));
        let once = |_| {
            let start = Instant::now();
            let context = propagator.extract_with_context(&Context::new(), &Headers(&map));
            let time = start.elapsed();
            assert_eq!(context.has_active_span(), name != "traceparent", "{name}");
            time
        };
        (0..20).map(once).min().unwrap_or_default()
    });
    times.max().unwrap_or_default()
}

/// Reads lines of `traceparent \t tracestate` and prints what it understands.
const PYTHON: &str = "
import sys
from opentelemetry.trace import get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
propagator = TraceContextTextMapPropagator()
for line in sys.stdin:
    parent, state = line.rstrip('\\n').split('\\t')
    context = get_current_span(propagator.extract({'traceparent': parent, 'tracestate': state})).get_span_context()
    if context.is_valid:
        print(f'{context.trace_id:032x} {context.span_id:016x} {context.trace_flags & 1} {context.trace_state.to_header()}')
    else:
        print('none')
";

#[test]
fn row_21_the_python_sdk_understands_the_same() {
    let Some(python) = component::python(&["opentelemetry.trace.propagation.tracecontext"]) else { return };
    let lines: Vec<(String, String)> = cases();
    let mut child = Command::new(python)
        .args(["-c", PYTHON])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("python runs");
    let mut input = child.stdin.take().expect("a pipe");
    let text =
        lines.iter().map(|(parent, state)| format!("{parent}\t{state}\n")).collect::<Vec<_>>().concat();
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = child.wait_with_output().expect("python ends");
    writer.join().expect("no panic").expect("python reads");
    let theirs = String::from_utf8(output.stdout).expect("text");
    let propagator = propagator();
    let mut with_parent = 0;
    for ((parent, state), theirs) in lines.iter().zip(theirs.lines()) {
        let headers = HashMap::from([
            ("traceparent".to_owned(), parent.clone()),
            ("tracestate".to_owned(), state.clone()),
        ]);
        let context = extracted(&propagator, &headers);
        let span = context.span();
        let ours = span.span_context();
        let text = if ours.is_valid() {
            with_parent += 1;
            let (trace, id) = (ours.trace_id(), ours.span_id());
            format!("{trace} {id} {} {}", u8::from(ours.is_sampled()), ours.trace_state().header())
        } else {
            "none".to_owned()
        };
        assert_eq!(text.trim_end(), theirs.trim_end(), "{parent:?} {state:?}");
    }
    assert_eq!(theirs.lines().count(), lines.len());
    row(
        21,
        format_args!(
            "the Python SDK understands the same in {} cases, {with_parent} with a parent",
            lines.len()
        ),
    );
}

/// Right ones and near misses, without what separates them on their way to the other program.
fn cases() -> Vec<(String, String)> {
    let parents = [
        format!("00-{TRACE}-{SPAN}-01"),
        format!("00-{TRACE}-{SPAN}-00"),
        format!("00-{TRACE}-{SPAN}-03"),
        format!("cc-{TRACE}-{SPAN}-01"),
        format!("cc-{TRACE}-{SPAN}-01-later"),
        format!("00-{TRACE}-{SPAN}-01-later"),
        format!("ff-{TRACE}-{SPAN}-01"),
        format!("00-{TRACE}-{SPAN}-1"),
        format!("0-{TRACE}-{SPAN}-01"),
        format!("00-{}-{SPAN}-01", "0".repeat(32)),
        format!("00-{TRACE}-{}-01", "0".repeat(16)),
        format!("00-{}-{SPAN}-01", TRACE.to_uppercase()),
        format!("00-{}-{SPAN}-01", &TRACE[1..]),
        String::new(),
        "nonsense".to_owned(),
    ];
    let states = [
        "",
        "a=1",
        "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE",
        "a=1 , b=2",
        "a",
        "A=1",
        "a=1,a=2",
        "1a@b=x y",
        "a=b=c",
        "a_-*/0=!#",
    ];
    parents
        .iter()
        .flat_map(|parent| states.iter().map(|state| (parent.clone(), (*state).to_owned())))
        .collect()
}
