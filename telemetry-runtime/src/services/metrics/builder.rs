//! An instrument by hand before it is made.

use std::sync::Arc;

use super::handle::{Handle, Target};
use crate::error::Error;
use crate::metrics::{InstrumentBuilder, InstrumentKind, RunTimeInstrument};
use crate::plugin::Scope;
use crate::services::report;

/// An instrument before it is made; from the `create_` methods of [`MetricsService`](super::MetricsService).
#[derive(Debug)]
#[must_use = "the instrument is made by `build`"]
pub struct ServiceInstrumentBuilder<'a, H: BuildInstrument>(InstrumentBuilder<'a, H::Stored>);

/// The handle of an instrument that a [`MetricsService`](super::MetricsService) makes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the handle of an instrument",
    note = "the `create_` methods of `MetricsService` name the handles"
)]
pub trait BuildInstrument: Sized {
    /// The instrument of the store behind it.
    #[doc(hidden)]
    type Stored: RunTimeInstrument;

    /// The handle of an instrument; of none, where it could not be made.
    #[doc(hidden)]
    fn from_handle(handle: Option<Arc<Handle<Self::Stored>>>) -> Self;
}

impl<'a, H: BuildInstrument> ServiceInstrumentBuilder<'a, H> {
    pub(super) fn new(scope: Scope, kind: InstrumentKind, name: &'a str) -> Self {
        Self(InstrumentBuilder::new(scope, kind, name))
    }

    /// Sets the UCUM unit, such as `s`, `By` or `{entity}`.
    pub fn unit(self, unit: &'a str) -> Self {
        Self(self.0.unit(unit))
    }

    /// Sets the description.
    pub fn description(self, description: &'a str) -> Self {
        Self(self.0.description(description))
    }

    /// Sets the upper bounds of a histogram's buckets, finite and strictly increasing. Without them a histogram in `s` has
    /// bounds from 5 ms to 10 s, and any other OpenTelemetry's default bounds. Other instruments have no buckets.
    pub fn boundaries(self, bounds: &'a [f64]) -> Self {
        Self(self.0.boundaries(bounds))
    }

    /// Makes the instrument, or gives the one that was made or declared before.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Name`](crate::ErrorKind::Name) if the name or unit breaks a naming rule, or the bounds are not finite and
    /// strictly increasing. [`ErrorKind::Conflict`](crate::ErrorKind::Conflict) if the metric exists with another kind,
    /// number type, unit or other buckets; the text names both places.
    #[track_caller]
    pub fn build(self) -> Result<H, Error> {
        let scope = self.0.scope();
        let (stored, descriptor) = self.0.build_described()?;
        let target = Target::new(descriptor, scope);
        Ok(H::from_handle(Some(Arc::new(Handle { stored, target }))))
    }

    /// The same where telemetry must not fail: an instrument that cannot be made takes measurements and keeps none. The
    /// reason is reported once, through the diagnostics of the running telemetry.
    #[track_caller]
    pub fn build_or_noop(self) -> H {
        let name = self.0.name();
        match self.build() {
            Ok(handle) => handle,
            Err(error) => {
                report::once(&format!("metric `{name}` is not recorded: {error}"));
                H::from_handle(None)
            }
        }
    }
}
