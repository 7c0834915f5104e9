//! `http.request.method`: the methods that are known, and one word for all others.

use telemetry_runtime::AttributeValue;

/// A request's method. Whoever sends requests can make up methods, so that unknown ones are one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AttributeValue)]
pub(crate) enum Method {
    #[attribute("GET")]
    Get,
    #[attribute("HEAD")]
    Head,
    #[attribute("POST")]
    Post,
    #[attribute("PUT")]
    Put,
    #[attribute("DELETE")]
    Delete,
    #[attribute("CONNECT")]
    Connect,
    #[attribute("OPTIONS")]
    Options,
    #[attribute("TRACE")]
    Trace,
    #[attribute("PATCH")]
    Patch,
    #[attribute("QUERY")]
    Query,
    #[attribute("_OTHER")]
    Other,
}

/// The methods of RFC 9110, PATCH of RFC 5789 and QUERY, which semantic conventions know.
const KNOWN: [(Method, &str); 10] = [
    (Method::Get, "GET"),
    (Method::Head, "HEAD"),
    (Method::Post, "POST"),
    (Method::Put, "PUT"),
    (Method::Delete, "DELETE"),
    (Method::Connect, "CONNECT"),
    (Method::Options, "OPTIONS"),
    (Method::Trace, "TRACE"),
    (Method::Patch, "PATCH"),
    (Method::Query, "QUERY"),
];

impl Method {
    /// Methods are case-sensitive: `get` is unknown.
    pub(crate) fn of(method: &http::Method) -> Self {
        let known = KNOWN.iter().find(|(_, name)| *name == method.as_str());
        known.map_or(Self::Other, |(known, _)| *known)
    }

    /// The value of the attribute.
    pub(crate) fn as_str(self) -> &'static str {
        KNOWN.iter().find(|(known, _)| *known == self).map_or("_OTHER", |(_, name)| name)
    }

    /// What stands for the method in the name of a span.
    pub(crate) fn in_name(self) -> &'static str {
        if self == Self::Other { "HTTP" } else { self.as_str() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_up_methods_are_one_value() {
        for name in ["get", "PROPFIND", "X"] {
            let method = Method::of(&http::Method::from_bytes(name.as_bytes()).unwrap());
            assert_eq!((method.as_str(), method.in_name()), ("_OTHER", "HTTP"));
        }
        assert_eq!(Method::of(&http::Method::PATCH).as_str(), "PATCH");
    }
}
