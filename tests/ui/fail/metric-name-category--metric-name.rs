use telemetry_runtime::metric_name;
use telemetry_runtime::naming::MetricName;

const PROCESSED: MetricName = metric_name!("processed");

fn main() {
    let _ = PROCESSED;
}
