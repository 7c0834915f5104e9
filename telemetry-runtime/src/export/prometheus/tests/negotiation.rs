//! Which format a scraper gets.

use super::super::{Format, accepts_gzip};

fn negotiated(accept: &str) -> &'static str {
    Format::negotiate([accept]).content_type()
}

#[test]
fn the_format_follows_the_accept_header() {
    let text = "text/plain; version=0.0.4; charset=utf-8";
    let open_metrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    let cases = [
        ("", text),
        ("*/*", text),
        ("text/*;q=0.5", text),
        ("text/plain", text),
        ("text/plain;version=0.0.4", text),
        ("application/openmetrics-text", open_metrics),
        ("application/openmetrics-text; version=1.0.0", open_metrics),
        ("application/openmetrics-text;version=\"1.0.0\"", open_metrics),
        ("Application/OpenMetrics-Text;Version=1.0.0", open_metrics),
        // A version that we do not write is not the one that was asked for.
        ("application/openmetrics-text;version=0.0.1", text),
        ("application/openmetrics-text;version=2.0.0, text/plain;q=0.1", text),
        // Prometheus 2.42, without and with native histograms.
        (
            "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
            open_metrics,
        ),
        (
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
            open_metrics,
        ),
        ("text/plain;version=0.0.4;q=0.9,application/openmetrics-text;q=0.8", text),
        ("application/openmetrics-text;q=0, text/plain", text),
        ("application/openmetrics-text;q=nonsense, text/plain;q=0.1", text),
        // Nothing that we have: the text format, as every client of Prometheus does.
        ("application/json", text),
        ("image/png, application/vnd.google.protobuf", text),
    ];
    for (accept, expected) in cases {
        assert_eq!(negotiated(accept), expected, "Accept: {accept}");
    }
}

#[test]
fn a_scraper_that_asks_how_names_are_escaped_is_told() {
    // Prometheus 3.
    let accept = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;escaping=allow-utf-8;q=0.3";
    assert_eq!(
        negotiated(accept),
        "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores"
    );
    assert_eq!(
        negotiated("text/plain;version=0.0.4;escaping=allow-utf-8"),
        "text/plain; version=0.0.4; charset=utf-8; escaping=underscores"
    );
}

#[test]
fn several_accept_headers_are_one_list() {
    let format = Format::negotiate(["text/plain;q=0.3", "application/openmetrics-text;q=0.6"]);
    assert_eq!(format, Format::OpenMetrics { escaping: false });
}

#[test]
fn gzip_is_used_only_where_it_is_allowed() {
    let cases = [
        ("gzip", true),
        ("x-gzip", true),
        ("GZIP;q=0.5", true),
        ("br, gzip", true),
        ("*", true),
        ("", false),
        ("identity", false),
        ("gzip;q=0", false),
        ("*, gzip;q=0", false),
        ("*;q=0", false),
        ("br", false),
    ];
    for (header, expected) in cases {
        assert_eq!(accepts_gzip([header]), expected, "Accept-Encoding: {header}");
    }
    assert!(!accepts_gzip([]));
}
