//! `#[derive(TelemetryError)]`: what an error says of itself to telemetry, per variant.

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
    let args = args::ErrorArgs::parse(&input, &mut diagnostics);
    match model::ErrorCases::build(&input, &args, &mut diagnostics) {
        Some(error) if diagnostics.is_empty() => expand::expand(&error),
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
        let args = args::ErrorArgs::parse(&input, &mut diagnostics);
        model::ErrorCases::build(&input, &args, &mut diagnostics);
        diagnostics.ids()
    }

    #[test]
    fn each_mistake_has_its_message() {
        assert_eq!(mistakes(quote!(union Failed { a: u8 })), ["not-an-enum"]);
        assert_eq!(
            mistakes(quote!(
                enum Failed {
                    #[telemetry(expect)]
                    A,
                }
            )),
            ["unknown-argument"]
        );
        assert_eq!(
            mistakes(quote!(
                enum Failed {
                    #[telemetry(type = "not found")]
                    A,
                }
            )),
            ["error-type-syntax"]
        );
        assert_eq!(
            mistakes(quote!(
                enum Failed {
                    Panic,
                }
            )),
            ["error-type-reserved"]
        );
        assert_eq!(
            mistakes(quote!(
                enum Failed {
                    #[telemetry(transparent)]
                    A,
                    #[telemetry(transparent)]
                    B(u8, u8),
                }
            )),
            ["transparent-without-source"; 2]
        );
        assert_eq!(
            mistakes(quote!(
                enum Failed {
                    #[telemetry(transparent, type = "a")]
                    A(u8),
                }
            )),
            ["conflicting-arguments"]
        );
    }

    #[test]
    fn the_inner_error_is_the_only_field_or_the_source() {
        let accepted = quote! {
            enum Failed {
                #[telemetry(transparent)]
                One(u8),
                #[telemetry(transparent)]
                Marked { at: u8, #[from] inner: u8 },
                #[telemetry(transparent)]
                Named { at: u8, source: u8 },
            }
        };
        assert_eq!(mistakes(accepted.clone()), [""; 0]);
        let output = derive(accepted).to_string();
        assert!(output.contains("Self :: Marked { inner : __inner , .. }"), "{output}");
        assert!(output.contains("Self :: Named { source : __inner , .. }"), "{output}");
    }

    #[test]
    fn only_what_depends_on_a_parameter_is_a_bound() {
        let output = derive(quote! {
            enum Failed<T> {
                #[telemetry(transparent)]
                Outer(Box<T>),
                #[telemetry(transparent)]
                Store(StoreError),
                Other(T),
            }
        })
        .to_string();
        assert!(
            output.contains("where Box < T > : :: telemetry_runtime :: __private :: TelemetryError {"),
            "{output}"
        );
    }

    #[test]
    fn cases_that_say_the_same_share_an_arm() {
        let output = derive(quote! {
            enum Failed {
                NotFound,
                #[telemetry(type = "not_found")]
                Gone(u8),
            }
        })
        .to_string();
        assert!(
            output
                .contains(r#"match self { Self :: NotFound { .. } | Self :: Gone { .. } => "not_found" , }"#),
            "{output}"
        );
    }
}
