use proc_macro2::TokenStream;
use quote::quote;

use super::*;

fn plugin(item: TokenStream) -> String {
    expand(Owner::Plugin, quote!(id = "catalog"), item).to_string().replace(' ', "")
}

#[test]
fn every_attribute_of_ours_gets_the_id_and_nothing_else_changes() {
    assert_eq!(
        plugin(quote! {
            pub mod catalog {
                #[traced] fn a() { let x = [#[inline] 1]; }
                #[telemetry_runtime::metric(counter = "a.b")] #[other::metric(x)] fn b() {}
                impl X { #[cfg_attr(feature = "x", traced(root), inline)] fn c(&self) { fn d() {} } }
            }
        }),
        quote! {
            pub mod catalog {
                #[traced(__plugin = "catalog")] fn a() { let x = [#[inline] 1]; }
                #[telemetry_runtime::metric(__plugin = "catalog", counter = "a.b")] #[other::metric(x)] fn b() {}
                impl X {
                    #[cfg_attr(feature = "x", traced(__plugin = "catalog", root), inline)] fn c(&self) { fn d() {} }
                }
            }
        }
        .to_string()
        .replace(' ', "")
    );
}

#[test]
fn a_metric_set_gets_the_id_behind_its_derive() {
    let output = plugin(quote!(
        mod m {
            #[derive(Debug, MetricSet)]
            #[doc = "x"]
            struct S {
                #[metric(counter = "a.b")]
                c: C,
            }
        }
    ));
    assert!(
        output.contains("#[derive(Debug,MetricSet)]#[metric_set(__plugin=\"catalog\")]#[doc=\"x\"]struct"),
        "{output}"
    );
}

#[test]
fn a_core_service_is_carried_as_one() {
    let output = expand(Owner::Core, quote!(service = "scheduler"), quote!(impl S { #[traced] fn a() {} }));
    assert!(output.to_string().contains("__core = \"scheduler\""));
}

#[test]
fn a_struct_becomes_a_plugin() {
    let output = plugin(quote!(
        pub struct Catalog<T>(T)
        where
            T: Send;
    ));
    assert!(
        output.contains("impl<T>::telemetry_runtime::__private::PluginforCatalog<T>whereT:Send{"),
        "{output}"
    );
    assert!(output.contains("Scope::plugin(\"catalog\")"), "{output}");
}

#[test]
fn a_block_can_name_its_plugin_by_a_type() {
    let output = expand(
        Owner::Plugin,
        quote!(plugin = crate::Catalog),
        quote!(
            mod m {
                #[traced(root)]
                fn a() {}
            }
        ),
    );
    assert!(output.to_string().contains("traced (__plugin = crate :: Catalog , root)"), "{output}");
    let set = expand(
        Owner::Plugin,
        quote!(plugin = Catalog),
        quote!(
            struct Metrics;
        ),
    )
    .to_string()
    .replace(' ', "");
    assert!(set.contains("SCOPE:::telemetry_runtime::__private::Scope=<Catalogas"), "{set}");
}

#[test]
fn code_that_does_not_parse_keeps_its_plugin() {
    let output = plugin(quote!(mod m { #[traced] fn a() { let x = ; } fn }));
    assert!(output.contains("#[traced(__plugin=\"catalog\")]fna(){letx=;}fn"), "{output}");
}

#[test]
fn a_block_tells_everything_of_ours_what_the_crate_is_called() {
    let arguments = quote!(id = "catalog", crate = telemetry);
    let output = expand(
        Owner::Plugin,
        arguments,
        quote! {
            mod m {
                #[telemetry::traced(root)] fn a() { telemetry::metric_name!("a.b"); other!("a.b"); }
                #[derive(Debug, MetricAttributes)] struct A;
                #[derive(AttributeValue, MetricSet)] struct B;
                #[telemetry::backstage_core(service = "s")] mod n {}
                #[test] fn t() {}
                #[telemetry::test] fn u() {}
            }
        },
    );
    let output = output.to_string().replace(' ', "");
    for part in [
        "#[telemetry::traced(__plugin=\"catalog\",__crate=telemetry,root)]",
        "telemetry::metric_name!(__crate=telemetry,\"a.b\");other!(\"a.b\");",
        "#[derive(Debug,MetricAttributes)]#[metric_attributes(__crate=telemetry)]",
        "#[metric_set(__plugin=\"catalog\",__crate=telemetry)]#[attribute(__crate=telemetry)]structB",
        "#[telemetry::backstage_core(__crate=telemetry,service=\"s\")]",
        "#[test]fnt(){}#[telemetry::test(__crate=telemetry)]fnu",
    ] {
        assert!(output.contains(part), "{part} is not in {output}");
    }
}

fn mistakes(arguments: TokenStream, item: TokenStream) -> String {
    expand(Owner::Plugin, arguments, item).to_string()
}

#[test]
fn each_mistake_is_named() {
    let item = || {
        quote!(
            mod m {}
        )
    };
    assert!(mistakes(quote!(), item()).contains("needs `id`"));
    assert!(mistakes(quote!(id = "a", plugin = A), item()).contains("both say which plugin"));
    assert!(mistakes(quote!(ID = "a"), item()).contains("use `id`"));
    assert!(mistakes(quote!(id = "Catalog"), item()).contains("plugin id `Catalog`"));
    assert!(mistakes(quote!(id = catalog), item()).contains("must be a string literal"));
    assert!(
        mistakes(
            quote!(id = "a"),
            quote!(
                mod m;
            )
        )
        .contains("needs the body of the module")
    );
    assert!(
        mistakes(
            quote!(id = "a"),
            quote!(
                fn f() {}
            )
        )
        .contains("can only be applied to")
    );
}

#[test]
fn a_metric_that_is_declared_twice_in_a_block_is_refused_once() {
    let output = plugin(quote! {
        mod m {
            #[metric(counter = "a.calls")] fn a() {}
            mod n { struct S { #[metric(counter("A.calls", unit = "1"))] c: C } }
        }
    });
    assert_eq!(output.matches("isdeclaredtwice").count(), 1, "{output}");
    assert!(output.contains("__plugin"), "the block keeps its plugin");
}

#[test]
fn what_may_not_exist_or_is_not_the_blocks_own_is_no_duplicate() {
    let output = plugin(quote! {
        mod m {
            #[cfg(a)] #[metric(counter = "a.calls")] fn a() {}
            #[metric(counter = "a.calls")] #[cfg(not(a))] fn a() {}
            #[metric(counter = "a.calls")] fn b() {}
            #[metric(counter = "a.calls", plugin = Other)] fn c() {}
            #[backstage_plugin(id = "x")] mod n { #[metric(counter = "a.calls")] fn b() {} }
        }
    });
    assert!(!output.contains("compile_error"), "{output}");
}
