//! `metric_name!("entities.processed")`: a checked constant.

mod args;
mod expand;
mod model;

use proc_macro2::TokenStream;
use quote::quote;

use crate::diag::Diagnostics;

pub(crate) fn expression(input: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    let args = args::NameArgs::parse(input, &mut diagnostics);
    match model::CheckedName::build(args, &mut diagnostics) {
        Some(name) if diagnostics.is_empty() => expand::expand(&name),
        _ => {
            // The braces make one expression of any number of errors, and its type is the error type, which fits everywhere.
            let errors = diagnostics.finish(TokenStream::new());
            quote!({ #errors })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes(input: TokenStream) -> Vec<&'static str> {
        let mut diagnostics = Diagnostics::new();
        let args = args::NameArgs::parse(input, &mut diagnostics);
        model::CheckedName::build(args, &mut diagnostics);
        diagnostics.ids()
    }

    #[test]
    fn a_legal_name_becomes_a_constant() {
        let output = expression(quote!("entities.processed")).to_string();
        assert!(output.contains("from_static (\"entities.processed\")"), "{output}");
    }

    #[test]
    fn each_mistake_has_its_message() {
        assert_eq!(mistakes(quote!("processed")), ["metric-name-category"]);
        assert_eq!(mistakes(quote!("Entities.processed")), ["metric-name-style"]);
        assert_eq!(mistakes(quote!(12)), ["expected-string"]);
        assert_eq!(mistakes(quote!()), ["missing-argument"]);
        assert_eq!(mistakes(quote!("a.b", unit = "s")), ["unknown-argument"]);
    }
}
