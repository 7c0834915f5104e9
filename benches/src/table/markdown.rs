//! The tables as text.

use std::fmt::Write as _;

use super::lines::{Goal, Line, SECTIONS, Section};
use super::scenarios::{Memory, Scenarios};
use super::{Measured, Timed};
use crate::costs::Cost;

/// Nothing fails when a string grows.
macro_rules! push {
    ($text:expr, $($format:tt)*) => {
        let _ = writeln!($text, $($format)*);
    };
}

pub(super) fn write(measured: &Measured) -> String {
    let mut text = String::new();
    for section in &SECTIONS {
        push!(text, "### {}\n", section.title);
        counts(&mut text, measured, section);
    }
    let Some(timed) = &measured.timed else { return text };
    push!(text, "### Times\n");
    push!(
        text,
        "Nanoseconds of ours, loop included, and how many times as long a peer takes in the same run, on one thread and on each \
         of two. Of a collection: milliseconds.\n"
    );
    for section in &SECTIONS {
        times(&mut text, timed, section);
    }
    throughput(&mut text, &timed.scenarios);
    memory(&mut text, &timed.scenarios);
    text
}

/// Instructions and allocations, with ratios.
fn counts(text: &mut String, measured: &Measured, section: &Section) {
    header(text, "| | ours | goal | |", section);
    for line in section.lines {
        let Some(ours) = measured.costs.get(line.row) else { continue };
        let (goal, verdict) = verdict(measured, line, ours.instructions);
        let mut row = format!("| {} | **{}** | {goal} | {verdict} |", line.title, cost(*ours));
        for (prefix, _) in section.peers {
            let peer = measured.costs.get(&format!("{prefix}/{}", line.row));
            let cell = peer.map(|peer| {
                format!("{} ({})", cost(*peer), ratio(peer.instructions, ours.instructions.max(1.0)))
            });
            let _ = write!(row, " {} |", cell.unwrap_or_default());
        }
        push!(text, "{row}");
    }
    push!(text, "");
}

fn times(text: &mut String, timed: &Timed, section: &Section) {
    header(text, "| | ours |", section);
    for line in section.lines {
        let Some(ours) = timed.times.get(line.row) else { continue };
        let is_collection = line.row.starts_with("scrape");
        let mut row = if is_collection {
            format!("| {} | **{:.2} ms** |", line.title, ours.alone / 1e6)
        } else {
            format!("| {} | **{:.1} / {:.1}** |", line.title, ours.alone, ours.two)
        };
        for (prefix, _) in section.peers {
            let peer = timed.times.get(&format!("{prefix}/{}", line.row));
            let cell = peer.map(|peer| {
                if is_collection {
                    format!("{:.2} ms ({})", peer.alone / 1e6, ratio(peer.alone, ours.alone))
                } else {
                    format!("{} / {}", ratio(peer.alone, ours.alone), ratio(peer.two, ours.two))
                }
            });
            let _ = write!(row, " {} |", cell.unwrap_or_default());
        }
        push!(text, "{row}");
    }
    push!(text, "");
}

fn header(text: &mut String, ours: &str, section: &Section) {
    let mut head = ours.to_owned();
    for (_, peer) in section.peers {
        let _ = write!(head, " {peer} |");
    }
    let columns = head.matches('|').count() - 1;
    push!(text, "{head}\n|{}", "---|".repeat(columns));
}

fn verdict(measured: &Measured, line: &Line, ours: f64) -> (String, String) {
    let (goal, limit) = match line.goal {
        Goal::AtMost(limit) => (format!("{limit}"), limit),
        Goal::Times(factor, row) => {
            let base = measured.costs.get(row).map_or(0.0, |base| base.instructions);
            (format!("{factor} x {base:.0}"), factor * base)
        }
        Goal::Open => return (String::new(), String::new()),
    };
    // What is shown is rounded, and so is what is judged.
    let verdict = if ours.round() <= limit { "met".to_owned() } else { format!("{:.0} over", ours - limit) };
    (goal, verdict)
}

/// Instructions, and allocations where there are some.
fn cost(cost: Cost) -> String {
    if cost.allocations < 0.05 {
        format!("{:.0}", cost.instructions)
    } else {
        format!("{:.0}, {:.1} a.", cost.instructions, cost.allocations)
    }
}

fn ratio(peer: f64, ours: f64) -> String {
    let ratio = peer / ours;
    if ratio < 9.95 { format!("{ratio:.1}x") } else { format!("{ratio:.0}x") }
}

fn throughput(text: &mut String, scenarios: &Scenarios) {
    push!(text, "### Spans to a collector that answers in 10 ms, default settings\n");
    push!(
        text,
        "| offered a second | ours arrived | dropped, counted | OpenTelemetry's SDK arrived | dropped |"
    );
    push!(text, "|---|---|---|---|---|");
    for offered in &scenarios.throughput {
        let [[_, ours, lost], [_, theirs, theirs_lost]] = offered.each;
        push!(text, "| {} | **{ours}** | {lost} | {theirs} | {theirs_lost} |", offered.rate);
    }
    push!(text, "");
}

fn memory(text: &mut String, scenarios: &Scenarios) {
    let [ours, otel] = &scenarios.memory;
    push!(text, "### Memory\n");
    push!(text, "| | ours | goal | OpenTelemetry's SDK |\n|---|---|---|---|");
    let mut line = |title: &str, goal: &str, bytes: fn(&Memory) -> i64| {
        push!(text, "| {title} | **{}** | {goal} | {} |", size(bytes(ours)), size(bytes(otel)));
    };
    line("idle counter, 16 series", "512 B", |memory| memory.counter);
    line("idle histogram, 16 series", "3 kB", |memory| memory.histogram);
    line("100 counters, 512 threads that touched one series of each", "16 MB", |memory| memory.threads);
    push!(text, "");
}

fn size(bytes: i64) -> String {
    match bytes {
        ..10_000 => format!("{bytes} B"),
        10_000..10_000_000 => format!("{:.0} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}
