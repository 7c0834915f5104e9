use telemetry_runtime::TelemetryError;

#[derive(TelemetryError)]
struct Lost;

#[derive(TelemetryError)]
enum Failed {
    #[telemetry(transparent)]
    NotFound,
    #[telemetry(transparent)]
    Store(Lost, u32),
}

fn main() {
    Failed::Store(Lost, 1).error_type();
    Failed::NotFound.is_expected();
}
