//! `#[derive(AttributeValue)]`: an enum without fields as the value of a metric attribute.

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
    let args = args::ValueArgs::parse(&input, &mut diagnostics);
    match model::ClosedValues::build(&input, &args, &mut diagnostics) {
        Some(values) if diagnostics.is_empty() => expand::expand(&values),
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
        let args = args::ValueArgs::parse(&input, &mut diagnostics);
        model::ClosedValues::build(&input, &args, &mut diagnostics);
        diagnostics.ids()
    }

    #[test]
    fn values_are_variant_names_in_snake_case_unless_overridden() {
        let output = derive(quote! {
            enum Kind {
                Component,
                ClusterScoped,
                #[attribute("API")]
                Api,
                #[attribute(value = "loc")]
                Location,
            }
        })
        .to_string();
        assert!(output.contains(r#"["component" , "cluster_scoped" , "API" , "loc"]"#), "{output}");
    }

    #[test]
    fn each_mistake_has_its_message() {
        assert_eq!(
            mistakes(quote!(
                struct Kind;
            )),
            ["not-an-enum"]
        );
        assert_eq!(
            mistakes(quote!(
                enum Kind {}
            )),
            ["enum-without-variants"]
        );
        assert_eq!(
            mistakes(quote!(
                enum Kind {
                    A(u8),
                    B { c: u8 },
                }
            )),
            ["variant-with-fields"; 2]
        );
        assert_eq!(
            mistakes(quote!(
                enum Kind {
                    A,
                    #[attribute("a")]
                    B,
                }
            )),
            ["duplicate-attribute-value"]
        );
        assert_eq!(
            mistakes(quote!(
                enum Kind {
                    #[attribute("")]
                    A,
                }
            )),
            ["empty-attribute-value"]
        );
        assert_eq!(
            mistakes(quote!(
                enum Kind {
                    #[attribute(vlaue = "x")]
                    A,
                }
            )),
            ["unknown-argument"]
        );
        assert_eq!(
            mistakes(quote!(
                enum Kind {
                    #[attribute(1)]
                    A,
                }
            )),
            ["expected-string"]
        );
        assert_eq!(
            mistakes(quote!(
                enum Kind {
                    #[attribute("a", value = "b")]
                    A,
                }
            )),
            ["conflicting-arguments"]
        );
    }

    #[test]
    fn a_refused_enum_still_is_an_attribute_value() {
        let output = derive(quote!(
            struct Kind;
        ))
        .to_string();
        assert!(output.starts_with("# [automatically_derived] impl"), "{output}");
    }
}
