//! A known amount of work, for programs whose end is tested: what arrives can be counted.

use std::io::Write as _;

use telemetry_runtime::backstage_plugin;

/// The spans of one [`work`], and what it adds to the counter.
pub const STEPS: usize = 40;

/// The work of one plugin.
#[backstage_plugin(id = "ending")]
mod ending {
    use telemetry_runtime::{metric, traced};

    /// Does one step.
    #[traced(attributes(ending.step = number))]
    #[metric(counter("steps.done", unit = "{step}"))]
    pub(super) fn step(number: usize) {
        std::hint::black_box(number);
    }
}

/// Records [`STEPS`] spans and as many counts.
pub fn work() {
    (0..STEPS).for_each(ending::step);
}

/// Tells the test that everything is recorded, and waits to be ended.
pub fn wait_to_be_ended() -> ! {
    say("ready");
    loop {
        std::thread::park();
    }
}

/// Writes a line that the test reads at once.
///
/// # Panics
///
/// If there is no standard output.
pub fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).expect("standard output is open");
}
