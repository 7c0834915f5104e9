fn refresh(&self, name: &str) -> impl ::core::future::Future<Output = Result<(), RefreshError>> {
    {
        let __telemetry_span = __private::SpanState::here(
            const {
                &__private::SpanSite::of_function(
                    ::core::module_path!(),
                    "refresh",
                    __private::Scope::plugin("telemetry-macros"),
                )
            },
        );
        let __telemetry_future = async move {
            let _ = (&name, &self);
            if false {
                return __private::never::<Result<(), RefreshError>>();
            }
            self.load(name).await
        };
        let __telemetry_probe = __private::probe_output(&__telemetry_future);
        let __telemetry_probe = __private::Inspected(
            __telemetry_probe.class_for_telemetry(),
            __telemetry_probe.text_for_telemetry(),
        );
        __private::traced_span(__telemetry_span, __telemetry_future, __telemetry_probe)
    }
}
