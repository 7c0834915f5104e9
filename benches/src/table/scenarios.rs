//! What is measured that is no single operation.

use std::error::Error;

use crate::costs::Program;

/// Spans offered a second.
const RATES: [u64; 5] = [20_000, 50_000, 100_000, 200_000, 1_000_000];

/// How long they are offered.
const SECONDS: u64 = 5;

pub(super) struct Scenarios {
    pub(super) throughput: Vec<Offered>,
    pub(super) memory: [Memory; 2],
}

/// What became of spans, ours and OpenTelemetry's.
pub(super) struct Offered {
    pub(super) rate: u64,
    /// Spans a second that were made and that arrived, and how many in all were dropped.
    pub(super) each: [[u64; 3]; 2],
}

/// Bytes.
pub(super) struct Memory {
    pub(super) counter: i64,
    pub(super) histogram: i64,
    pub(super) threads: i64,
}

pub(super) fn take(ours: &Program, peers: &Program) -> Result<Scenarios, Box<dyn Error>> {
    let mut throughput = Vec::new();
    for rate in RATES {
        throughput.push(Offered { rate, each: [offered(ours, rate)?, offered(peers, rate)?] });
    }
    Ok(Scenarios { throughput, memory: [memory(ours)?, memory(peers)?] })
}

fn offered(program: &Program, rate: u64) -> Result<[u64; 3], Box<dyn Error>> {
    let text = program.output(&["throughput", &rate.to_string(), &SECONDS.to_string()])?;
    numbers(&text)
}

fn memory(program: &Program) -> Result<Memory, Box<dyn Error>> {
    let [counter, histogram, threads] = numbers(&program.output(&["memory"])?)?;
    Ok(Memory { counter, histogram, threads })
}

fn numbers<T: std::str::FromStr>(text: &str) -> Result<[T; 3], Box<dyn Error>> {
    let numbers: Vec<T> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    numbers.try_into().map_err(|_| format!("not three numbers: {text}").into())
}
