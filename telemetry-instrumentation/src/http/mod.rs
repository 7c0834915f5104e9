//! What servers and clients of HTTP have in common: methods, headers, and the buckets of their durations.

mod headers;
mod method;

pub(crate) use headers::HeaderCarrier;
pub(crate) use method::Method;

/// The bounds that semantic conventions advise for durations of HTTP requests, in seconds ("HTTP metrics").
pub(crate) const DURATION_BOUNDS: &[f64] =
    &[0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];

/// `network.protocol.version`.
pub(crate) fn protocol_version(version: http::Version) -> Option<&'static str> {
    match version {
        http::Version::HTTP_09 => Some("0.9"),
        http::Version::HTTP_10 => Some("1.0"),
        http::Version::HTTP_11 => Some("1.1"),
        http::Version::HTTP_2 => Some("2"),
        http::Version::HTTP_3 => Some("3"),
        _ => None,
    }
}

/// The port of a scheme where a URL has none.
pub(crate) fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    }
}
