fn parse(text: &str) {
    #[metric(__absorbed)]
    const _: () = ();
    static __TELEMETRY_METRIC0_0: __private::Descriptor = __private::Descriptor::new(
        __private::InstrumentKind::Histogram,
        __private::NumberKind::F64,
        __private::Scope::plugin("telemetry-macros"),
        "parse.duration",
        "telemetry-macros",
    )
    .unit("s")
    .description("Duration of `parse`.")
    .with_outcome();
    __private::inventory::submit! { __private :: Declared :: new (& __TELEMETRY_METRIC0_0) }
    static __TELEMETRY_METRICS0: __private::FnMetrics =
        __private::FnMetrics::new(&[__private::FnInstrument::histogram(&__TELEMETRY_METRIC0_0)]);
    static __TELEMETRY_METRIC1_0: __private::Descriptor = __private::Descriptor::new(
        __private::InstrumentKind::Counter,
        __private::NumberKind::U64,
        __private::Scope::plugin("telemetry-macros"),
        "parsed.bytes",
        "telemetry-macros",
    )
    .with_outcome();
    __private::inventory::submit! { __private :: Declared :: new (& __TELEMETRY_METRIC1_0) }
    static __TELEMETRY_METRICS1: __private::FnMetrics =
        __private::FnMetrics::new(&[__private::FnInstrument::counter(&__TELEMETRY_METRIC1_0).valued()]);
    let __telemetry_call = __private::PlainCall::new(
        __private::SpanGuard::enter(
            const {
                &__private::SpanSite::of_function(
                    ::core::module_path!(),
                    "parse",
                    __private::Scope::plugin("telemetry-macros"),
                )
            },
        ),
        (
            __private::MetricGuard::start(&__TELEMETRY_METRICS0, ()),
            __private::MetricGuard::with_values(&__TELEMETRY_METRICS1, ()).value(0usize, text.len()),
        ),
    );
    #[allow(unused_braces)]
    {
        read(text);
    }
}
