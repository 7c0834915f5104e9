use telemetry_runtime::TelemetryError;

#[derive(TelemetryError)]
enum Failed {
    NotFound,
    Panic,
}

fn main() {
    Failed::NotFound.error_type();
}
