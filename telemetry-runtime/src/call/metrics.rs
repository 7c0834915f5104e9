//! The metrics of a call, as its part.

use super::{CallEnd, CallPart};
use crate::clock::Moment;
use crate::metrics::{CallValues, Existing, MetricGuard};
use crate::outcome::Outcome;

impl<V: CallValues> CallPart for MetricGuard<V> {
    #[inline]
    fn is_timed(&self) -> bool {
        MetricGuard::is_timed(self)
    }

    #[inline]
    fn finish(&mut self, end: &mut CallEnd) {
        match end.bounded_error() {
            None => MetricGuard::finish(self, end.outcome(), || end.elapsed_seconds()),
            Some(error_type) => self.finish_error(error_type, || end.elapsed_seconds()),
        }
    }

    #[inline]
    fn finish_ok(&mut self, started: Moment, ended: Moment) {
        MetricGuard::finish(self, Outcome::Ok, || ended.seconds_since(started));
    }
}

impl CallPart for Existing {
    #[inline]
    fn is_timed(&self) -> bool {
        Existing::is_timed(self)
    }

    fn finish(&mut self, end: &mut CallEnd) {
        Existing::finish(self, end.outcome(), || end.elapsed_seconds());
    }
}
