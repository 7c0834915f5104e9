//! `#[telemetry_runtime::test]`: a test with a capture of its own.

use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::token::Async;
use syn::{Attribute, FnArg, Ident, PatType, Type};

use crate::args::Args;
use crate::diag::{Diagnostics, MessageId};
use crate::function::FnItem;
use crate::paths::CratePath;

const OWNER: &str = "#[telemetry_runtime::test]";

/// Expands the attribute on `item`.
pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    let krate = parse_crate(arguments, &mut diagnostics);
    let function = match syn::parse2::<FnItem>(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            diagnostics.syntax(&error).help(format!("put `{OWNER}` on a function"));
            return diagnostics.finish(item);
        }
    };
    let test = CapturedTest::new(function, krate, &mut diagnostics);
    if diagnostics.is_empty() { test.expand() } else { diagnostics.finish(item) }
}

/// Expands the attribute that [`expand`] leaves on an async test, once another one has made it a plain function.
pub(crate) fn expand_captured(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    let krate = parse_crate(arguments, &mut diagnostics);
    match syn::parse2::<FnItem>(item.clone()) {
        Ok(function) => {
            if let Some(asyncness) = &function.signature.asyncness {
                no_runtime(*asyncness, &mut diagnostics);
                return diagnostics.finish(item);
            }
            let guard = guard(&krate, &quote!(start_capture()));
            within(&function, &guard)
        }
        Err(error) => {
            diagnostics.syntax(&error).help(format!("put `{OWNER}` above all other attributes of the test"));
            diagnostics.finish(item)
        }
    }
}

/// Expands the attribute where the runtime is built without what it needs.
pub(crate) fn expand_without_feature(item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    diagnostics
        .error_at(
            MessageId::TestingFeature,
            Span::call_site(),
            format!("`{OWNER}` needs the feature `testing` of `telemetry-runtime`"),
        )
        .help("add `telemetry-runtime = { version = \"..\", features = [\"testing\"] }` to `[dev-dependencies]` in Cargo.toml");
    diagnostics.finish(item)
}

fn parse_crate(arguments: TokenStream, diagnostics: &mut Diagnostics) -> CratePath {
    let mut args = Args::parse(OWNER, Span::call_site(), arguments, diagnostics);
    args.check_keys(&["crate"], &[], diagnostics);
    args.check_positional(&["crate"], diagnostics);
    CratePath::take(&mut args, diagnostics)
}

/// A test that can be captured.
struct CapturedTest {
    function: FnItem,
    /// The argument that is given the capture.
    capture: Option<PatType>,
    krate: CratePath,
}

impl CapturedTest {
    fn new(mut function: FnItem, krate: CratePath, diagnostics: &mut Diagnostics) -> Self {
        let signature = &mut function.signature;
        if let Some(constness) = &signature.constness {
            diagnostics
                .error(MessageId::ConstFn, constness, format!("`{OWNER}` cannot be applied to a `const fn`"))
                .help("remove `const`");
        }
        let is_test = function.attributes.iter().any(is_test_attribute);
        if let Some(asyncness) = &signature.asyncness
            && !is_test
        {
            no_runtime(*asyncness, diagnostics);
        }
        let arguments = std::mem::take(&mut signature.inputs);
        let mut capture = None;
        for argument in arguments {
            match argument {
                FnArg::Typed(typed) if capture.is_none() && matches!(*typed.ty, Type::Reference(_)) => {
                    capture = Some(typed);
                }
                other => {
                    diagnostics
                        .error(
                            MessageId::TestSignature,
                            other,
                            "the only argument of a test is its capture, by reference",
                        )
                        .help("write `capture: &telemetry_runtime::testing::Capture`, or no argument");
                }
            }
        }
        Self { function, capture, krate }
    }

    /// Input:  `fn t(capture: &Capture) -> R { body }`
    /// Output: `#[test] fn t() -> R { let guard = start_only_capture(..); let capture: &Capture = &guard; { body } }`
    ///
    /// Input:  `#[tokio::test] async fn t(capture: &Capture) -> R { body }`
    /// Output: `#[tokio::test] #[captured] async fn t() -> R { let guard = current_capture(); .. { body } }`
    ///
    /// There the attribute of the runtime makes a plain function of it first, and `#[captured]` then starts the capture
    /// around the runtime: it is current wherever the runtime polls on the test's thread.
    fn expand(mut self) -> TokenStream {
        let private = self.krate.private();
        let is_test = self.function.attributes.iter().any(is_test_attribute);
        if crate::OFF && self.capture.is_some() {
            // What the test asks for is not recorded.
            self.function.attributes.push(syn::parse_quote!(#[ignore = "built without telemetry"]));
        } else if crate::OFF {
            if !is_test {
                self.function.attributes.insert(0, syn::parse_quote!(#[::core::prelude::v1::test]));
            }
            return self.function.into_token_stream();
        }
        if self.function.signature.asyncness.is_some() {
            let krate = &self.krate;
            self.function.attributes.push(syn::parse_quote!(#[#private::captured(crate = #krate)]));
            let capture = Ident::new("__capture", Span::mixed_site());
            let argument = self.argument(&capture);
            let current = (!argument.is_empty()).then(|| quote!(let #capture = #private::current_capture();));
            return within(&self.function, &quote!(#current #argument));
        }
        let start = if is_test {
            guard(&self.krate, &quote!(start_capture()))
        } else {
            self.function.attributes.insert(0, syn::parse_quote!(#[::core::prelude::v1::test]));
            // An attribute above may have made it a test, and nothing here shows that: then it runs twice.
            guard(
                &self.krate,
                &quote!(start_only_capture({
                    static __BEGUN: #private::Begun = #private::Begun::new();
                    &__BEGUN
                })),
            )
        };
        let argument = self.argument(&Ident::new("__capture", Span::mixed_site()));
        within(&self.function, &quote!(#start #argument))
    }

    /// `let capture: &Capture = &guard;`, at the place of the user's type: a wrong one is told there.
    fn argument(&self, guard: &Ident) -> TokenStream {
        let Some(PatType { attrs, pat, ty, .. }) = &self.capture else {
            return TokenStream::new();
        };
        let span = ty.span().resolved_at(Span::mixed_site());
        quote_spanned!(span=> #(#attrs)* let #pat: #ty = &#guard;)
    }
}

/// `let __capture = start_capture();`
fn guard(krate: &CratePath, start: &TokenStream) -> TokenStream {
    let private = krate.private();
    let capture = Ident::new("__capture", Span::mixed_site());
    quote!(let #capture = #private::#start;)
}

/// The function with these statements before its body. The body stays a block of its own, so that items that it begins with
/// are not items after statements.
fn within(function: &FnItem, first: &TokenStream) -> TokenStream {
    let body = function.body();
    let inner_attributes = body.inner_attributes;
    let mut block = Group::new(Delimiter::Brace, body.statements);
    // An error about the value of the body belongs to the user's braces.
    block.set_span(body.span);
    function.with_body(quote!(#inner_attributes #first #block))
}

/// Whether the attribute makes the function a test: `#[test]`, `#[tokio::test]`, `#[rstest]` and their like.
fn is_test_attribute(attribute: &Attribute) -> bool {
    attribute.path().segments.last().is_some_and(|last| last.ident.to_string().ends_with("test"))
}

fn no_runtime(asyncness: Async, diagnostics: &mut Diagnostics) {
    diagnostics
        .error(MessageId::TestSignature, asyncness, format!("`{OWNER}` does not start an async runtime"))
        .help(format!("add `#[tokio::test]` below `{OWNER}`"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expand(item: TokenStream) -> String {
        super::expand(TokenStream::new(), item).to_string().replace(' ', "")
    }

    #[test]
    fn a_plain_function_becomes_a_test_with_a_capture() {
        assert_eq!(
            expand(quote!(
                #[should_panic]
                fn t(capture: &Capture) -> R {
                    body()
                }
            )),
            "#[::core::prelude::v1::test]#[should_panic]fnt()->R{let__capture=::telemetry_runtime::__private::\
             start_only_capture({static__BEGUN:::telemetry_runtime::__private::Begun=::telemetry_runtime::__private\
             ::Begun::new();&__BEGUN});letcapture:&Capture=&__capture;{body()}}"
        );
    }

    #[test]
    fn a_function_that_is_a_test_is_not_made_one_again() {
        let expanded = expand(quote!(
            #[test]
            fn t() {}
        ));
        assert_eq!(expanded.matches("test]").count(), 1, "{expanded}");
    }

    #[test]
    fn an_async_test_leaves_its_runtime_outside() {
        assert_eq!(
            expand(quote!(
                #[tokio::test]
                async fn t(capture: &Capture) {
                    body().await
                }
            )),
            "#[tokio::test]#[::telemetry_runtime::__private::captured(crate=::telemetry_runtime)]asyncfnt(){\
             let__capture=::telemetry_runtime::__private::current_capture();letcapture:&Capture=&__capture;\
             {body().await}}"
        );
    }

    #[test]
    fn what_cannot_be_captured_is_refused_with_the_function() {
        let expanded = expand(quote!(
            async fn t() {}
        ));
        assert!(expanded.contains("doesnotstartanasyncruntime") && expanded.contains("asyncfnt(){}"));
        let expanded = expand(quote!(
            fn t(capture: &Capture, more: u8) {}
        ));
        assert!(expanded.contains("onlyargument") && expanded.contains("more:u8"));
        assert!(
            expand(quote!(
                struct T;
            ))
            .contains("structT;")
        );
    }
}
