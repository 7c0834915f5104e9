//! The attributes of the rows, for libraries whose attributes are texts.

bench_harness::step! {
    #[derive(Clone, Copy)] value;
    #[derive(Clone, Copy)] set;
}

impl Kind {
    #[inline]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Component => "component",
            Self::Api => "api",
        }
    }
}

impl Stage {
    #[inline]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Validate => "validate",
            Self::Process => "process",
            Self::Stitch => "stitch",
        }
    }
}

impl Step {
    /// The flag as a text.
    #[inline]
    pub fn changed(self) -> &'static str {
        if self.changed { "true" } else { "false" }
    }
}
