//! `#[telemetry_runtime::main]`: telemetry runs before, during and after `main`.

pub(crate) mod test;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};

use crate::args::Args;
use crate::diag::{Diagnostics, MessageId};
use crate::function::FnItem;
use crate::paths::CratePath;

const OWNER: &str = "#[telemetry_runtime::main]";

/// Expands the attribute on `item`.
pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    let mut args = Args::parse(OWNER, Span::call_site(), arguments, &mut diagnostics);
    args.check_keys(&["crate"], &[], &mut diagnostics);
    args.check_positional(&["crate"], &mut diagnostics);
    let krate = CratePath::take(&mut args, &mut diagnostics);
    let function = match syn::parse2::<FnItem>(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            diagnostics.syntax(&error).help(format!("put `{OWNER}` on `fn main`"));
            return diagnostics.finish(item);
        }
    };
    check(&function, &mut diagnostics);
    if diagnostics.is_empty() && !crate::OFF { wrap(&function, &krate) } else { diagnostics.finish(item) }
}

fn check(function: &FnItem, diagnostics: &mut Diagnostics) {
    let signature = &function.signature;
    if let Some(parameter) = signature.inputs.first() {
        diagnostics
            .error(
                MessageId::MainSignature,
                parameter,
                format!("`{OWNER}` needs a function without parameters"),
            )
            .help("read the arguments with `std::env::args`");
    }
    if let Some(constness) = &signature.constness {
        diagnostics
            .error(MessageId::ConstFn, constness, format!("`{OWNER}` cannot be applied to a `const fn`"))
            .help("remove `const`");
    }
    // Below us, `#[tokio::main]` and its like are still to come; they make the function a plain one.
    if let Some(asyncness) = &signature.asyncness
        && !function
            .attributes
            .iter()
            .any(|attribute| attribute.path().segments.last().is_some_and(|last| last.ident == "main"))
    {
        diagnostics
            .error(MessageId::MainSignature, asyncness, format!("`{OWNER}` does not start an async runtime"))
            .help(format!("add `#[tokio::main]` below `{OWNER}`"));
    }
}

/// Input: `#[tokio::main] async fn main() -> R { body }`
/// Output: `fn main() -> R { #[tokio::main] async fn main() -> R { body } run_main(main) }`
///
/// The function stays whole inside, so that telemetry is there before its runtime is.
fn wrap(function: &FnItem, krate: &CratePath) -> TokenStream {
    let private = krate.private();
    let signature = &function.signature;
    // The outer name keeps the user's span; the call inside is ours.
    let (ident, output) = (&signature.ident, &signature.output);
    let visibility = function.visibility().to_token_stream();
    let inner = function.inner();
    quote! {
        #visibility fn #ident() #output {
            #inner
            #private::run_main(#ident)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expand(item: TokenStream) -> String {
        super::expand(TokenStream::new(), item).to_string().replace(' ', "")
    }

    #[test]
    fn an_async_main_keeps_its_runtime_inside() {
        assert_eq!(
            expand(quote!(
                #[tokio::main]
                async fn main() -> R {
                    body()
                }
            )),
            "fnmain()->R{#[tokio::main]asyncfnmain()->R{body()}::telemetry_runtime::__private::run_main(main)}"
        );
    }

    #[test]
    fn a_main_that_cannot_be_run_is_refused() {
        assert!(
            expand(quote!(
                async fn main() {}
            ))
            .contains("doesnotstartanasyncruntime")
        );
        assert!(
            expand(quote!(
                fn main(x: u8) {}
            ))
            .contains("withoutparameters")
        );
        assert!(
            expand(quote!(
                struct Main;
            ))
            .contains("structMain;")
        );
    }
}
