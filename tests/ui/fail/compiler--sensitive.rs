use telemetry_runtime::trace::KeyValue;
use telemetry_runtime::{MetricAttributes, Sensitive, metric, span, traced};

#[traced]
fn log_in(user: &str, #[attribute] password: Sensitive<String>) {
    let _ = (user, password);
}

#[traced(attributes(user.token = token, user.name = format_args!("{}", token)))]
fn refresh(token: &Option<Sensitive<u64>>) {
    span().set_attribute("user.tokens", [Sensitive::new(1)]);
    span().add_event("refreshed", [KeyValue::new("user.token", Sensitive::new(1))]);
}

#[derive(Clone, Copy, MetricAttributes)]
struct LoggedIn {
    user: Sensitive<&'static str>,
}

#[metric(counter = "logins.made", attributes(user = user))]
fn count(user: Sensitive<bool>) {}

#[metric(histogram("logins.age", unit = "a", value = age))]
fn measure(age: Sensitive<f64>) {}

fn main() {
    log_in("ada", Sensitive::new(String::new()));
    refresh(&None);
    count(Sensitive::new(true));
    measure(Sensitive::new(36.0));
    let _ = LoggedIn { user: Sensitive::new("ada") };
}
