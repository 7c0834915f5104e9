//! The derives and `metric_name!`, with their documentation.

/// Makes an enum without fields a value of a metric attribute.
///
/// A variant is exported as its name in snake case: `ClusterScoped` as `cluster_scoped`.
///
/// | attribute | on | meaning | default |
/// |---|---|---|---|
/// | `#[attribute("name")]`, `#[attribute(value = "name")]` | variant | what it is exported as | its name in snake case |
/// | `#[attribute(crate = path)]` | enum | the path of this crate | `::telemetry_runtime` |
///
/// ```
/// use telemetry_runtime::AttributeValue;
///
/// #[derive(Clone, Copy, AttributeValue)]
/// enum Kind {
///     Component,
///     ClusterScoped,
///     #[attribute("API")]
///     Api,
/// }
///
/// assert_eq!(Kind::VALUES, 3);
/// assert_eq!(Kind::ClusterScoped.ordinal(), 1);
/// ```
///
/// It expands to `impl AttributeValue`: a match over the variants and the list of their names.
///
/// # Compile errors
///
/// A type that is no enum, an enum without variants, a variant with fields, and values that are empty or not distinct.
pub use telemetry_macros::AttributeValue;

/// Makes a struct a set of metric attributes.
///
/// A field is an attribute, and its name is the key. Its type is an enum with `#[derive(AttributeValue)]`, `bool`, an
/// `Option` of these (where `None` leaves the attribute out), or [`Label`](crate::Label) for free text. Every combination of
/// closed values has its own index, so that recording looks nothing up.
///
/// | attribute | on | meaning | default |
/// |---|---|---|---|
/// | `#[attribute("key")]` | field | the key | the field's name |
/// | `#[attribute(limit = N)]` | field that is a `Label` | how many different texts are kept, 1 to 100000; what goes beyond is counted on the series `otel.metric.overflow=true` | the instrument's `cardinalityLimit` |
/// | `#[metric_attributes(limit = N)]` | struct | how many combinations of closed values there may be, 1 to 16384 | 2000 |
/// | `#[metric_attributes(crate = path)]` | struct | the path of this crate | `::telemetry_runtime` |
///
/// ```
/// use telemetry_runtime::{AttributeValue, Label, MetricAttributes};
///
/// #[derive(Clone, Copy, AttributeValue)]
/// enum Outcome {
///     Ok,
///     Failed,
/// }
///
/// #[derive(Clone, Copy, MetricAttributes)]
/// struct TaskRun<'a> {
///     #[attribute("template", limit = 100)]
///     template: Label<'a>,
///     result: Outcome,
///     dry_run: bool,
/// }
///
/// assert_eq!(TaskRun::KEYS, ["template", "result", "dry_run"]);
/// assert_eq!(TaskRun::CARDINALITY, 2 * 2);
/// ```
///
/// An instrument is declared for `TaskRun<'static>` and takes a `TaskRun` of any lifetime.
///
/// It expands to `impl MetricAttributes` and to assertions, which the compiler evaluates, that the combinations are within
/// the limit and that a `limit` stands on free text only. A struct with type parameters is asserted by the instrument
/// that uses it.
///
/// # Compile errors
///
/// Anything but a struct with named fields; keys that are malformed, reserved (`otel.*`, `le`, `quantile`, `job`, `instance`,
/// `otel_scope_*`), or the same in Prometheus; numbers and strings as values; limits out of range; more combinations
/// than the limit.
pub use telemetry_macros::MetricAttributes;

/// Makes a struct a set of instruments.
///
/// Every field is one of the seven instruments with a `#[metric(kind = "name")]`. The metrics are registered at link time: they
/// are known, and exported, before anything is recorded.
///
/// | argument of `#[metric]` | meaning | default |
/// |---|---|---|
/// | `counter`, `up_down_counter`, `histogram`, `gauge`, `observable_counter`, `observable_up_down_counter`, `observable_gauge` | the kind, and the name as `{category}.{name}`, or `::name` without the plugin's prefix | required, exactly one |
/// | `unit = "s"` | the UCUM unit | none |
/// | `description = "..."` | the description, a literal or a constant | the first paragraph of the doc comment |
/// | `buckets = [0.1, 1.0]` | histograms: the upper bounds of the buckets in the metric's unit, a literal array or a constant `&[f64]` | by unit |
/// | `callback = path` | observables: a `fn(&mut Observer<'_, T, A>)`, also one of the set (`Self::count`), that is called at each collection | none; see `observe_with` |
/// | `allow(style)` | accepts a legal name that is not in lower case words | |
///
/// | argument of `#[metric_set]` | meaning | default |
/// |---|---|---|
/// | `plugin = "id"` or `plugin = Type` | the plugin | the enclosing block, the manifest, or the crate's name |
/// | `crate = path` | the path of this crate | `::telemetry_runtime` |
///
/// ```
/// use telemetry_runtime::{Counter, Histogram, MetricSet, Scope};
///
/// #[derive(MetricSet)]
/// #[metric_set(plugin = "catalog")]
/// pub struct CatalogMetrics {
///     /// Entities processed.
///     #[metric(counter = "entities.processed", unit = "{entity}")]
///     pub processed: Counter<u64>,
///     /// Time spent executing the full processing flow.
///     #[metric(histogram = "processing.duration", unit = "s", buckets = [0.1, 0.5, 1.0, 5.0])]
///     pub duration: Histogram<f64>,
/// }
///
/// static METRICS: &CatalogMetrics = CatalogMetrics::get();
///
/// METRICS.processed.add(1);
/// METRICS.duration.record(0.25);
/// // The same metrics for another plugin, whose id only the running program knows.
/// CatalogMetrics::for_plugin(Scope::plugin("catalog-backup")).processed.add(1);
/// ```
///
/// It expands to one constant per metric, one static set that `get` returns, and `impl MetricSet` with `for_plugin`. A struct
/// with parameters has `for_plugin` only.
///
/// # Compile errors
///
/// Anything but a struct with named fields; a field without `#[metric]` or with two instruments; names, units and buckets
/// that break a rule; a kind that is not the field's type; two metrics with one name, under whatever case or Prometheus
/// spelling; a callback of another type.
pub use telemetry_macros::MetricSet;

/// Says for each variant of an error type what kind of error it is, and whether it is one.
///
/// The derive implements [`TelemetryError`](trait@crate::TelemetryError), and nothing else: neither `Display` nor `Error` is
/// needed, and it stands beside `thiserror` and the like. A function with `#[traced]` or `#[metric]` that returns such an
/// error has `error.type` on its span and on its metrics (`outcome="error",error.type="not_found"`).
///
/// | argument of `#[telemetry]` | on | meaning | default |
/// |---|---|---|---|
/// | `type = "word"` | variant; type, for all variants without their own | the `error.type`: ASCII letters, digits, `_`, `.`, `-`, `:`, at most 127 bytes, not `panic` | the name in snake case: `NotFound` is `not_found` |
/// | `expected`, `expected = false` | variant; type, for all variants without their own | the call did not fail by this error: its outcome is `ok`, its span has `error.type` but no status and no exception event | not expected |
/// | `transparent` | variant, struct | asks the error inside, which implements `TelemetryError` too: the only field, or the one that is named `source` or has `#[source]` or `#[from]` | |
/// | `crate = path` | type | the path of this crate | `::telemetry_runtime` |
///
/// ```
/// use telemetry_runtime::{TelemetryError, metric, traced};
///
/// #[derive(Debug, TelemetryError)]
/// enum StoreError {
///     Timeout,
///     #[telemetry(type = "unavailable")]
///     ConnectionLost(String),
/// }
///
/// #[derive(Debug, TelemetryError)]
/// enum CatalogError {
///     /// Looking for what is not there is no failure.
///     #[telemetry(expected)]
///     NotFound { name: String },
///     #[telemetry(transparent)]
///     Store(StoreError),
/// }
///
/// #[traced]
/// #[metric(counter("entities.found", unit = "{entity}"))]
/// fn find(name: &str) -> Result<(), CatalogError> {
///     Err(CatalogError::NotFound { name: name.to_owned() })
/// }
///
/// let error = find("component:default/a").unwrap_err();
/// assert_eq!(error.error_type(), "not_found");
/// assert!(error.is_expected());
/// assert_eq!(CatalogError::Store(StoreError::ConnectionLost("reset".to_owned())).error_type(), "unavailable");
/// ```
///
/// It expands to two matches:
///
/// ```text
/// impl TelemetryError for CatalogError {
///     fn error_type(&self) -> &'static str {
///         match self {
///             Self::NotFound { .. } => "not_found",
///             Self::Store { 0: inner, .. } => TelemetryError::error_type(inner),
///         }
///     }
///     fn is_expected(&self) -> bool { .. }
/// }
/// ```
///
/// Semantic conventions keep `error.type` for operations that failed. It stands on the span of an expected error all the
/// same, because nothing else tells such a call from one that found what it looked for; on metrics it does not.
///
/// # Compile errors
///
/// A `union`; a `type` that is no single word, and a variant whose name makes none; `transparent` without a field or with
/// several that could be meant, or beside `type` or `expected`; a transparent field whose type does not implement
/// `TelemetryError`.
pub use telemetry_macros::TelemetryError;

/// Makes a checked [`MetricName`](crate::naming::MetricName) constant of a literal.
///
/// | argument | meaning | default |
/// |---|---|---|
/// | a string literal | the name as `{category}.{name}`, or `::name` without the plugin's prefix | required |
/// | `crate = path` | the path of this crate | `::telemetry_runtime` |
///
/// ```
/// use telemetry_runtime::metric_name;
/// use telemetry_runtime::naming::MetricName;
///
/// const PROCESSED: MetricName = metric_name!("entities.processed");
/// assert_eq!(PROCESSED, "entities.processed");
/// ```
///
/// It expands to `const { MetricName::from_static("entities.processed") }`.
///
/// # Compile errors
///
/// A name that breaks a rule of grammar or style, at the literal.
pub use telemetry_macros::metric_name;
