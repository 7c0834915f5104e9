//! Checked names as constants and as expressions.

use telemetry_runtime::metric_name;
use telemetry_runtime::naming::MetricName;

const PROCESSED: MetricName = metric_name!("entities.processed");
static ABSOLUTE: MetricName = metric_name!("::http.server.request.duration");

fn main() {
    assert_eq!(PROCESSED, "entities.processed");
    assert!(ABSOLUTE.is_absolute());
    assert_eq!(metric_name!("entities.total", crate = telemetry_runtime).as_str(), "entities.total");
}
