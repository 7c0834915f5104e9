//! See `inputs::configuration`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| inputs::configuration::check(data));
