//! Writes the tables of `docs/performance.md`: `cargo run --release --bin table [-- --counts]`.
//!
//! Ours and the peers are measured, which takes some minutes and needs valgrind. `--counts` leaves out what depends on the
//! machine, and on what else it does: times, throughput and memory. The part of the page between
//! its marks is replaced, so that no figure in it was ever typed.

use std::error::Error;
use std::path::Path;
use std::process::Command;

use telemetry_benches::costs::Program;
use telemetry_benches::table::Measured;

const START: &str = "<!-- measured: -->\n";
const END: &str = "<!-- :measured -->";

fn main() -> Result<(), Box<dyn Error>> {
    let only_counts = match std::env::args().nth(1).as_deref() {
        None => false,
        Some("--counts") => true,
        Some(other) => return Err(format!("unknown argument `{other}`").into()),
    };
    let ours = Program::build("bench-ours")?;
    let peers = Program::build("bench-peers")?;
    let mut measured = Measured::count(&ours, &peers)?;
    if !only_counts {
        measured = measured.timed(&ours, &peers)?;
    }
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/performance.md");
    let text = std::fs::read_to_string(&page)?;
    let (before, rest) = text.split_once(START).ok_or("the page has no mark for the start")?;
    let (_, after) = rest.split_once(END).ok_or("the page has no mark for the end")?;
    let tables = format!("{}\n{}", conditions()?, measured.markdown());
    println!("{tables}");
    std::fs::write(&page, format!("{before}{START}\n{tables}{END}{after}"))?;
    Ok(())
}

/// When, with what and on what this was measured.
fn conditions() -> Result<String, Box<dyn Error>> {
    let date = said("date", &["-u", "+%Y-%m-%d"])?;
    let rustc = said("rustc", &["--version"])?;
    let valgrind = said("valgrind", &["--version"])?;
    let processors = std::thread::available_parallelism()?;
    let model = std::fs::read_to_string("/proc/cpuinfo")?;
    let model = model.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("");
    let model = model.trim_start_matches([' ', '\t', ':']);
    let load = std::fs::read_to_string("/proc/loadavg")?;
    let load = load.split_whitespace().next().unwrap_or("?");
    Ok(format!(
        "Measured on {date} with {rustc} (release, thin LTO, one codegen unit) and {valgrind}, on {processors} processors \
         ({model}), load {load}. Peers: {}.\n",
        versions()?
    ))
}

fn said(program: &str, arguments: &[&str]) -> Result<String, Box<dyn Error>> {
    let output = Command::new(program).args(arguments).output()?;
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

/// The peers as Cargo.lock has them.
fn versions() -> Result<String, Box<dyn Error>> {
    const PEERS: [&str; 14] = [
        "opentelemetry",
        "opentelemetry_sdk",
        "opentelemetry-otlp",
        "opentelemetry-prometheus",
        "tracing",
        "tracing-subscriber",
        "tracing-opentelemetry",
        "fastrace",
        "fastrace-opentelemetry",
        "metrics",
        "metrics-exporter-prometheus",
        "measured",
        "prometheus-client",
        "prometheus",
    ];
    let lock = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock"))?;
    let version = |name: &str| {
        let (_, rest) = lock.split_once(&format!("name = \"{name}\"\nversion = \""))?;
        Some(format!("{name} {}", rest.split('"').next()?))
    };
    Ok(PEERS.iter().filter_map(|name| version(name)).collect::<Vec<_>>().join(", "))
}
