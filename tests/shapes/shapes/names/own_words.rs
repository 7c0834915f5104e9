// Calls: 4 ok, 2 error.
use shapes::prelude::*;

#[derive(Debug)]
struct Call(u32);

#[derive(Debug)]
struct SpanSite;

#[shape]
fn traced(call: u32, span: u32, metrics: u32, out: u32) -> u32 {
    let __call = call + span;
    let __out = metrics + out;
    __call * 10 + __out
}

#[shape]
fn metric(__call: u32, __out: &str, __future: u32) -> Result<Call, std::num::ParseIntError> {
    let never: u32 = __out.parse()?;
    let of = __call;
    Ok(Call(never + of + __future))
}

#[shape]
fn site() -> SpanSite {
    static __TELEMETRY_SPAN: SpanSite = SpanSite;
    static __TELEMETRY_METRICS0: u32 = 1;
    const __TELEMETRY_METRIC0_0: u32 = 2;
    show("statics", (&__TELEMETRY_SPAN, __TELEMETRY_METRICS0 + __TELEMETRY_METRIC0_0));
    SpanSite
}

#[shape]
async fn __private(__call: Call, __span: Noisy) -> Result<u32, Call> {
    pending_once().await;
    let __out = __call.0;
    if __out > 1 {
        return Err(__call);
    }
    note(__span.0);
    Ok(__out)
}

pub(super) fn run() {
    show("traced", traced(1, 2, 3, 4));
    show("metric", (metric(1, "2", 3), metric(1, "x", 3)));
    show("site", site());
    show("private", block_on(__private(Call(1), Noisy("span"))));
    show("private", block_on(__private(Call(2), Noisy("span"))));
}
