//! Paths that are not worth a span: those that machines ask for all the time.

/// Paths whose requests are handled as if the layer were not there.
#[derive(Clone, Debug)]
pub(super) struct Excluded(Vec<Box<str>>);

impl Default for Excluded {
    /// Scrapes, and the questions of orchestrators.
    fn default() -> Self {
        Self::new(["/metrics", "/.backstage/health", "/health", "/healthz", "/livez", "/readyz"])
    }
}

impl Excluded {
    pub(super) fn new(prefixes: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        Self(prefixes.into_iter().map(Into::into).collect())
    }

    /// Whether a path is one of the prefixes, or below one: `/health` excludes `/health/db` and not `/healthcare`.
    pub(super) fn contains(&self, path: &str) -> bool {
        self.0.iter().any(|prefix| {
            let prefix = prefix.trim_end_matches('/');
            path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_exclude_whole_segments() {
        let excluded = Excluded::default();
        for path in ["/metrics", "/metrics/", "/health/db", "/.backstage/health/v1/readiness", "/livez"] {
            assert!(excluded.contains(path), "{path}");
        }
        for path in ["/", "/metricsfoo", "/healthcare", "/api/metrics", "/.backstage"] {
            assert!(!excluded.contains(path), "{path}");
        }
        assert!(Excluded::new(["/internal/"]).contains("/internal/cache"));
        assert!(!Excluded::new(Vec::<String>::new()).contains("/metrics"));
    }
}
