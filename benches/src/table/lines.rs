//! The rows of the table, their goals, and the peers that are compared.

/// A row of the table.
pub struct Line {
    /// What it is.
    pub title: &'static str,
    /// The name of our row; a peer's is `{library}/{row}`.
    pub row: &'static str,
    /// What ours is to stay at or below.
    pub goal: Goal,
}

/// What a row is to stay at or below.
#[derive(Clone, Copy)]
pub enum Goal {
    /// Instructions.
    AtMost(f64),
    /// Times what another row of ours costs.
    Times(f64, &'static str),
    /// Nothing was asked for.
    Open,
}

/// A table of lines, and the libraries that do such things.
pub struct Section {
    /// Its heading.
    pub title: &'static str,
    /// Prefix and name of each peer.
    pub peers: &'static [(&'static str, &'static str)],
    /// Its rows.
    pub lines: &'static [Line],
}

const fn line(title: &'static str, row: &'static str, goal: Goal) -> Line {
    Line { title, row, goal }
}

/// All tables.
pub const SECTIONS: [Section; 4] = [
    Section {
        title: "Metrics",
        peers: &[
            ("otel", "OpenTelemetry"),
            ("otel_bound", "OpenTelemetry, bound"),
            ("metrics", "metrics"),
            ("metrics_handle", "metrics, handle kept"),
            ("measured", "measured"),
            ("prometheus_client", "prometheus-client"),
            ("prometheus", "prometheus"),
        ],
        lines: &[
            line("typed counter, no attributes", "counter_0", Goal::AtMost(8.0)),
            line("typed counter, 1 enum", "counter_1", Goal::AtMost(8.0)),
            line("typed counter, 2 enums and a flag", "counter_3", Goal::AtMost(8.0)),
            line("typed histogram, no attributes", "histogram_0", Goal::AtMost(60.0)),
            line("the same, each value above all before", "histogram_0_growing", Goal::AtMost(60.0)),
            line("typed histogram, 2 enums and a flag", "histogram_3", Goal::AtMost(60.0)),
            line(
                "histogram in an unsampled span, more than outside",
                "exemplar_unsampled",
                Goal::AtMost(10.0),
            ),
            line(
                "histogram in a sampled span, exemplar held, more than outside",
                "exemplar_held",
                Goal::AtMost(25.0),
            ),
            line("gauge, set", "gauge_set", Goal::AtMost(12.0)),
            line("up-down counter, add", "up_down_add", Goal::AtMost(12.0)),
            line("counter, 3 texts seen before (`Label`)", "label_3", Goal::AtMost(280.0)),
            line("the same by hand, keys free too", "dynamic_3", Goal::AtMost(280.0)),
        ],
    },
    Section {
        title: "Spans",
        peers: &[
            ("otel", "OpenTelemetry"),
            ("tracing_otel", "tracing-opentelemetry"),
            ("fastrace", "fastrace-opentelemetry"),
        ],
        lines: &[
            line("function, tracing off", "traced_off", Goal::AtMost(40.0)),
            line("the same with 4 attributes, not evaluated", "traced_off_4", Goal::AtMost(40.0)),
            line("function, unsampled child", "unsampled_child", Goal::AtMost(90.0)),
            line("function, unsampled root", "unsampled_root", Goal::AtMost(850.0)),
            line("function, sampled child", "child_0", Goal::AtMost(240.0)),
            line("the same with 4 scalar attributes", "child_4", Goal::AtMost(240.0)),
            line("function, local root", "root_0", Goal::AtMost(1100.0)),
            line("its `Err` and exception event, more than a child", "child_error", Goal::AtMost(800.0)),
            line("function with 3 metrics too, sampled child", "child_metric", Goal::Times(1.35, "child_0")),
            line("poll of a future, nested", "poll_nested", Goal::AtMost(60.0)),
            line("poll of a future, root of its task", "poll_root", Goal::AtMost(330.0)),
        ],
    },
    Section {
        title: "Spans in the other modes of `telemetry.tracing.context`",
        peers: &[],
        lines: &[
            line("`lean`: unsampled child", "lean_unsampled_child", Goal::AtMost(60.0)),
            line("`lean`: unsampled root", "lean_unsampled_root", Goal::AtMost(140.0)),
            line("`lean`: sampled child", "lean_child", Goal::AtMost(220.0)),
            line("`lean`: local root", "lean_root", Goal::Open),
            line("`lean`: poll of a future, nested", "lean_poll_nested", Goal::AtMost(30.0)),
            line("`lean`: poll of a future, root of its task", "lean_poll_root", Goal::AtMost(30.0)),
            line("`permanent`: sampled child", "permanent_child", Goal::Open),
            line("`permanent`: local root", "permanent_root", Goal::Open),
            line("`permanent`: unsampled root", "permanent_unsampled_root", Goal::Open),
            line("`permanent`: poll of a future, root of its task", "permanent_poll_root", Goal::Open),
            line("`eager`: sampled child, a context for each span", "eager_child", Goal::Open),
        ],
    },
    Section {
        title: "Collection and Prometheus text, per series",
        peers: &[
            ("otel", "opentelemetry-prometheus"),
            ("metrics", "metrics"),
            ("measured", "measured"),
            ("prometheus_client", "prometheus-client"),
            ("prometheus", "prometheus"),
        ],
        lines: &[
            line("1,000 series of 3 texts", "scrape_1000", Goal::Open),
            line("the same, with the request over HTTP", "scrape_1000_http", Goal::Open),
            line("100,000 series of 3 texts", "scrape_100000", Goal::AtMost(400.0)),
        ],
    },
];
