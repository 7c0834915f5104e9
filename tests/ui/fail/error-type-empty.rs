use telemetry_runtime::TelemetryError;

#[derive(TelemetryError)]
enum Failed {
    #[telemetry(type = "")]
    NotFound,
}

fn main() {
    Failed::NotFound.error_type();
}
