pub fn find(name: &str) -> Option<Entity> {
    let __telemetry_call = __private::SpanGuard::enter(
        const {
            &__private::SpanSite::of_function(
                ::core::module_path!(),
                "find",
                __private::Scope::plugin("telemetry-macros"),
            )
        },
    );
    #[allow(unused_braces)]
    {
        ENTITIES.get(name)
    }
}
