//! Typed attribute sets: their values are known to the compiler, so a set is an index into a dense table.

mod derive;
mod free;
mod label;
mod limit;
mod tuples;
mod value;

pub use derive::{combinations, text_value, visit_values};
pub use free::{AttributeRef, FreeAttributes};
pub use label::Label;
pub use limit::{assert_combinations, without_generated_keys};
pub use value::AttributeValue;

use super::snapshot::AttributeData;

/// The attributes of a measurement: a derived struct, a tuple of [`AttributeValue`]s, or `()` for none.
///
/// Every combination of closed values (enums, `bool`, `Option` of them) has an index below
/// [`CARDINALITY`](Self::CARDINALITY). Free text ([`Label`]) comes beside the index.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a set of metric attributes",
    label = "not a set of metric attributes",
    note = "put `#[derive(MetricAttributes)]` on the struct; its fields are enums with `#[derive(AttributeValue)]`, `bool`, `Option` of these, or `Label`",
    note = "a tuple of up to 8 such values is a set too; `()` stands for no attributes"
)]
pub trait MetricAttributes {
    /// The set's type with its lifetimes `'static`. An instrument takes every set that has its schema.
    type Schema: 'static;

    /// The keys, one per position; empty where the declaration of the metric has them (tuples).
    const KEYS: &'static [&'static str];

    /// The number of combinations of closed values.
    const CARDINALITY: usize;

    /// Whether a value is free text.
    const OPEN: bool;

    /// How many different texts a position may have: pairs of position and limit.
    const LIMITS: &'static [(usize, usize)] = &[];

    /// The index of the closed values, below [`CARDINALITY`](Self::CARDINALITY).
    fn index(&self) -> usize;

    /// Calls `visit` with the position and the exported form of each closed value of a combination.
    fn values(index: usize, visit: &mut dyn FnMut(usize, AttributeData));

    /// Calls `visit` with the position and the text of each free value.
    fn labels(&self, visit: &mut dyn FnMut(usize, &str)) {
        let _ = visit;
    }

    /// The attributes of a set whose keys are free as well.
    #[doc(hidden)]
    fn free(&self) -> Option<&[(&str, AttributeRef<'_>)]> {
        None
    }
}

impl MetricAttributes for () {
    type Schema = ();

    const KEYS: &'static [&'static str] = &[];
    const CARDINALITY: usize = 1;
    const OPEN: bool = false;

    #[inline]
    fn index(&self) -> usize {
        0
    }

    fn values(_: usize, _: &mut dyn FnMut(usize, AttributeData)) {}
}
