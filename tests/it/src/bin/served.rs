//! A program that the `app-config.yaml` of its folder configures. The arguments are the number of series that it shows, and
//! how many threads go on recording. It ends with its standard input.

use std::io::Read as _;
use std::sync::atomic::{AtomicBool, Ordering};

use it::work::{say, work};
use telemetry_runtime::Telemetry;

static ENDED: AtomicBool = AtomicBool::new(false);

fn main() {
    let mut numbers = std::env::args().skip(1).map(|number| number.parse::<usize>().expect("a number"));
    let (series, threads) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    let telemetry = match Telemetry::bootstrap() {
        Ok(telemetry) => telemetry,
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(78);
        }
    };
    work();
    let metrics = telemetry.plugin("served").expect("an id").metrics();
    let counter = metrics.create_counter::<u64>("items.seen").build().expect("a new metric");
    let names: Vec<String> = (0..series).map(|number| format!("item {number}")).collect();
    let add_all = || names.iter().for_each(|name| counter.add_with(1, [("item", name.into())]));
    add_all();
    let address = telemetry.prometheus_address();
    say(&address.map(|address| address.to_string()).unwrap_or_default());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while !ENDED.load(Ordering::Relaxed) {
                    add_all();
                }
            });
        }
        std::io::stdin().read_to_end(&mut Vec::new()).expect("standard input is open");
        ENDED.store(true, Ordering::Relaxed);
    });
}
