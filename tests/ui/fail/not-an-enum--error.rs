use telemetry_runtime::TelemetryError;

#[derive(TelemetryError)]
union Failed {
    code: u32,
}

fn main() {
    Failed { code: 1 }.error_type();
}
