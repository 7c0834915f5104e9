//! The attribute macros, with their documentation.

/// Gives everything inside it one plugin: the scope of its spans and metrics, the prefix of its metric names, and the
/// attribute `backstage.plugin.id`.
///
/// | argument | type | default |
/// |---|---|---|
/// | `id` | string literal, `[a-z][a-z0-9]*([-_][a-z0-9]+)*`, at most 63 bytes | required, unless `plugin` is given |
/// | `plugin` | type that implements [`Plugin`](crate::Plugin), as seen from inside the block | |
/// | `crate` | path of this crate, for everything inside | `::telemetry_runtime` |
///
/// It stands on an inline `mod`, on an `impl` (of a type or of a trait), or on a `struct`. A struct gets an
/// implementation of [`Plugin`](crate::Plugin), so that `plugin = Catalog` can be written elsewhere.
///
/// ```
/// use telemetry_runtime::backstage_plugin;
///
/// #[backstage_plugin(id = "catalog")]
/// mod catalog {
///     use telemetry_runtime::{metric, traced};
///
///     #[traced]
///     #[metric(counter("entities.processed", unit = "{entity}"))]
///     pub fn process() {}
/// }
///
/// /// Stands for the plugin where its code is in many places.
/// #[backstage_plugin(id = "catalog")]
/// struct Catalog;
///
/// #[telemetry_runtime::traced(plugin = Catalog)]
/// fn stitch() {}
///
/// catalog::process();
/// stitch();
/// ```
///
/// The plugin of an attribute is the first of: `plugin =` in it, the nearest block around it, `pluginId` in
/// `[package.metadata.backstage]` of the crate's `Cargo.toml`, the crate's name. A plugin that is a crate of its own needs
/// one line in its manifest, and no block:
///
/// ```toml
/// [package.metadata.backstage]
/// pluginId = "catalog"
/// ```
///
/// Where the plugin is a type of the same crate, written as one word or from `crate`, `self` or `super` on, the compiler
/// refuses a metric that is declared twice anywhere in the crate (E0592, with both names underlined). A type of another
/// crate is written with its path: `plugin = catalog_common::Catalog`.
///
/// It expands to the same item, in which every [`#[traced]`](crate::traced), [`#[metric]`](crate::metric) and
/// `#[derive(MetricSet)]` carries the id in a hidden argument. They are found by their names: bare, as
/// `telemetry_runtime::traced`, or under the path of `crate =`. One that was imported under another name does not get the id.
///
/// # Under another name
///
/// Generated code names this crate as `::telemetry_runtime`. Where a manifest renames it, or another crate re-exports it, every
/// macro takes `crate = path`; said by a block, it holds for all of them inside, `metric_name!` and the derives too.
///
/// ```
/// # mod my_platform { pub mod telemetry { pub use telemetry_runtime::*; } }
/// #[my_platform::telemetry::backstage_plugin(id = "catalog", crate = crate::my_platform::telemetry)]
/// pub mod catalog {
///     use crate::my_platform::telemetry::{AttributeValue, traced};
///
///     #[derive(Clone, Copy, AttributeValue)]
///     pub enum Kind {
///         Component,
///     }
///
///     #[traced]
///     pub fn process() {}
/// }
/// # fn main() {
/// catalog::process();
/// # }
/// ```
///
/// # Compile errors
///
/// A missing or malformed id; an item of another kind; a module in a file of its own (`mod catalog;`), whose contents no
/// macro sees; a metric that is declared twice inside the block, under whatever case or Prometheus spelling.
pub use telemetry_macros::backstage_plugin;

/// Gives everything inside it the scope of a core service, as [`#[backstage_plugin]`](macro@backstage_plugin) does for a
/// plugin. Metric names get the prefix `backstage.core.{service}.`.
///
/// | argument | type | default |
/// |---|---|---|
/// | `service` | string literal, `[a-z][a-z0-9]*([-_][a-z0-9]+)*`, at most 63 bytes | required, unless `plugin` is given |
/// | `plugin` | type that implements [`Plugin`](crate::Plugin), as seen from inside the block | |
/// | `crate` | path of this crate | `::telemetry_runtime` |
///
/// ```
/// use telemetry_runtime::{backstage_core, metric};
///
/// struct Scheduler;
///
/// #[backstage_core(service = "scheduler")]
/// impl Scheduler {
///     #[metric(counter("task.runs.count", unit = "{run}"))]
///     fn run(&self) {}
/// }
///
/// Scheduler.run();
/// ```
///
/// # Compile errors
///
/// Those of [`#[backstage_plugin]`](macro@backstage_plugin).
pub use telemetry_macros::backstage_core;

/// Makes a span of every call of a function.
///
/// The span starts with the call and ends with it, and says how: a returned `Err` is an error, with `error.type` and an
/// exception event, which an error that goes up through several spans has at the innermost only; a panic is an error with
/// `error.type = "panic"`; a future that is dropped before it has finished is
/// `outcome = "cancelled"`. Any `Result` will do, whatever its error type implements; one with
/// [`#[derive(TelemetryError)]`](derive@crate::TelemetryError) gives each variant its `error.type` and says which errors are
/// expected. Texts of errors are cut after 16 KiB. What the function returns, when its
/// parameters are dropped, and what a panic carries are as without the attribute.
///
/// | argument | type | default |
/// |---|---|---|
/// | `name` | string literal or constant | the function's name |
/// | `kind` | `"internal"`, `"server"`, `"client"`, `"producer"`, `"consumer"` | `"internal"` |
/// | `attributes(key = expr, ..)` | keys are identifiers joined by dots, string literals, or constants in braces; values are [`SpanValue`](crate::trace::SpanValue)s | none |
/// | `parent` | a [`SpanParent`](crate::trace::SpanParent): an `opentelemetry::Context`, a [`SpanContext`](crate::trace::SpanContext), a [`CurrentSpan`](crate::trace::CurrentSpan), or an `Option` of one | the current span |
/// | `root` | flag: the span starts a trace of its own; `root = false` undoes that of a block | |
/// | `none` | `"error"`: a returned `None` (or `Ok(None)`) is an error, with `error.type = "none"` and without a text; or `"ok"` | `"ok"` |
/// | `links` | iterator of `opentelemetry::trace::SpanContext` | none |
/// | `credentials` | [`Credentials`](crate::services::Credentials): on whose behalf the call is made | none |
/// | `request` | a [`RequestHead`](crate::services::RequestHead) such as `http::HeaderMap` or `http::request::Parts`: whose principal the application's [`Authenticator`](crate::services::Authenticator) tells, unless credentials are given | none |
/// | `skip` | flag: no span, for a function of a block | |
/// | `plugin` | type that implements [`Plugin`](crate::Plugin), or string literal | see [`#[backstage_plugin]`](macro@backstage_plugin) |
/// | `crate` | path of this crate | `::telemetry_runtime` |
///
/// On a parameter, `#[attribute]` records it under its name and `#[attribute("key")]` under another one, also where it stands
/// in a `#[cfg_attr(..)]`. Nothing else of a parameter is ever recorded, and a [`Sensitive`](crate::Sensitive) one never is. Attributes are evaluated on entry, before the body, and only if the span is recorded; a
/// parameter is borrowed for it. A value of `None` is left out. A function that makes its future or stream in its body, in
/// other words than `async move { .. }` at the end, takes its parameters apart before the span starts: there attributes are
/// evaluated at the call, unless it is known already that nothing will be recorded.
///
/// It stands on functions and methods, async ones and those of an `#[async_trait]` block too, and on functions that return
/// a future (`impl Future`, `Pin<Box<dyn Future>>`, `BoxFuture`) or a stream (`impl Stream`, `Pin<Box<dyn Stream>>`,
/// `BoxStream`). Their span starts with the first poll and ends when they are ready, or dropped; one that is never polled
/// records nothing. Its parent is what is current where the function is *called*, so that a future which is handed to a
/// spawned task stays in its trace; a future that was made outside any span belongs to where it is polled first. The span of
/// a stream has the attributes `stream.items` (how many it gave) and `stream.time_to_first_item` (in seconds); an item that is
/// an `Err` makes its outcome `error`.
///
/// On an `impl`, a `trait` or an inline module it stands for one on each function inside, also in the blocks inside. The
/// spans of methods are then named `Type::method`, those of a trait's default methods `Trait::method`; `name` belongs on the
/// functions. An attribute of the function's own adds to it and wins where both say something, `#[traced(skip)]` leaves the
/// function out, and of nested blocks the nearest wins: of its attributes alone the functions inside get theirs. Passed over
/// are a `const fn`, functions without a body, those of `extern` blocks, variadic ones, tests (`#[test]` and the like,
/// `#[cfg(test)]`), and what a macro makes. What stands in the body of a function, functions and closures too, is left as it
/// is, and so is every item that is no function.
///
/// ```
/// use telemetry_runtime::traced;
///
/// struct Catalog;
///
/// #[traced(kind = "client")]
/// impl Catalog {
///     fn find(&self) {} // a span `Catalog::find`
///
///     #[traced(name = "refresh")]
///     async fn refresh(&self) {} // a span `refresh`, of kind `client` too
///
///     #[traced(skip)]
///     fn size(&self) -> usize {
///         0
///     }
/// }
/// ```
///
/// ```
/// use telemetry_runtime::traced;
///
/// struct Entity {
///     kind: String,
/// }
///
/// #[traced(kind = "client", attributes(catalog.entity.kind = entity.kind))]
/// async fn refresh(entity: &Entity, #[attribute("catalog.attempt")] attempt: u32) -> Result<(), std::io::Error> {
///     if attempt > 3 {
///         return Err(std::io::Error::other("too many attempts"));
///     }
///     telemetry_runtime::span().set_attribute("catalog.refreshed", true);
///     Ok(())
/// }
/// ```
///
/// It expands to a constant that describes the span, and to a wrapper around the body. The signature stays as it is, except
/// that `async fn f() -> R` becomes `fn f() -> impl Future<Output = R>`, which means the same:
///
/// ```text
/// fn refresh(entity: &Entity, attempt: u32) -> impl Future<Output = Result<(), std::io::Error>> {
///     traced_lazily(
///         Parent::current(),
///         move |parent| {
///             let site = const { &SpanSite::of_function(module_path!(), "refresh", Scope::plugin("catalog")).kind(SpanKind::Client) };
///             (Prepared::new(TaskSpan::start_with(site, parent, |span| { .. }), NoMetrics), async move { .. })
///         },
///         |out, call| { .. },
///     )
/// }
/// ```
///
/// It stays an `async fn`, whose parent is then the span that is current at its first poll, where it returns `!`, and where
/// another attribute macro stands below this one, which may ask for the word (`#[tokio::main]`).
///
/// Together with [`#[metric]`](macro@metric), in either order, it makes one wrapper with one clock and one outcome. An
/// attribute that was imported under another name is not recognised, and makes a wrapper of its own.
///
/// # Compile errors
///
/// A name that is not constant; keys that are malformed, reserved (`otel.*`) or given twice; values that cannot be
/// attributes; a `parent` that is none, or `root` beside it; a `const fn` or a variadic function; a method without a body; an
/// item that is no function.
///
/// # Pitfalls
///
/// The body of a function that returns a `Result` and can leave early (`?`, `return`, or a macro) moves into a closure, which
/// the compiler does not let have `#[track_caller]`: there `Location::caller()` gives a place in the function itself. Read it
/// in a small function around the annotated one.
pub use telemetry_macros::traced;

/// Records metrics of every call of a function: how often, how long, how many at the same time, and values of its own.
///
/// Each instrument is written `kind = "name"` or `kind("name", ..)`; there may be several, in one attribute or in several.
/// The exposed name is `backstage.plugin.{id}.{name}`.
///
/// | instrument | records | unit by default |
/// |---|---|---|
/// | `counter` | 1, or `value` (whole numbers) | none |
/// | `histogram` | the duration of the call in seconds, or `value` | `s` for durations |
/// | `up_down_counter` | `value` (whole numbers, negative ones too) | none |
/// | `gauge` | `value` | none |
/// | `in_flight` | how many calls run now | none |
///
/// | argument of an instrument | type | default |
/// |---|---|---|
/// | `unit` | UCUM unit as a string literal | see above |
/// | `description` | string literal or constant | of what counts or times calls: made from the name of the function; of a `value`: empty |
/// | `buckets` | array of numbers in increasing order, or a constant of type `&[f64]` | by the unit |
/// | `value` | expression, evaluated on entry; or closure `\|ret\| ..`, called with a reference to what the function returned (not for a stream) | see above |
/// | `on` | `"ok"`, `"error"`, `"always"`: which outcomes are recorded | `"always"` |
/// | `allow(style)` | accepts a legal name that is not in the toolkit's style | |
///
/// | argument of the attribute | type | default |
/// |---|---|---|
/// | `attributes = expr` | a value whose type derives [`MetricAttributes`](derive@crate::MetricAttributes) | none |
/// | `attributes(key = expr, ..)` | values that are [`AttributeValue`](derive@crate::AttributeValue)s, so bounded | none |
/// | `none` | as that of [`#[traced]`](macro@traced); the attributes of a function share one outcome | `"ok"` |
/// | `outcome` | `true` or `false`: whether points carry the attribute `outcome` (`ok`, `error`, `panic`, `cancelled`), and beside `error` the `error.type` where the error derives [`TelemetryError`](derive@crate::TelemetryError) | `true` |
/// | `skip` | flag: none of the metrics of its block, for a function inside | |
/// | `plugin` | type that implements [`Plugin`](crate::Plugin), or string literal | see [`#[backstage_plugin]`](macro@backstage_plugin) |
/// | `crate` | path of this crate | `::telemetry_runtime` |
///
/// Where there is one instrument only, its arguments may stand beside it: `#[metric(counter = "a.b", unit = "{call}")]`.
/// A path in the place of the name, such as `counter = METRICS.processed`, counts into an instrument that is declared
/// elsewhere; a metric is declared in one place, and counted in as many as needed. `in_flight` never carries `outcome`.
///
/// On an `impl`, a `trait` or an inline module it records the calls of all functions inside together, those that
/// [`#[traced]`](macro@traced) would reach there; `#[metric(skip)]` leaves a function out, and any other one adds to it. The
/// block declares its metrics once: one that is declared again inside is refused.
///
/// ```
/// use telemetry_runtime::{metric, traced};
///
/// #[traced]
/// #[metric(
///     counter("entities.stitched", unit = "{entity}", on = "ok"),
///     counter("entities.relations", unit = "{relation}", value = |ret| ret.as_ref().map_or(0, Vec::len)),
///     histogram = "stitching.duration",
///     in_flight = "stitching.active"
/// )]
/// fn stitch(name: &str) -> Result<Vec<String>, std::fmt::Error> {
///     Ok(vec![name.to_owned()])
/// }
///
/// #[metric(histogram("payload.size", unit = "By", value = payload.len()), attributes(empty = payload.is_empty()))]
/// fn send(payload: &[u8]) {}
///
/// stitch("component:default/a").unwrap();
/// send(b"text");
/// ```
///
/// It expands to a constant per metric, which is registered when the program is linked, to a constant that lists the
/// instruments of the call, and to a wrapper around the body, which it shares with [`#[traced]`](macro@traced):
///
/// ```text
/// static METRIC: Descriptor = Descriptor::new(InstrumentKind::Counter, NumberKind::U64, Scope::plugin("catalog"), "entities.stitched", ..);
/// inventory::submit! { Declared::new(&METRIC) }
/// static METRICS: FnMetrics = FnMetrics::new(&[FnInstrument::counter(&METRIC).on(On::Ok)]);
/// let mut call = Call::new(NoSpan, MetricGuard::start(&METRICS, ()));    // `PlainCall` where nobody asks what it returns
/// ```
///
/// # Compile errors
///
/// A name that breaks a rule, with the corrected one; a unit that is not UCUM; buckets that are not finite or not
/// increasing; a `gauge` or `up_down_counter` without a value; attribute keys that are malformed, reserved (`otel.*`, `le`,
/// `quantile`, `job`, `instance`), given twice or set by the attribute itself (`outcome`, `error.type`); values that are
/// not bounded; an argument that belongs to another kind of instrument, or to no single one; a metric that is declared twice;
/// an observable instrument, which belongs into a [`MetricSet`](derive@crate::MetricSet); and those of
/// [`#[traced]`](macro@traced) about functions.
pub use telemetry_macros::metric;

/// Starts telemetry before `main` does anything else, and flushes it when `main` returns, fails or panics, and on SIGTERM and
/// SIGINT.
///
/// Telemetry starts as [`Telemetry::bootstrap`](crate::Telemetry::bootstrap) starts it. Where it cannot, because the
/// configuration is wrong, that is printed to standard error, and the program ends with exit code 78.
///
/// | argument | type | default |
/// |---|---|---|
/// | `crate` | path of this crate | `::telemetry_runtime` |
///
/// ```no_run
/// #[telemetry_runtime::main]
/// fn main() -> Result<(), std::io::Error> {
///     // Telemetry runs here.
///     Ok(())
/// }
/// ```
///
/// An async `main` keeps the attribute that starts its runtime, below this one, so that telemetry is there first:
///
/// ```text
/// #[telemetry_runtime::main]
/// #[tokio::main]
/// async fn main() { .. }
/// ```
///
/// It expands to a function around the written one:
///
/// ```text
/// fn main() -> Result<(), std::io::Error> {
///     fn main() -> Result<(), std::io::Error> { .. }
///     run_main(main)
/// }
/// ```
///
/// # Compile errors
///
/// A function with parameters, a `const fn`, and an async function without an attribute that starts its runtime.
///
/// # Pitfalls
///
/// `std::process::exit` ends the program at once, and what was recorded since the last export is lost. Return a
/// [`std::process::ExitCode`] from `main`, or call [`exit`](crate::exit()).
///
/// On SIGTERM and SIGINT everything is exported, and then the process ends. A program that shuts down by itself on a signal,
/// such as a server that answers the open requests first, says so with `telemetry.shutdown.signals: flush`.
pub use telemetry_macros::main;

/// Makes a function a test whose telemetry is captured apart from all others.
///
/// The function may take the [`Capture`](crate::testing::Capture) as its only argument, by reference. It holds everything that
/// is recorded in the test, on its thread and wherever its context goes; [`testing`](crate::testing) says what that is. Tests
/// with the attribute run in parallel without seeing each other, and need no other set-up.
///
/// | argument | type | default |
/// |---|---|---|
/// | `crate` | path of this crate | `::telemetry_runtime` |
///
/// ```
/// use telemetry_runtime::testing::Capture;
/// use telemetry_runtime::traced;
///
/// #[traced(plugin = "todos")]
/// fn add(text: &str) -> Result<(), String> {
///     if text.is_empty() { Err("an item needs a text".to_owned()) } else { Ok(()) }
/// }
///
/// #[telemetry_runtime::test]
/// fn an_item_without_text_is_an_error(capture: &Capture) {
///     let _ = add("");
///     capture.assert_spans("add [error]");
/// }
/// ```
///
/// An async test keeps the attribute that starts its runtime, below this one. The runtime runs inside the capture:
///
/// ```text
/// #[telemetry_runtime::test]
/// #[tokio::test]
/// async fn t(capture: &Capture) { .. }
/// ```
///
/// The feature `testing` has to be on; it belongs into `[dev-dependencies]`.
///
/// # What it expands to
///
/// ```text
/// #[test]
/// fn t() {
///     let guard = Capture::start();
///     let capture: &Capture = &guard;
///     ..
/// }
/// ```
///
/// `#[test]` is added unless the function has it, or another attribute whose name ends with `test`, below this one. The return
/// type and attributes such as `#[should_panic]` stay as they are.
///
/// # Compile errors
///
/// Arguments other than the capture, a `const fn`, an async function without an attribute that starts its runtime, and
/// a build without the feature `testing`.
///
/// # Pitfalls
///
/// Write it above all other attributes that make a test: below, it cannot see them, the test would be run twice, and the
/// second run fails and says so.
#[cfg(feature = "testing")]
pub use telemetry_macros::test;
#[cfg(not(feature = "testing"))]
#[doc(hidden)]
pub use telemetry_macros::test_without_feature as test;
