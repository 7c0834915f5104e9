use telemetry_runtime::naming::MetricName;

const PROCESSED: MetricName = MetricName::from_static("processed");

fn main() {
    let _ = PROCESSED;
}
