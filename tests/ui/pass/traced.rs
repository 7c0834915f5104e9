//! Functions with spans, in every form.

#![deny(warnings)]

use std::future::Future;
use std::pin::Pin;

use telemetry_runtime::{metric, traced};

const NAME: &str = "constant";
const KEY: &str = "constant.key";

#[traced]
fn plain() {}

#[traced(name = "named", kind = "client", root)]
fn named(left: u32, right: u32) -> u32 {
    left + right
}

#[traced(name = NAME, plugin = "catalog")]
fn constant() -> Result<(), String> {
    Ok(())
}

#[traced(attributes(entity.kind = kind, r#type = 1, "any-key" = true, { KEY } = 0.5))]
fn attributes(kind: &str) {
    let _ = kind;
}

#[traced]
fn parameters(#[attribute] kind: &str, #[attribute("entity.count")] count: i64) -> Option<&str> {
    (count > 0).then_some(kind)
}

#[traced]
async fn asynchronous<'a, T>(input: &'a T) -> Result<&'a T, Box<dyn std::error::Error>>
where
    T: Send + Sync,
{
    Ok(input)
}

#[traced]
fn boxed<'a>(input: &'a str) -> Pin<Box<dyn Future<Output = usize> + Send + 'a>> {
    Box::pin(async move { input.len() })
}

#[traced]
#[metric(counter = "entities.both", histogram = "both.duration", in_flight = "both.active")]
fn both() -> Result<u8, std::fmt::Error> {
    Ok(1)
}

#[metric(counter = "entities.turned")]
#[telemetry_runtime::traced]
fn both_in_the_other_order() {}

struct Stitcher(u8);

impl Stitcher {
    #[traced]
    fn method(&self) -> u8 {
        self.0
    }

    #[traced(name = "mutable")]
    fn mutable(mut self) -> Self {
        self.0 += 1;
        self
    }

    #[traced]
    async fn asynchronous(&self) -> u8 {
        self.0
    }
}

trait Stitch {
    #[traced]
    fn with_default_body(&self) -> u8 {
        2
    }
}

impl Stitch for Stitcher {}

#[traced]
fn generic<T: Clone, const N: usize>(items: &[T; N]) -> Vec<T> {
    items.to_vec()
}

#[traced]
fn opaque(count: u8) -> impl Iterator<Item = u8> {
    0..count
}

#[traced]
fn diverging() -> ! {
    panic!("on purpose")
}

macro_rules! function {
    ($name:ident, $value:expr) => {
        #[traced]
        fn $name() -> u8 {
            $value
        }
    };
}
function!(from_a_macro, 3);

fn main() {
    plain();
    assert_eq!(named(1, 2), 3);
    assert_eq!(constant(), Ok(()));
    attributes("component");
    assert_eq!(parameters("component", 1), Some("component"));
    drop((asynchronous(&1), boxed("a")));
    assert_eq!(both(), Ok(1));
    both_in_the_other_order();
    let stitcher = Stitcher(1).mutable();
    assert_eq!((stitcher.method(), stitcher.with_default_body()), (2, 2));
    drop(stitcher.asynchronous());
    assert_eq!(generic(&[1, 2]), [1, 2]);
    assert_eq!(opaque(3).count(), 3);
    assert!(std::panic::catch_unwind(|| diverging()).is_err());
    assert_eq!(from_a_macro(), 3);
}
