//! Generated code names nothing that the user's code can take away or lend another meaning.

#![no_implicit_prelude]
#![deny(warnings)]
#![allow(dead_code, non_camel_case_types)]

mod core {}
mod std {}
mod telemetry {}

struct Result;
struct Option;
struct Some;
struct String;
struct Vec;
struct Box;
struct Default;
struct u64;

type Count = ::telemetry_runtime::Counter<::core::primitive::u64, Seen>;

#[derive(::core::clone::Clone, ::core::marker::Copy, ::telemetry_runtime::AttributeValue)]
enum Kind {
    None,
    Ok,
}

#[derive(::core::clone::Clone, ::core::marker::Copy, ::telemetry_runtime::MetricAttributes)]
struct Seen {
    index: Kind,
    visit: bool,
    text: ::core::option::Option<bool>,
}

#[derive(::telemetry_runtime::MetricSet)]
struct Metrics {
    #[metric(counter = "entities.seen")]
    scope: Count,
}

macro_rules! set {
    ($name:ident, $field:ident: $ty:ty, $metric:literal) => {
        #[derive(::telemetry_runtime::MetricSet)]
        struct $name {
            #[metric(counter = $metric)]
            $field: $ty,
        }
    };
}
set!(FromMacro, scope: ::telemetry_runtime::Counter<::core::primitive::u64>, "macro.calls");

#[::telemetry_runtime::traced]
#[::telemetry_runtime::metric(counter = "calls.made", histogram = "calls.duration")]
fn call(__call: Kind, __out: bool) -> ::core::result::Result<(), ()> {
    let _ = (__call, __out);
    ::core::result::Result::Ok(())
}

fn main() {
    Metrics::get().scope.add_with(1, Seen { index: Kind::Ok, visit: true, text: ::core::option::Option::None });
    FromMacro::get().scope.add(1);
    let _ = call(Kind::None, false);
}
