use proc_macro2::TokenStream;
use quote::quote;

use crate::function::Attribute;

fn traced(item: TokenStream) -> String {
    on(Attribute::Traced, TokenStream::new(), item)
}

fn on(attribute: Attribute, arguments: TokenStream, item: TokenStream) -> String {
    crate::item::expand(attribute, arguments, item).to_string().replace(' ', "")
}

/// What stands in front of `function`, if it is an attribute of ours: the block and the owner.
fn marked<'o>(output: &'o str, function: &str) -> Option<&'o str> {
    let (before, _) = output.split_once(function).expect("the function is still there");
    let before = before.strip_suffix(")]")?;
    let start = before.rfind("__private::traced(__block(")?;
    before[start..].strip_prefix("__private::traced(__block(")?.strip_suffix("),")
}

#[test]
fn methods_know_their_type_and_free_functions_their_module() {
    let output = traced(quote! {
        pub(crate) mod catalog {
            fn free() {}
            impl<T: Into<u8>> Load<T> for &'a mut store::Catalog<T> where T: for<'b> Fn(&'b u8) { pub async fn load(&self) {} }
            unsafe impl Store<{ 1 + 1 }> { unsafe extern "C" fn store() {} }
            trait Find { fn required(&self); fn provided(&self) {} }
            impl dyn Find + Send { fn found(&self) {} }
            impl Named for [u8] { fn bytes(&self) {} }
            mod inner { pub fn deep() {} }
        }
    });
    assert_eq!(marked(&output, "fnfree"), Some("\"catalog\",\"\""));
    assert_eq!(marked(&output, "pubasyncfnload"), Some("\"catalog\",\"Catalog\""));
    assert_eq!(marked(&output, "unsafeextern\"C\"fnstore"), Some("\"catalog\",\"Store\""));
    assert_eq!(marked(&output, "fnprovided"), Some("\"catalog\",\"Find\""));
    assert_eq!(marked(&output, "fnfound"), Some("\"catalog\",\"Find\""));
    assert_eq!(marked(&output, "fnbytes"), Some("\"catalog\",\"\""));
    assert_eq!(marked(&output, "pubfndeep"), Some("\"catalog\",\"\""));
    assert_eq!(marked(&output, "fnrequired"), None);
}

#[test]
fn what_cannot_or_should_not_be_recorded_is_passed_over() {
    let output = traced(quote! {
        mod m {
            const fn constant() {}
            pub const unsafe fn both() {}
            unsafe extern "C" fn variadic(a: u8, ...) {}
            extern "C" { fn foreign(); }
            type Callback = fn() -> u8;
            static F: fn() = { fn hidden() {} hidden };
            macro_rules! make { () => { fn made() {} } }
            #[tokio::test] async fn test() {}
            #[cfg(test)] mod tests { fn helper() {} }
            #[traced(kind = "client")] impl X { fn nearer() {} }
            fn nested() { fn inner() {} }
        }
    });
    assert_eq!(output.matches("__block").count(), 1, "{output}");
    assert!(marked(&output, "fnnested").is_some());
}

#[test]
fn braces_in_a_signature_do_not_end_the_function() {
    let output = traced(quote! {
        impl X {
            fn a() -> Array<{ N + 1 }> where F: Fn(u8) -> u8 { x() }
            fn b(x: Array<{ 2 }>) {}
        }
    });
    assert!(marked(&output, "fna").is_some() && marked(&output, "fnb").is_some(), "{output}");
    assert_eq!(output.matches("__block").count(), 2);
}

#[test]
fn bodies_that_do_not_parse_are_carried_through() {
    let output = traced(quote!(impl X { fn f(&self) { let x = ; self. } fn g(&self) {} }));
    assert!(output.contains("fnf(&self){letx=;self.}"), "{output}");
    assert!(marked(&output, "fng").is_some());
}

#[test]
fn the_attribute_goes_behind_those_of_the_function() {
    let output = traced(quote!(impl X { #[cfg_attr(a, traced(skip))] #[inline] pub fn f() {} }));
    assert!(output.contains("#[inline]#[::telemetry_runtime::__private::traced("), "{output}");
}

#[test]
fn items_that_a_macro_passes_on_are_looked_into() {
    let item = proc_macro2::Group::new(
        proc_macro2::Delimiter::None,
        quote!(
            fn f() {}
        ),
    );
    let visibility = proc_macro2::Group::new(proc_macro2::Delimiter::None, TokenStream::new());
    let output = traced(quote!(mod m { #item #visibility fn g() {} }));
    assert_eq!(output.matches("__block").count(), 2, "{output}");
}

#[test]
fn a_block_says_its_mistakes_once_and_keeps_its_functions() {
    let output = on(Attribute::Traced, quote!(name = "x"), quote!(impl X { fn f() {} fn g() {} }));
    assert_eq!(output.matches("compile_error").count(), 1, "{output}");
    assert!(output.starts_with("implX{fnf(){}fng(){}}"), "{output}");
    let output = on(Attribute::Metric, quote!(countr = "a.b"), quote!(impl X { fn f() {} }));
    assert_eq!(output.matches("compile_error").count(), 1, "{output}");
    assert!(
        traced(quote!(
            mod m;
        ))
        .contains("needsthebodyofthemodule")
    );
    assert!(
        traced(quote!(
            #[telemetry_runtime::traced]
            impl X {}
        ))
        .contains("writtentwiceonthisblock")
    );
}

/// The output for a method with these attributes, the last of which its block put there.
fn method(attributes: &TokenStream) -> String {
    traced_function(quote!(#attributes fn find(&self) {}))
}

fn traced_function(item: TokenStream) -> String {
    let item: syn::ItemFn = syn::parse2(item).expect("a function");
    let (first, rest) = item.attrs.split_first().expect("an attribute");
    let arguments = first.meta.require_list().map(|list| list.tokens.clone()).unwrap_or_default();
    let (signature, block) = (&item.sig, &item.block);
    on(Attribute::Traced, arguments, quote!(#(#rest)* #signature #block))
}

#[test]
fn a_method_of_a_block_is_named_after_its_type_unless_it_has_a_name() {
    let block = quote!(#[::telemetry_runtime::__private::traced(__block("c", "Catalog"), kind = "client")]);
    let output = method(&block);
    assert!(output.contains("of_function(::core::module_path!(),\"Catalog::find\","), "{output}");
    assert!(!output.contains(".named("), "{output}");
    let output = method(&quote!(#[traced(name = "mine")] #block));
    assert!(output.contains(".named(\"mine\")") && output.contains("SpanKind::Client"), "{output}");
    assert_eq!(output.matches("SpanGuard::enter").count(), 1, "{output}");
}

#[test]
fn a_function_can_stay_out_of_its_block() {
    let block = quote!(#[::telemetry_runtime::__private::traced(__block("c", "Catalog"))]);
    assert_eq!(method(&quote!(#[traced(skip)] #block)), "fnfind(&self){}");
    let metric = quote!(#[::telemetry_runtime::__private::metric(__block("c", "Catalog"), counter = "a.b")]);
    let output = method(&quote!(#[traced()] #[metric(skip)] #metric));
    assert!(!output.contains("Descriptor"), "{output}");
}

#[test]
fn the_nearest_of_nested_blocks_wins() {
    let output = method(&quote! {
        #[::telemetry_runtime::__private::traced(__block("outer", "Catalog"), kind = "server")]
        #[::telemetry_runtime::__private::traced(__block("inner", "Catalog"), kind = "client")]
    });
    assert!(output.contains("SpanKind::Client") && !output.contains("Server"), "{output}");
    // A plugin block inside wins over `plugin` on a block around it, and loses against one inside.
    let nearer = method(&quote!(#[traced(__plugin = "near", __block("c", "Catalog"), plugin = "far")]));
    assert!(nearer.contains("Scope::plugin(\"near\")"), "{nearer}");
    let farther = method(&quote!(#[traced(__block("c", "Catalog"), __plugin = "far", plugin = "near")]));
    assert!(farther.contains("Scope::plugin(\"near\")"), "{farther}");
}

#[test]
fn one_attribute_of_a_function_says_for_all_what_the_crate_is_called() {
    let block = quote!(#[telemetry::__private::traced(__block("c", "Catalog"), crate = telemetry)]);
    let output = method(&quote!(#[traced(name = "mine")] #[metric(counter = "a.b")] #block));
    assert!(output.contains("telemetry::__private") && !output.contains("telemetry_runtime"), "{output}");
}

#[test]
fn a_function_can_undo_what_its_block_says() {
    let block = quote!(#[::telemetry_runtime::__private::traced(__block("c", "Catalog"), root)]);
    assert!(method(&block).contains(".root()"));
    assert!(!method(&quote!(#[traced(root = false)] #block)).contains(".root()"));
}

#[test]
fn a_metric_of_a_block_that_is_declared_again_inside_is_refused_once() {
    let on_metric = |item| on(Attribute::Metric, quote!(counter = "a.b"), item);
    let twice = "isdeclaredtwice";
    let inner_block = on_metric(quote!(
        mod m {
            #[metric(counter = "A.b", allow(style))]
            impl X {
                fn f() {}
            }
        }
    ));
    assert!(inner_block.contains(twice), "{inner_block}");
    let inner_function = on_metric(
        quote!(impl X { #[metric(counter = "a.b")] fn f() {} #[metric(counter = "a.b")] fn g() {} }),
    );
    assert_eq!(inner_function.matches(twice).count(), 2, "{inner_function}");
    let same_block = on_metric(quote!(
        #[metric(counter = "a_b")]
        impl X {
            fn f() {}
        }
    ));
    assert!(same_block.contains("arethesamemetricinPrometheus"), "{same_block}");
    let other = on_metric(
        quote!(impl X { #[metric(counter = "a.b", plugin = Other)] fn f() {} #[metric(counter = A.b)] fn g() {} }),
    );
    assert!(!other.contains("compile_error"), "{other}");
}

#[test]
fn a_block_claims_its_metrics_once_where_its_plugin_is_a_type() {
    let output = on(
        Attribute::Metric,
        quote!(counter = "a.b", plugin = Catalog),
        quote!(impl X { fn f() {} fn g() {} }),
    );
    assert_eq!(output.matches("constmetric_name__a_db").count(), 1, "{output}");
}

#[test]
fn the_functions_of_a_block_share_its_metrics() {
    let block =
        quote!(#[::telemetry_runtime::__private::metric(__block("catalog", "Catalog"), counter = "a.b")]);
    let output = method(&quote!(#[traced()] #block));
    assert!(output.contains("Callsin`catalog`."), "{output}");
}
