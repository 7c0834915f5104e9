use telemetry_runtime::TelemetryError;

#[derive(TelemetryError)]
#[telemetry(type = "the_entity_was_not_found_in_any_of_the_locations_that_were_searched_for_it_which_is_a_sentence_and_not_the_type_of_an_error_at_all")]
struct Failed;

fn main() {
    Failed.error_type();
}
