//! The metrics of an HTTP server.

use telemetry_runtime::{MetricAttributes, backstage_core};

use crate::http::Method;

#[backstage_core(service = "http-router")]
mod declared {
    use telemetry_runtime::metrics::FreeAttributes;
    use telemetry_runtime::{Histogram, MetricSet, UpDownCounter};

    use super::Active;
    use crate::http::DURATION_BOUNDS;

    #[derive(MetricSet)]
    pub(crate) struct Metrics {
        /// Duration of HTTP server requests, until the response has been sent.
        #[metric(histogram = "::http.server.request.duration", unit = "s", buckets = DURATION_BOUNDS)]
        pub(crate) duration: Histogram<f64, FreeAttributes<'static>>,
        /// HTTP server requests that are being handled.
        #[metric(up_down_counter = "::http.server.active_requests", unit = "{request}")]
        pub(crate) active: UpDownCounter<i64, Active>,
    }
}

pub(super) use declared::Metrics;

/// `url.scheme`; a server of these protocols knows no others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, telemetry_runtime::AttributeValue)]
pub(super) enum Scheme {
    Http,
    Https,
}

impl Scheme {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }
}

/// The attributes of a request that is being handled.
#[derive(Clone, Copy, Debug, MetricAttributes)]
pub(super) struct Active {
    #[attribute("http.request.method")]
    pub(super) method: Method,
    #[attribute("url.scheme")]
    pub(super) scheme: Scheme,
}

/// A request among those that are being handled; it leaves them when it is dropped.
#[derive(Debug)]
pub(super) struct InFlight(Active);

impl InFlight {
    pub(super) fn enter(request: Active) -> Self {
        Metrics::get().active.add_with(1, request);
        Self(request)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        Metrics::get().active.add_with(-1, self.0);
    }
}
