fn stitch(name: String) -> impl ::core::future::Future<Output = Result<(), StitchError>> {
    #[metric(__absorbed)]
    const _: () = ();
    static __TELEMETRY_METRIC0_0: __private::Descriptor = __private::Descriptor::new(
        __private::InstrumentKind::Counter,
        __private::NumberKind::U64,
        __private::Scope::plugin("telemetry-macros"),
        "entities.stitched",
        "telemetry-macros",
    )
    .description("Calls of `stitch`.")
    .with_outcome();
    __private::inventory::submit! { __private :: Declared :: new (& __TELEMETRY_METRIC0_0) }
    static __TELEMETRY_METRIC0_1: __private::Descriptor = __private::Descriptor::new(
        __private::InstrumentKind::UpDownCounter,
        __private::NumberKind::I64,
        __private::Scope::plugin("telemetry-macros"),
        "stitching.active",
        "telemetry-macros",
    )
    .description("Calls of `stitch` in progress.");
    __private::inventory::submit! { __private :: Declared :: new (& __TELEMETRY_METRIC0_1) }
    static __TELEMETRY_METRICS0: __private::FnMetrics = __private::FnMetrics::new(&[
        __private::FnInstrument::counter(&__TELEMETRY_METRIC0_0),
        __private::FnInstrument::in_flight(&__TELEMETRY_METRIC0_1),
    ]);
    __private::traced_lazily(
        __private::Parent::current(),
        move |__telemetry_parent| {
            let _ = (&name,);
            (
                __private::Prepared::new(
                    __private::TaskSpan::start_with(
                        const {
                            &__private::SpanSite::of_function(
                                ::core::module_path!(),
                                "stitch",
                                __private::Scope::plugin("telemetry-macros"),
                            )
                        },
                        __telemetry_parent,
                        |__telemetry_span: &mut __private::StartAttributes<'_>| {
                            match &name {
                                __telemetry_value => __telemetry_span.put(&"name", __telemetry_value),
                            };
                        },
                    ),
                    __private::MetricGuard::start(&__TELEMETRY_METRICS0, ()),
                ),
                async move {
                    let _ = (&name,);
                    if false {
                        return __private::never::<Result<(), StitchError>>();
                    }
                    store(name).await
                },
            )
        },
        |__telemetry_out: &Result<(), StitchError>, __telemetry_call: &mut __private::Call<_, _>| {
            let __telemetry_probe = __private::probe(__telemetry_out);
            __private::inspect(
                __telemetry_out,
                __telemetry_probe.class_for_telemetry(),
                __telemetry_probe.text_for_telemetry(),
                __telemetry_call,
            );
        },
    )
}
