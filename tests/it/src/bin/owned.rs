//! A program whose main function telemetry owns. The argument says how it ends.

use std::time::{Duration, Instant};

use it::work::{say, wait_to_be_ended, work};

#[telemetry_runtime::main]
fn main() -> Result<(), String> {
    work();
    match std::env::args().nth(1).unwrap_or_default().as_str() {
        "ok" => Ok(()),
        "error" => Err("the work is lost".to_owned()),
        "panic" => panic!("the work is lost"),
        "panic-inside" => {
            fail();
            Ok(())
        }
        "exit" => telemetry_runtime::exit(3),
        "exit-elsewhere" => {
            std::thread::spawn(|| telemetry_runtime::exit(3));
            loop {
                std::thread::park();
            }
        }
        "wait" => wait_to_be_ended(),
        "serve" => serve(std::env::args().nth(2)),
        // The thread of the runtime does nothing else than waiting.
        "block-the-executor" => tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime")
            .block_on(async { wait_to_be_ended() }),
        "many-threads" => tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime")
            .block_on(async {
                tokio::spawn(async { wait_to_be_ended() }).await.expect("it never ends");
                Ok(())
            }),
        other => Err(format!("unknown ending `{other}`")),
    }
}

/// An instrumented function that does not return.
#[telemetry_runtime::traced]
#[inline(never)]
fn fail() {
    panic!("the step is lost");
}

/// Works for so many milliseconds, and says what it did.
fn serve(milliseconds: Option<String>) -> Result<(), String> {
    let time = milliseconds.and_then(|number| number.parse().ok()).ok_or("how long?")?;
    let end = Instant::now() + Duration::from_millis(time);
    while Instant::now() < end {
        work();
        std::thread::sleep(Duration::from_millis(20));
    }
    say("served");
    Err("nobody asks any more".to_owned())
}
