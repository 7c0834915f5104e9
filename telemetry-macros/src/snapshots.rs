//! What the canonical cases expand to, as a reader would see it. The texts are in `snapshots/`; after an intended change
//! `SNAPSHOTS=overwrite cargo test -p telemetry-macros` writes them again.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use proc_macro2::TokenStream;
use quote::quote;

use crate::function::Attribute;

/// The tokens as `rustfmt` lays them out, with the path of the hidden module cut to its last word.
fn formatted(tokens: &TokenStream) -> String {
    let text = tokens.to_string().replace(":: telemetry_runtime :: __private ::", "__private ::");
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024", "--config", "max_width=110,use_small_heuristics=Max"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the toolchain has rustfmt");
    rustfmt.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("rustfmt reads");
    let output = rustfmt.wait_with_output().expect("rustfmt ends");
    assert!(output.status.success(), "not formatted: {text}");
    String::from_utf8(output.stdout).expect("source is text")
}

#[track_caller]
fn assert_snapshot(name: &str, tokens: &TokenStream) {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("snapshots").join(format!("{name}.rs"));
    let expansion = formatted(tokens);
    if std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite") {
        fs::write(&file, &expansion).expect("the folder is there");
    }
    let expected = fs::read_to_string(&file).unwrap_or_default();
    assert!(expansion == expected, "{} is no longer what it expands to:\n{expansion}", file.display());
}

fn traced(arguments: TokenStream, item: TokenStream) -> TokenStream {
    crate::item::expand(Attribute::Traced, arguments, item)
}

#[test]
fn a_function_that_cannot_fail() {
    let item = quote!(
        pub fn find(name: &str) -> Option<Entity> {
            ENTITIES.get(name)
        }
    );
    assert_snapshot("infallible", &traced(quote!(), item));
}

#[test]
fn a_function_that_can_fail_with_attributes() {
    let item = quote!(
        fn parse(text: &str) -> Result<Entity, ParseError> {
            let kind = text.parse()?;
            Ok(Entity { kind })
        }
    );
    assert_snapshot(
        "fallible",
        &traced(
            quote!(kind = "client", attributes(text.size = text.len(), text.kind = "entity", { KEY } = true)),
            item,
        ),
    );
}

#[test]
fn an_async_function() {
    let item = quote!(
        async fn refresh(&self, name: &str) -> Result<(), RefreshError> {
            self.load(name).await
        }
    );
    assert_snapshot("async", &traced(quote!(), item));
}

#[test]
fn a_function_with_metrics_that_cannot_fail() {
    let item = quote!(
        #[metric(histogram = "parse.duration")]
        #[metric(counter("parsed.bytes", value = text.len()))]
        fn parse(text: &str) {
            read(text);
        }
    );
    assert_snapshot("metrics", &traced(quote!(), item));
}

#[test]
fn an_async_function_with_metrics_and_an_attribute_of_an_argument() {
    let item = quote!(
        #[metric(counter = "entities.stitched", in_flight = "stitching.active")]
        async fn stitch(#[attribute] name: String) -> Result<(), StitchError> {
            store(name).await
        }
    );
    assert_snapshot("async_with_metrics", &traced(quote!(), item));
}

#[test]
fn a_function_that_returns_a_future() {
    let item = quote!(
        fn call(&mut self, request: Request) -> BoxFuture<'static, Result<Response, Error>> {
            self.inner.call(request)
        }
    );
    assert_snapshot("returned_future", &traced(quote!(attributes(http.method = request.method())), item));
}

#[test]
fn a_function_that_returns_a_stream() {
    let item = quote!(
        fn pages(&self) -> impl Stream<Item = Result<Page, Error>> {
            self.client.pages()
        }
    );
    assert_snapshot("stream", &traced(quote!(), item));
}
