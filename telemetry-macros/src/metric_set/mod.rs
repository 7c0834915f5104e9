//! `#[derive(MetricSet)]`: a struct as a set of instruments.

mod args;
mod expand;
mod model;

use proc_macro2::TokenStream;
use syn::DeriveInput;

use crate::diag::Diagnostics;

pub(crate) fn derive(input: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    let mut diagnostics = Diagnostics::new();
    let args = args::SetArgs::parse(&input, &mut diagnostics);
    let krate = args.krate.clone();
    match model::InstrumentSet::build(&input, args, &mut diagnostics) {
        Some(set) if diagnostics.is_empty() => expand::expand(&set),
        _ => diagnostics.finish(expand::fallback(&input, &krate)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    fn mistakes(input: TokenStream) -> Vec<&'static str> {
        let input: DeriveInput = syn::parse2(input).expect("a type");
        let mut diagnostics = Diagnostics::new();
        let args = args::SetArgs::parse(&input, &mut diagnostics);
        model::InstrumentSet::build(&input, args, &mut diagnostics);
        diagnostics.ids()
    }

    #[test]
    fn a_doc_comment_is_the_description_unless_one_is_written() {
        let output = derive(quote! {
            struct Metrics {
                /// Entities processed.
                #[metric(counter = "entities.processed", unit = "{entity}")]
                processed: Counter<u64>,
                /// Not exported.
                #[metric(gauge = "entities.waiting", description = "Entities that wait.")]
                waiting: Gauge<u64>,
            }
        })
        .to_string();
        assert!(output.contains(r#"description ("Entities processed.")"#), "{output}");
        assert!(output.contains(r#"description ("Entities that wait.")"#), "{output}");
    }

    #[test]
    fn only_a_set_without_parameters_has_a_global_value() {
        let plain = derive(quote!(
            struct Metrics {
                #[metric(counter = "a.b")]
                a: Counter<u64>,
            }
        ))
        .to_string();
        assert!(plain.contains("fn get") && plain.contains("submit"), "{plain}");
        let generic = derive(quote!(
            struct Metrics<A> {
                #[metric(counter = "a.b")]
                a: Counter<u64, A>,
            }
        ));
        let generic = generic.to_string();
        assert!(!generic.contains("fn get") && generic.contains("fn for_plugin"), "{generic}");
    }

    #[test]
    fn the_nearest_block_gives_the_plugin() {
        let output = derive(quote! {
            #[metric_set(__plugin = "inner")]
            #[metric_set(__plugin = "outer")]
            struct Metrics { #[metric(counter = "a.b")] a: Counter<u64> }
        })
        .to_string();
        assert!(output.contains(r#"plugin ("inner")"#) && !output.contains("outer"), "{output}");
    }

    #[test]
    fn each_mistake_has_its_message() {
        assert_eq!(
            mistakes(quote!(
                enum Metrics {}
            )),
            ["not-a-struct"]
        );
        assert_eq!(
            mistakes(quote!(
                struct Metrics(Counter<u64>);
            )),
            ["unnamed-fields"]
        );
        assert_eq!(
            mistakes(quote!(
                struct Metrics {
                    a: Counter<u64>,
                }
            )),
            ["field-without-metric"]
        );
        assert_eq!(
            mistakes(quote!(
                struct Metrics {
                    #[metric]
                    a: Counter<u64>,
                }
            )),
            ["missing-instrument"]
        );
        assert_eq!(
            mistakes(quote!(
                struct Metrics {
                    #[metric(counter = "a.b")]
                    a: Gauge<u64>,
                }
            )),
            ["kind-and-type-disagree"]
        );
        assert_eq!(
            mistakes(quote!(
                struct Metrics {
                    #[metric(counter = "a.b", gauge = "a.c")]
                    a: Gauge<u64>,
                }
            )),
            ["several-instruments"]
        );
        assert_eq!(
            mistakes(quote!(
                struct Metrics {
                    #[metric(counter = "a.b")]
                    a: Counter<u64, (bool,)>,
                }
            )),
            ["attributes-without-keys"]
        );
        assert_eq!(
            mistakes(quote!(
                struct Metrics {
                    #[metric(counter = "db.calls")]
                    a: Counter<u64>,
                    #[metric(counter = "db_calls.count")]
                    b: Counter<u64>,
                    #[metric(counter = "DB.calls", allow(style))]
                    c: Counter<u64>,
                }
            )),
            ["duplicate-metric"]
        );
    }
}
