fn call(&mut self, request: Request) -> BoxFuture<'static, Result<Response, Error>> {
    let __telemetry_context =
        __private::Parent::current().evaluate(|__telemetry_span: &mut __private::StartAttributes<'_>| {
            match request.method() {
                __telemetry_value => __telemetry_span.put(&"http.method", __telemetry_value),
            };
        });
    let __telemetry_made = __private::call_once(move || -> BoxFuture<'static, Result<Response, Error>> {
        let _ = (&request, &self);
        self.inner.call(request)
    });
    __private::boxed(__private::traced(
        __telemetry_context,
        __telemetry_made,
        move |__telemetry_parent| {
            __private::Prepared::new(
                __private::TaskSpan::start_evaluated(
                    const {
                        &__private::SpanSite::of_function(
                            ::core::module_path!(),
                            "call",
                            __private::Scope::plugin("telemetry-macros"),
                        )
                    },
                    __telemetry_parent,
                ),
                __private::NoMetrics,
            )
        },
        |__telemetry_out: &Result<Response, Error>, __telemetry_call: &mut __private::Call<_, _>| {
            let __telemetry_probe = __private::probe(__telemetry_out);
            __private::inspect(
                __telemetry_out,
                __telemetry_probe.class_for_telemetry(),
                __telemetry_probe.text_for_telemetry(),
                __telemetry_call,
            );
        },
    ))
}
