use telemetry_runtime::TelemetryError;

#[derive(TelemetryError)]
#[telemetry(transparent)]
enum Failed {
    #[telemetry(expect)]
    NotFound,
    #[telemetry(type = "version conflict")]
    Conflict { version: u64 },
    #[telemetry(transparent)]
    Store,
    #[telemetry("denied")]
    Denied,
}

fn main() {
    Failed::Conflict { version: 1 }.error_type();
}
