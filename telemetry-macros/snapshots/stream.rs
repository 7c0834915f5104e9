fn pages(&self) -> impl Stream<Item = Result<Page, Error>> {
    let __telemetry_context = __private::Parent::current();
    let __telemetry_made = __private::call_once(move || {
        let _ = (&self,);
        self.client.pages()
    });
    __private::traced_stream(
        __telemetry_context,
        __telemetry_made,
        move |__telemetry_parent| {
            __private::Prepared::new(
                __private::TaskSpan::start(
                    const {
                        &__private::SpanSite::of_function(
                            ::core::module_path!(),
                            "pages",
                            __private::Scope::plugin("telemetry-macros"),
                        )
                    },
                    __telemetry_parent,
                ),
                __private::NoMetrics,
            )
        },
        |__telemetry_item: &Result<Page, Error>, __telemetry_end: &mut __private::CallEnd| {
            let __telemetry_probe = __private::probe(__telemetry_item);
            __private::inspect(
                __telemetry_item,
                __telemetry_probe.class_for_telemetry(),
                __telemetry_probe.text_for_telemetry(),
                __telemetry_end,
            );
        },
    )
}
