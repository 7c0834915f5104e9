//! Every form of `#[derive(TelemetryError)]`.

#![deny(warnings)]
#![forbid(unsafe_code)]

use std::convert::Infallible;

use telemetry_runtime::{TelemetryError, metric, traced};

#[derive(TelemetryError)]
enum Empty {}

#[derive(TelemetryError)]
struct Unit;

#[derive(TelemetryError)]
#[telemetry(type = "tuple.of-2:words", expected)]
struct Tuple(u8, u8);

#[derive(TelemetryError)]
#[telemetry(transparent)]
struct Transparent<E>(E);

#[derive(TelemetryError)]
#[telemetry(crate = telemetry_runtime, expected)]
enum Generic<'a, T: Clone, E, const N: usize>
where
    T: Send,
{
    Borrowed(&'a str),
    Owned([T; N]),
    #[telemetry(expected = false, type = "r#type")]
    #[cfg(any())]
    Absent,
    #[telemetry(expected = false)]
    r#Async,
    #[telemetry(transparent)]
    Inner {
        source: Box<E>,
        #[allow(dead_code)]
        attempt: u8,
    },
    #[telemetry(transparent)]
    Unit(Unit),
    #[deprecated]
    #[allow(dead_code)]
    Old,
}

#[traced]
#[metric(counter = "calls.made")]
fn call<E>(error: E) -> Result<Infallible, Transparent<E>> {
    Err(Transparent(error))
}

fn main() {
    let never: Option<Empty> = None;
    assert!(never.is_none_or(|never| never.is_expected()));
    assert_eq!(Unit.error_type(), "unit");
    assert_eq!(Tuple(1, 2).error_type(), "tuple.of-2:words");
    assert!(Tuple(1, 2).is_expected());

    type Error<'a> = Generic<'a, u8, Tuple, 1>;
    assert_eq!(Error::Borrowed("a").error_type(), "borrowed");
    assert!(Error::Owned([1]).is_expected());
    assert_eq!(Error::Async.error_type(), "async");
    assert!(!Error::Async.is_expected());
    assert_eq!(Error::Inner { source: Box::new(Tuple(1, 2)), attempt: 1 }.error_type(), "tuple.of-2:words");
    assert!(!Error::Unit(Unit).is_expected());
    assert_eq!(call(Unit).unwrap_err().error_type(), "unit");
    // An error that says nothing of itself may be in one that could pass it on.
    assert!(call("text").is_err());
}
