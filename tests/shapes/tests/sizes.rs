//! How large the attributes make a future.
#![cfg(not(feature = "off"))]

use std::future::poll_fn;
use std::hint::black_box;
use std::task::Poll;

/// Four functions, of which the innermost holds 256 bytes while it waits.
macro_rules! four_levels {
    ($name:ident, $(#[$attribute:meta])*) => {
        mod $name {
            use super::{black_box, wait};

            $(#[$attribute])*
            pub(super) async fn first(n: u64) -> u64 {
                second(n).await + 1
            }

            $(#[$attribute])*
            async fn second(n: u64) -> u64 {
                third(n).await + 1
            }

            $(#[$attribute])*
            async fn third(n: u64) -> u64 {
                fourth(n).await + 1
            }

            $(#[$attribute])*
            async fn fourth(n: u64) -> u64 {
                let buffer = [n; 32];
                wait().await;
                black_box(&buffer)[0]
            }

            $(#[$attribute])*
            pub(super) async fn large_argument(argument: [u8; 1024]) -> u8 {
                wait().await;
                black_box(&argument)[0]
            }
        }
    };
}

async fn wait() {
    let mut ready = false;
    poll_fn(|_| if std::mem::replace(&mut ready, true) { Poll::Ready(()) } else { Poll::Pending }).await;
}

four_levels!(plain,);
four_levels!(traced, #[telemetry_runtime::traced]);
four_levels!(metric, #[telemetry_runtime::metric(counter = "sizes.metric")]);
four_levels!(both, #[telemetry_runtime::traced] #[telemetry_runtime::metric(counter = "sizes.both")]);

/// What a level may cost, in bytes, where the runtime has its feature `testing`; without it metrics cost 32 less. The peers' wrappers
/// cost 40 to 210, without a parent that is taken at the call.
const LEVEL: [(&str, usize); 3] = [("traced", 16), ("metric", 56), ("both", 64)];

#[test]
fn a_level_of_nested_futures_costs_no_more_than_it_did() {
    let plain = size_of_val(&plain::first(1));
    let sizes = [
        ("traced", size_of_val(&traced::first(1))),
        ("metric", size_of_val(&metric::first(1))),
        ("both", size_of_val(&both::first(1))),
    ];
    println!("four levels in bytes: plain {plain}, {sizes:?}");
    for ((name, size), (_, level)) in sizes.into_iter().zip(LEVEL) {
        assert!((size - plain) / 4 <= level, "a level of `{name}` costs {} bytes", (size - plain) / 4);
    }
}

/// The compiler gives an `async fn` room for its arguments twice, as parameters and as variables of the body.
#[test]
fn a_large_argument_is_held_once() {
    let plain = size_of_val(&plain::large_argument([0; 1024]));
    let sizes = [
        size_of_val(&traced::large_argument([0; 1024])),
        size_of_val(&metric::large_argument([0; 1024])),
        size_of_val(&both::large_argument([0; 1024])),
    ];
    println!("one argument of 1024 bytes: plain {plain}, {sizes:?}");
    for size in sizes {
        assert!(size < 1024 + 256, "{size} bytes, {plain} without a wrapper");
    }
}
