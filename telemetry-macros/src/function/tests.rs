use proc_macro2::{Span, TokenStream};
use quote::quote;

use super::*;

fn traced(arguments: TokenStream, item: TokenStream) -> String {
    crate::item::expand(Attribute::Traced, arguments, item).to_string().replace(' ', "")
}

fn metric(arguments: TokenStream, item: TokenStream) -> String {
    crate::item::expand(Attribute::Metric, arguments, item).to_string().replace(' ', "")
}

fn count(text: &str, part: &str) -> usize {
    text.matches(part).count()
}

/// The ids of what is wrong with `#[traced(arguments)]` on `item`.
fn mistakes(arguments: TokenStream, item: TokenStream) -> Vec<&'static str> {
    let mut diagnostics = Diagnostics::new();
    let mut item: FnItem = syn::parse2(item).expect("a function");
    let mut args = FnArgs::default();
    args.add(Attribute::Traced, Span::call_site(), arguments, &mut diagnostics);
    siblings::absorb(&mut args, &mut item, &mut diagnostics);
    TracedFn::build(args, &mut item, &mut diagnostics);
    diagnostics.ids()
}

#[test]
fn an_infallible_function_gets_a_guard_and_keeps_its_body() {
    let output = traced(
        quote!(),
        quote!(
            pub fn answer(n: u32) -> u32 {
                n + 1
            }
        ),
    );
    assert!(output.starts_with("pubfnanswer(n:u32)->u32{let__telemetry_call="), "{output}");
    assert_eq!(count(&output, "SpanGuard::enter(const{&"), 1, "{output}");
    assert!(output.ends_with("});#[allow(unused_braces)]{n+1}}"), "{output}");
}

#[test]
fn both_attributes_in_either_order_make_one_wrapper() {
    let one = traced(
        quote!(),
        quote!(
            #[metric(counter = "a.b")]
            #[inline]
            fn f() -> Result<(), E> {
                g()?;
                Ok(())
            }
        ),
    );
    let other = metric(
        quote!(counter = "a.b"),
        quote!(
            #[telemetry_runtime::traced]
            #[inline]
            fn f() -> Result<(), E> {
                g()?;
                Ok(())
            }
        ),
    );
    let mark = "#[metric(__absorbed)]const_:()=();";
    assert_eq!(count(&one, mark), 1, "the import is used: {one}");
    assert_eq!(one.replace(mark, ""), other);
    assert_eq!(count(&one, "Call::new"), 1);
    assert!(one.starts_with("#[inline]fnf()"), "{one}");
}

#[test]
fn an_attribute_of_another_crate_is_left_alone() {
    let output = traced(
        quote!(),
        quote!(
            #[autometrics::metric(x)]
            fn f() {}
        ),
    );
    assert!(output.starts_with("#[autometrics::metric(x)]fnf()"), "{output}");
}

#[test]
fn the_crate_path_replaces_every_mention_of_the_runtime() {
    let output = traced(
        quote!(crate = my::telemetry, attributes(a = 1)),
        quote!(
            #[metric(crate = my::telemetry, counter("a.b", value = |x| 1))]
            async fn f() -> T {
                x
            }
        ),
    );
    assert_eq!(count(&output, "telemetry_runtime"), 0, "{output}");
    assert_eq!(count(&output, "__private"), count(&output, "my::telemetry::__private"));
}

#[test]
fn an_async_function_becomes_one_that_returns_its_future() {
    let output = traced(
        quote!(),
        quote!(
            async fn f(a: A, b: &B) -> Result<impl Sized, E> {
                g(a).await
            }
        ),
    );
    assert!(
        output.starts_with("fnf(a:A,b:&B)->impl::core::future::Future<Output=Result<implSized,E>>{"),
        "{output}"
    );
    assert!(output.contains("asyncmove{let_=(&b,&a,);iffalse{return::telemetry_runtime::__private::never::<Result<_,E>>();}g(a).await}"), "{output}");
    assert_eq!(count(&output, "::traced_span("), 1, "{output}");
    assert_eq!(count(&output, "SpanState::here("), 1, "{output}");
}

#[test]
fn only_expressions_that_need_the_parameters_cost_a_closure_around_the_future() {
    let form = |arguments: TokenStream, item: TokenStream| {
        let output = traced(arguments, item);
        ["traced_span(", "traced(", "traced_lazily("]
            .map(|form| count(&output, &format!("__private::{form}")))
    };
    let plain = quote!(
        async fn f(a: A) {}
    );
    assert_eq!(form(quote!(), plain.clone()), [1, 0, 0]);
    assert_eq!(form(quote!(parent = a), plain.clone()), [1, 0, 0]);
    assert_eq!(form(quote!(), quote!(#[metric(counter = "a.b", histogram = "a.c")] #plain)), [0, 1, 0]);
    assert_eq!(form(quote!(attributes(a = a)), plain.clone()), [0, 0, 1]);
    let ordered = quote!(
        async fn f(self: Box<Self>, first: A, n: u64) {}
    );
    assert_eq!(form(quote!(), ordered), [0, 0, 1], "two parameters have an order");
    assert_eq!(form(quote!(), quote!(#[metric(counter = self.metrics.calls)] #plain)), [0, 0, 1]);
}

#[test]
fn patterns_of_an_async_function_are_matched_inside_its_future() {
    let output = traced(
        quote!(),
        quote!(
            async fn f(&self, (a, _): (A, B), c: C) {}
        ),
    );
    assert!(output.starts_with("fnf(&self,a:(A,B),c:C)->impl"), "{output}");
    let rebound = "asyncmove{let_=&self;leta=a;let(a,_)=a;letc=c;";
    assert!(output.contains(rebound), "{output}");
}

#[test]
fn a_parameter_of_an_async_function_that_is_lent_as_ref_mut_is_mutable_in_its_future() {
    let output = traced(
        quote!(),
        quote!(
            async fn f((ref mut a, ref b): (A, B), ref mut c: C, ref d: D) {}
        ),
    );
    let rebound = "letmuta_b=a_b;let(refmuta,refb)=a_b;letmutc=c;letrefmutc=c;letd=d;letrefd=d;";
    assert!(output.contains(rebound), "{output}");
}

#[test]
fn a_parameter_that_is_a_pattern_is_named_after_what_it_binds() {
    let output = traced(
        quote!(),
        quote!(
            async fn f(
                State(state): S,
                Path((kind, name)): P,
                kind_name: N,
                _: U,
                &r#type: &T,
                [other]: O,
                other: O,
            ) {
            }
        ),
    );
    let expected = "fnf(state:S,kind_name_1:P,kind_name:N,_3:U,type_4:&T,other_5:O,other:O,)->impl";
    assert!(output.starts_with(expected), "{output}");
}

#[test]
fn an_async_function_stays_one_where_its_future_cannot_be_written_or_another_macro_asks_for_it() {
    for item in [
        quote!(
            async fn f() -> ! {}
        ),
        quote!(
            #[tokio::main]
            async fn f() {}
        ),
        quote!(
            #[cfg_attr(feature = "x", tokio::main)]
            async fn f() {}
        ),
    ] {
        let output = traced(quote!(), item);
        assert!(output.contains("asyncfnf()"), "{output}");
        assert!(output.contains(".await}"), "{output}");
    }
    let output = traced(
        quote!(),
        quote!(
            #[cfg_attr(feature = "x", inline, allow(unused))]
            #[doc = "f"]
            async fn f() {}
        ),
    );
    assert!(output.contains("fnf()->impl"), "{output}");
}

#[test]
fn a_future_that_is_made_at_the_call_has_its_attributes_evaluated_there() {
    let made = traced(
        quote!(attributes(a.b = x)),
        quote!(
            #[metric(counter("c.d", value = y), attributes(z = z))]
            fn f(x: X, y: u64) -> BoxFuture<'static, u8> {
                service.call(x)
            }
        ),
    );
    let evaluated = made.find("Parent::current().evaluate(|").expect("a context with attributes");
    let body = made.find("service.call(x)").expect("the body");
    for expression in ["match&x{", "=y;", "=(z,);"] {
        let place = made.find(expression).unwrap_or_else(|| panic!("{expression} in {made}"));
        assert!(place < body, "{made}");
    }
    assert!(evaluated < body && made.contains("start_evaluated(const{"), "{made}");

    let tail = traced(
        quote!(attributes(a.b = x)),
        quote!(
            fn f(x: X) -> impl Future<Output = u8> {
                let y = 1;
                async move { y }
            }
        ),
    );
    assert!(tail.contains("lety=1;::telemetry_runtime::__private::traced_lazily("), "{tail}");
    assert!(tail.contains("start_with(const{"), "{tail}");
}

#[test]
fn a_stream_is_wrapped_and_its_items_are_looked_at() {
    let output = traced(
        quote!(),
        quote!(
            fn f() -> BoxStream<'static, Result<u8, E>> {
                items()
            }
        ),
    );
    assert!(output.contains("call_once(move||->BoxStream<'static,Result<u8,E>>{items()})"), "{output}");
    assert!(output.contains("boxed(::telemetry_runtime::__private::traced_stream("), "{output}");
    assert!(
        output.contains(
            "|__telemetry_item:&Result<u8,E>,__telemetry_end:&mut::telemetry_runtime::__private::CallEnd|"
        ),
        "{output}"
    );
}

#[test]
fn a_metric_of_a_plugin_that_is_a_type_claims_its_names() {
    let claim =
        "implcrate::Catalog{constmetric_name__a_dcalls:()=();constprometheus_name__a__calls__total:()=();}";
    let of = |plugin: TokenStream| {
        metric(
            quote!(plugin = #plugin, counter = "a.calls"),
            quote!(
                fn f() {}
            ),
        )
    };
    assert_eq!(count(&of(quote!(crate::Catalog)), claim), 1);
    assert_eq!(
        count(&of(quote!(common::Catalog)), "metric_name__"),
        0,
        "another crate cannot add to the type"
    );
    assert_eq!(count(&of(quote!("catalog")), "metric_name__"), 0);
}

#[test]
fn a_body_that_does_not_parse_is_carried_through() {
    let output = traced(quote!(), quote!(fn f() -> u32 { let x = ; x. }));
    assert!(output.ends_with("{letx=;x.}}"), "{output}");
}

#[test]
fn inner_attributes_of_the_body_stay_first() {
    let output = traced(
        quote!(),
        quote!(
            fn f() {
                #![allow(unused)]
                let x = 1;
            }
        ),
    );
    assert!(output.starts_with("fnf(){#![allow(unused)]let"), "{output}");
}

#[test]
fn a_wrong_attribute_leaves_the_item_and_says_everything() {
    let output = traced(
        quote!(nmae = "x", kind = "klient"),
        quote!(
            #[metric(counter = "Ab")]
            const fn f() {}
        ),
    );
    assert!(output.starts_with("#[metric(__absorbed)]constfnf(){}"), "{output}");
    assert_eq!(count(&output, "compile_error!"), 4, "{output}");
}

#[test]
fn each_mistake_has_its_message() {
    let item = quote!(
        fn f(x: u32) {}
    );
    let on = |arguments: TokenStream| mistakes(arguments, item.clone());
    assert_eq!(on(quote!(name = "")), ["span-name-empty"]);
    assert_eq!(on(quote!(name = x)), ["span-name-not-constant"]);
    assert_eq!(on(quote!(name = format!("{x}"))), ["span-name-not-constant"]);
    assert_eq!(on(quote!(name = names::STITCH)), [""; 0]);
    assert_eq!(on(quote!(name = concat!("a", "b"))), [""; 0]);
    assert_eq!(on(quote!(kind = "klient")), ["unknown-value"]);
    assert_eq!(on(quote!(attributes(a.b = 1, "a.b" = 2))), ["duplicate-attribute-key"]);
    assert_eq!(on(quote!(attributes("a b" = 1))), ["attribute-key-syntax"]);
    assert_eq!(on(quote!(attributes(a))), ["invalid-syntax"]);
    assert_eq!(on(quote!(parent = ctx)), [""; 0]);
    assert_eq!(on(quote!(parent = ctx, root)), ["conflicting-arguments"]);
    assert_eq!(on(quote!(request = parts, credentials = user)), [""; 0]);
    assert_eq!(on(quote!(plugin = "Catalog")), ["plugin-id-syntax"]);

    assert_eq!(
        mistakes(
            quote!(),
            quote!(
                const fn f() {}
            )
        ),
        ["const-fn"]
    );
    assert_eq!(
        mistakes(
            quote!(),
            quote!(
                fn f();
            )
        ),
        ["function-without-body"]
    );
    assert_eq!(
        mistakes(
            quote!(),
            quote!(
                #[traced]
                fn f() {}
            )
        ),
        ["duplicate-attribute"]
    );
    assert_eq!(
        mistakes(
            quote!(),
            quote!(
                #[metric(counter("a.b", value = |ret| 1))]
                fn f() -> impl Stream<Item = u8> {}
            )
        ),
        ["value-of-stream"]
    );
    assert_eq!(
        mistakes(
            quote!(),
            quote!(
                fn f(#[attribute] (a, b): (u8, u8)) {}
            )
        ),
        ["attribute-on-pattern"]
    );
    assert_eq!(
        mistakes(
            quote!(),
            quote!(
                #[metric(counter = "a.b", attributes(outcome = 1, le = 2))]
                fn f() {}
            )
        ),
        ["attribute-key-reserved-label", "generated-attribute-key"]
    );
    assert_eq!(
        mistakes(
            quote!(),
            quote!(
                #[metric(counter = "a.b", gauge("A.b", value = 1))]
                fn f() {}
            )
        ),
        ["metric-name-style", "duplicate-metric"]
    );
}

#[test]
fn metrics_of_the_call_are_described_by_the_function_and_values_are_not() {
    let output = metric(
        quote!(
            counter = "a.calls",
            histogram("a.size", value = 1),
            in_flight("a.active", description = "Said.")
        ),
        quote!(
            fn r#add() {}
        ),
    );
    assert_eq!(count(&output, ".description("), 2);
    assert!(output.contains(".description(\"Callsof`add`.\")"), "{output}");
    assert!(output.contains(".description(\"Said.\")"), "{output}");
}
