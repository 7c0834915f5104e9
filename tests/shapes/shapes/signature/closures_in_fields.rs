// Calls: 5 ok, 2 error.
use std::collections::BTreeMap;

use shapes::prelude::*;

type Check<'c> = Box<dyn FnMut(&str) -> Result<u32, String> + 'c>;

#[derive(Default)]
struct Registry<'c> {
    checks: BTreeMap<&'static str, Check<'c>>,
    fallback: Option<fn(&str) -> u32>,
}

impl<'c> Registry<'c> {
    #[shape]
    fn with(mut self, name: &'static str, check: impl FnMut(&str) -> Result<u32, String> + 'c) -> Self {
        self.checks.insert(name, Box::new(check));
        self
    }

    #[shape]
    fn run(&mut self, name: &str, text: &str) -> Result<u32, String> {
        let Some(check) = self.checks.get_mut(name) else {
            return self.fallback.map(|fallback| fallback(text)).ok_or_else(|| format!("no {name}"));
        };
        let n = check(text)?;
        Ok(n + 1)
    }
}

struct Lazy<T, F> {
    value: Option<T>,
    make: Option<F>,
}

impl<T, F: FnOnce() -> T> Lazy<T, F> {
    #[shape]
    fn get(&mut self) -> &mut T {
        let make = &mut self.make;
        self.value.get_or_insert_with(|| make.take().map(|make| make()).expect("it is made once"))
    }
}

pub(super) fn run() {
    let mut calls = 0;
    let mut registry = Registry::default().with("number", |text| {
        calls += 1;
        text.parse().map_err(|_| text.to_owned())
    });
    show("number", (registry.run("number", "1"), registry.run("number", "x")));
    show("missing", registry.run("missing", "x"));
    registry.fallback = Some(|text| u32::from(text.is_empty()));
    show("fallback", registry.run("missing", "x"));
    drop(registry);
    show("calls", calls);
    let guard = Noisy("moved");
    let mut lazy = Lazy { value: None, make: Some(move || guard.0.len()) };
    *lazy.get() += 1;
    show("lazy", lazy.get());
}
