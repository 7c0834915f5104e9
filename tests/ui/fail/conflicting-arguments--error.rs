use telemetry_runtime::TelemetryError;

#[derive(TelemetryError)]
struct Lost;

#[derive(TelemetryError)]
enum Failed {
    #[telemetry(transparent, expected)]
    Store(Lost),
}

fn main() {
    Failed::Store(Lost).error_type();
}
