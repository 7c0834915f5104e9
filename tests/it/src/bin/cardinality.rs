//! Adds to counters with a new attribute value each time, as a program does that takes them from its users.
//!
//! usage: `cardinality <values>`
//!
//! Prints the bytes by which its memory grew, then what a scraper sees. It scrapes, and ends with its standard input.

use std::io::Read as _;

use it::process::Usage;
use it::work::say;
use opentelemetry::KeyValue;
use telemetry_runtime::{Counter, Label, MetricAttributes, MetricSet, Telemetry};

/// Who came.
#[derive(Clone, Copy, MetricAttributes)]
struct Visit<'a> {
    #[attribute("user.name")]
    user: Label<'a>,
}

/// The counters.
#[derive(MetricSet)]
#[metric_set(plugin = "cardinality")]
struct Visits {
    /// Visits, as a typed metric counts them.
    #[metric(counter = "visits.typed", unit = "{visit}")]
    typed: Counter<u64, Visit<'static>>,
}

fn main() {
    let values = std::env::args().nth(1).and_then(|number| number.parse().ok()).expect("a number");
    let telemetry = Telemetry::bootstrap().expect("the environment is a valid configuration");
    let address = telemetry.prometheus_address().expect("the endpoint listens");
    let typed = &Visits::get().typed;
    let plugin = telemetry.plugin("cardinality").expect("an id").metrics();
    let by_hand = plugin.create_counter::<u64>("visits.by_hand").build().expect("a new metric");
    let foreign = opentelemetry::global::meter("cardinality").u64_counter("visits.foreign").build();
    let visit = |number: u64| {
        let user = format!("user {number}");
        typed.add_with(1, Visit { user: Label::new(&user) });
        by_hand.add_with(1, [("user.name", (&user).into())]);
        foreign.add(1, &[KeyValue::new("user.name", user)]);
    };
    // So that what everything needs once is not taken for growth.
    visit(0);
    let _ = it::http::get(address, "/metrics", &[]);
    let before = Usage::own().resident;
    (1..values).for_each(visit);
    let text = it::http::get(address, "/metrics", &[]).text().to_owned();
    telemetry.flush(std::time::Duration::from_secs(20)).expect("the receiver is there");
    let after = Usage::own().resident;
    say(&format!("{} {address}", after.saturating_sub(before)));
    println!("{text}");
    say("# EOF");
    std::io::stdin().read_to_end(&mut Vec::new()).expect("standard input is open");
}
