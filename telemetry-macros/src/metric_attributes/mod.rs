//! `#[derive(MetricAttributes)]`: a struct as the attribute set of a metric.

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
    match model::AttributeSet::build(&input, &args, &mut diagnostics) {
        Some(set) if diagnostics.is_empty() => expand::expand(&set),
        _ => diagnostics.finish(expand::fallback(&input, &args.krate)),
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
        model::AttributeSet::build(&input, &args, &mut diagnostics);
        diagnostics.ids()
    }

    #[test]
    fn keys_are_field_names_unless_overridden() {
        let output = derive(quote! {
            struct Processed {
                r#type: Kind,
                #[attribute("catalog.entity.kind")]
                kind: Kind,
            }
        })
        .to_string();
        assert!(output.contains(r#"["type" , "catalog.entity.kind"]"#), "{output}");
    }

    #[test]
    fn the_schema_has_static_lifetimes() {
        let output = derive(quote! {
            struct Run<'a> { #[attribute(limit = 10)] template: Label<'a> }
        })
        .to_string();
        assert!(output.contains("type Schema = Run < 'static >"), "{output}");
        assert!(output.contains("[(0usize , 10usize)]"), "{output}");
    }

    #[test]
    fn each_mistake_has_its_message() {
        assert_eq!(
            mistakes(quote!(
                enum Set {}
            )),
            ["not-a-struct"]
        );
        assert_eq!(
            mistakes(quote!(
                struct Set(bool);
            )),
            ["unnamed-fields"]
        );
        assert_eq!(
            mistakes(quote!(
                struct Set;
            )),
            ["unnamed-fields"]
        );
        assert_eq!(
            mistakes(quote!(
                struct Set {
                    text: String,
                }
            )),
            ["unbounded-attribute-type"]
        );
        assert_eq!(
            mistakes(quote!(
                struct Set {
                    text: Option<&'a str>,
                }
            )),
            ["unbounded-attribute-type"]
        );
        assert_eq!(
            mistakes(quote!(
                struct Set {
                    code: u16,
                }
            )),
            ["unbounded-attribute-type"]
        );
        assert_eq!(
            mistakes(quote!(
                struct Set {
                    le: bool,
                }
            )),
            ["attribute-key-reserved-label"]
        );
        assert_eq!(
            mistakes(quote!(
                struct Set {
                    #[attribute("a b")]
                    x: bool,
                }
            )),
            ["attribute-key-syntax"]
        );
        assert_eq!(
            mistakes(quote!(
                struct Set {
                    a_b: bool,
                    #[attribute("a.b")]
                    c: bool,
                }
            )),
            ["duplicate-attribute-key"]
        );
        assert_eq!(
            mistakes(quote!(
                struct Set {
                    #[attribute(limit = 0)]
                    a: Label<'static>,
                }
            )),
            ["limit-out-of-range"]
        );
        assert_eq!(
            mistakes(quote!(
                struct Set {
                    #[attribute(limit = "x")]
                    a: Label<'static>,
                }
            )),
            ["expected-integer"]
        );
        assert_eq!(
            mistakes(quote!(
                #[metric_attributes(limit = 100_000)]
                struct Set {
                    a: bool,
                }
            )),
            ["limit-out-of-range"]
        );
    }

    #[test]
    fn independent_mistakes_are_reported_together() {
        assert_eq!(
            mistakes(quote!(
                struct Set {
                    le: bool,
                    text: String,
                    #[attribute("")]
                    x: bool,
                }
            )),
            ["attribute-key-reserved-label", "unbounded-attribute-type", "attribute-key-empty"]
        );
    }
}
