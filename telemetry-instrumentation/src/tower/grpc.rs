//! gRPC on top of HTTP: the method in the path, the status in the trailers.

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName};

/// The header, or trailer, in which a gRPC server says how a call ended.
const GRPC_STATUS: HeaderName = HeaderName::from_static("grpc-status");

/// The status codes of gRPC by number, as `rpc.response.status_code` spells them.
const NAMES: [&str; 17] = [
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];

/// How a gRPC call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Status(&'static str);

impl Status {
    /// The status in headers or trailers. A code that gRPC does not know is `UNKNOWN`.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let value = headers.get(GRPC_STATUS)?;
        let code = value.to_str().ok().and_then(|text| text.parse::<usize>().ok());
        Some(Self(code.and_then(|code| NAMES.get(code)).copied().unwrap_or("UNKNOWN")))
    }

    pub(super) fn name(self) -> &'static str {
        self.0
    }

    /// Whether the server failed, and not what the caller asked for (semantic conventions, "gRPC", server spans).
    pub(super) fn is_server_error(self) -> bool {
        let failures =
            ["UNKNOWN", "DEADLINE_EXCEEDED", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS"];
        failures.contains(&self.0)
    }

    /// Whether nobody knows the method, so that its name may be anything.
    pub(super) fn is_unimplemented(self) -> bool {
        self.0 == "UNIMPLEMENTED"
    }
}

/// Whether the headers of a request say that it is a gRPC call.
pub(super) fn is_call(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"application/grpc"))
}

/// `package.Service/Method` of a path.
pub(super) fn method(path: &str) -> &str {
    path.strip_prefix('/').unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn status(code: &'static str) -> Option<Status> {
        Status::of(&HeaderMap::from_iter([(GRPC_STATUS, HeaderValue::from_static(code))]))
    }

    #[test]
    fn codes_have_names_and_some_are_the_servers_fault() {
        let named = |code, name, fault| {
            assert_eq!(status(code).map(|s| (s.name(), s.is_server_error())), Some((name, fault)));
        };
        named("0", "OK", false);
        named("5", "NOT_FOUND", false);
        named("13", "INTERNAL", true);
        named("16", "UNAUTHENTICATED", false);
        named("99", "UNKNOWN", true);
        named("x", "UNKNOWN", true);
        assert_eq!(Status::of(&HeaderMap::new()), None);
    }
}
