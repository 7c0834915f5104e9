//! `#[traced]`: a span per call.

mod args;
mod attributes;
mod expand;
mod parameters;

pub(crate) use args::TracedArgs;
pub(crate) use attributes::{Key, check_keys, check_span_keys, parse_pairs};
pub(crate) use expand::{enter, fill, parent, site, site_alone, start, start_evaluated};
pub(crate) use parameters::take_from_parameters;
