//! The program that the rows of a library make: it does one of them, once.
//!
//! ```text
//! PROGRAM list                      all rows
//! PROGRAM run ROW COUNT             repeats a row, for callgrind
//! PROGRAM time ROW COUNT THREADS    repeats a row, and prints the nanoseconds of one operation
//! PROGRAM memory                    prints the bytes of an idle counter and histogram, and of many that threads used
//! PROGRAM throughput RATE SECONDS   prints the spans a second made and arrived at a collector, and how many were dropped
//! ```

use std::sync::Barrier;

use crate::{Row, Run};

/// Rounds of a timing; each starts with empty queues.
const ROUNDS: usize = 7;

/// What a library is measured by that is no single operation.
pub struct Scenarios {
    /// Prints bytes.
    pub memory: fn(),
    /// Prints spans, made at a rate for so many seconds.
    pub throughput: fn(u64, u64),
}

/// Does what the command line says.
///
/// # Panics
///
/// Where that is no command, or where the row's check fails.
pub fn main(rows: &[Row], scenarios: &Scenarios) {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["list"] => rows.iter().for_each(print),
        ["run", name, count] => repeat(find(rows, name), number(count)),
        ["time", name, count, threads] => time(find(rows, name), number(count), number(threads)),
        ["memory"] => (scenarios.memory)(),
        ["throughput", rate, seconds] => (scenarios.throughput)(number(rate), number(seconds)),
        _ => {
            panic!("usage: list | run ROW COUNT | time ROW COUNT THREADS | memory | throughput RATE SECONDS")
        }
    }
}

fn print(row: &Row) {
    let Row { name, less, count, per, all_threads, unchecked, .. } = row;
    println!("{name} {} {count} {per} {all_threads} {unchecked}", less.unwrap_or("-"));
}

fn find<'a>(rows: &'a [Row], name: &str) -> &'a Row {
    rows.iter().find(|row| row.name == name).unwrap_or_else(|| panic!("there is no row `{name}`"))
}

fn number(text: &str) -> u64 {
    text.parse().unwrap_or_else(|_| panic!("`{text}` is no number"))
}

fn repeat(row: &Row, count: u64) {
    let started = (row.start)();
    let mut run = Run::new(count);
    started.operation()(&mut run);
    started.settle();
    started.check(run.done());
}

/// Prints the least and the median time of one operation over the rounds.
fn time(row: &Row, count: u64, threads: u64) {
    let started = (row.start)();
    let operate = started.operation();
    let mut operations = 0;
    let mut times = Vec::new();
    // The first round finds caches cold and series new.
    for round in 0..=ROUNDS {
        let barrier = Barrier::new(usize::try_from(threads).expect("a few"));
        let runs: Vec<Run> = std::thread::scope(|scope| {
            let start = || {
                let mut run = Run::new(count);
                barrier.wait();
                operate(&mut run);
                run
            };
            let threads: Vec<_> = (0..threads).map(|_| scope.spawn(start)).collect();
            threads.into_iter().map(|thread| thread.join().expect("the row does not panic")).collect()
        });
        started.settle();
        operations += runs.iter().map(Run::done).sum::<u64>();
        if round > 0 {
            times.extend(runs.iter().map(Run::nanoseconds));
        }
    }
    started.check(operations);
    times.sort_by(f64::total_cmp);
    println!("{} {}", times[0], times[times.len() / 2]);
}
