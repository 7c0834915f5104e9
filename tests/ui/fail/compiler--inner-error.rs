use telemetry_runtime::TelemetryError;

#[derive(TelemetryError)]
enum Failed {
    NotFound,
    #[telemetry(transparent)]
    Io(std::io::Error),
}

fn main() {
    Failed::NotFound.error_type();
}
