fn parse(text: &str) -> Result<Entity, ParseError> {
    let mut __telemetry_call = __private::Call::new(
        __private::SpanGuard::enter_with(
            const {
                &__private::SpanSite::of_function(
                    ::core::module_path!(),
                    "parse",
                    __private::Scope::plugin("telemetry-macros"),
                )
                .kind(__private::SpanKind::Client)
            },
            |__telemetry_span: &mut __private::StartAttributes<'_>| {
                match text.len() {
                    __telemetry_value => __telemetry_span.put(&"text.size", __telemetry_value),
                };
                __telemetry_span.put_text(&"text.kind", &"entity");
                match true {
                    __telemetry_value => __telemetry_span.put(const { &KEY }, __telemetry_value),
                };
            },
        ),
        __private::NoMetrics,
    );
    #[allow(clippy::result_large_err)]
    let __telemetry_out = __private::call_once(move || -> Result<Entity, ParseError> {
        let _ = (&text,);
        let kind = text.parse()?;
        Ok(Entity { kind })
    });
    #[allow(unreachable_code)]
    {
        let __telemetry_probe = __private::probe(&__telemetry_out);
        __private::inspect(
            &__telemetry_out,
            __telemetry_probe.class_for_telemetry(),
            __telemetry_probe.text_for_telemetry(),
            &mut __telemetry_call,
        );
    }
    __telemetry_out
}
